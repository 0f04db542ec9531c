import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

function setup(args: readonly string[], uid?: number): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('bash', [`${ROOT}scripts/setup`, ...args], {
    encoding: 'utf8',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  return { status, said: stdout + stderr };
}

// The project's own build is left out: somebody may be editing it just now.
const MACHINE = ['packages', 'docker', 'image'].flatMap((step) => ['--only', step]);

it('finds everything in place on a machine that was set up, and does nothing', () => {
  const started = Date.now();
  const { status, said } = setup(MACHINE);
  expect(said).toBe('[setup] everything is in place, nothing changed\n');
  expect(status).toBe(0);
  expect(Date.now() - started).toBeLessThan(10_000);
});

it.runIf(isRoot)('without the right to do what is missing, it names the command to run', () => {
  const { status, said } = setup(['--only', 'docker'], NOBODY);
  expect(status).toBe(1);
  expect(said).toContain(`Run: sudo ${ROOT}scripts/setup`);
});

it('with --check, says what is missing by its exit code and changes nothing', () => {
  expect(setup([...MACHINE, '--check']).status).toBe(0);
});

it.each([
  [['--frobnicate'], /unknown option --frobnicate/],
  [['--only'], /--only needs a step/],
  [['--only', 'coffee'], /unknown step 'coffee'/],
])('refuses %j', (args, message) => {
  const { status, said } = setup(args);
  expect(status).toBe(1);
  expect(said).toMatch(message);
});
