import { Readable } from 'node:stream';
import { MANAGERS } from '../../../ecosystems/managers.js';
import { CA_FILE, HOME, PROJECT } from '../../../ecosystems/places.js';
import { SandboxError } from '../../errors.js';
import { runnerFiles } from '../../packages/guise-variables.js';
import type { DockerRunParts } from '../docker-run-parts.js';
import { type ContainerCommands, firstLines } from '../exec/commands.js';
import { homeTarFiles, tarOf } from './tar-of.js';

/** Credentials created together with the sandbox would look suspicious. */
const DECOY_AGE_MS = 40 * 86_400_000;

/**
 * Creates the project folder, the CA file of the gateway (`authority`, PEM), the decoys, and the settings of package managers. `putArchive`
 * can't write to a tmpfs, hence `tar`. @throws SandboxError `docker-failed`
 */
export async function prepareHome(
  authority: string,
  { decoys, clock, networkSettings }: DockerRunParts,
  commands: ContainerCommands,
): Promise<void> {
  const trust = [
    { path: CA_FILE, content: authority },
    // wget has no environment variable for this.
    { path: `${HOME}/.wgetrc`, content: `ca_certificate = ${CA_FILE}\n` },
  ];
  // Written for all managers: whichever one installs, a script may call another one.
  const settings = MANAGERS.flatMap((manager) => manager.homeFiles(networkSettings));
  const files = homeTarFiles([...trust, ...runnerFiles(commands.numbers), ...decoys, ...settings]);
  const script = `tar -xf - -C ${HOME} && mkdir -p ${PROJECT}`;
  const stdin = Readable.from([tarOf(files, new Date(clock.now() - DECOY_AGE_MS))]);
  const { exitCode, stdout, stderr } = await commands.capture(['sh', '-c', script], { cwd: '/', stdin });
  // If the runtime can't start a program, the engine reports the reason as the program's output.
  const message = stderr || firstLines(stdout);
  if (exitCode !== 0) throw new SandboxError('docker-failed', `the sandbox could not be prepared: ${message}`);
}
