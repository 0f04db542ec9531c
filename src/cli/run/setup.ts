import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../scripts/setup', import.meta.url));
/** Not `project`: this program has been built already. */
const STEPS = ['packages', 'docker', 'image'] as const;

/** The machine could not be made ready; the script has said why. */
export class SetupError extends Error {
  readonly code = 'setup';
  constructor(exitCode: number | null) {
    super(
      `this machine could not be made ready (scripts/setup ended with ${exitCode ?? 'a signal'}): packwarden doctor shows what is missing`,
    );
    this.name = 'SetupError';
  }
}

/** Installs and starts what a service needs on this machine and lacks; its progress goes to standard error. @throws SetupError */
export async function setUpMachine(): Promise<void> {
  const words = STEPS.flatMap((step) => ['--only', step]);
  const child = spawn('bash', [SCRIPT, ...words], { stdio: ['ignore', process.stderr, 'inherit'] });
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  if (exitCode !== 0) throw new SetupError(exitCode);
}
