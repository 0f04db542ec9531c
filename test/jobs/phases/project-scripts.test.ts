import { expect, test } from 'vitest';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.js';
import { runProjectScripts } from '../../../src/jobs/phases/project-scripts.js';
import type { ProjectScript, StepResult } from '../../../src/jobs/ports.js';

const project: InstalledPackage = {
  name: 'app',
  version: '1.0.0',
  path: '.',
  realPath: '/home/ci/project',
  from: { kind: 'project', resolved: null, integrity: null },
  optional: false,
  scripts: [],
  dependencies: [],
};

const went = (more: Partial<StepResult> = {}): ProjectScript => ({
  events: ['prebuild', 'build'],
  result: { command: '', exitCode: 0, timedOut: false, durationMs: 5, log: '', logBytes: 0, ...more },
});

/** Each script takes 40 ms of 100. */
async function ran(names: readonly string[], outcome: ProjectScript) {
  let now = 0;
  const run = async (): Promise<ProjectScript> => {
    now += 40;
    return outcome;
  };
  return runProjectScripts(names, { project, run, clock: { now: () => now }, timeoutMs: 1_070 });
}

test.each<[string, ProjectScript, string | undefined, string | undefined, number | null]>([
  ['ends well', went(), undefined, undefined, 0],
  [
    'fails, with the end of what it said',
    went({ exitCode: 2, log: 'one\ncan not find src/main.ts\n' }),
    'run-failed',
    'the script build of the project ended with exit code 2: one | can not find src/main.ts',
    2,
  ],
  [
    'is killed',
    went({ exitCode: 137, reason: 'was killed by SIGKILL: build' }),
    'run-failed',
    'the script build of the project was killed by SIGKILL: build',
    137,
  ],
  [
    'never ends',
    went({ exitCode: null, timedOut: true }),
    'run-timeout',
    'the script build of the project was stopped at its deadline',
    null,
  ],
  [
    'is not there',
    { known: ['test', 'lint'] },
    'run-failed',
    'the project has no script build: it has test, lint',
    null,
  ],
  ['is not there, nor any other', { known: [] }, 'run-failed', 'the project has no script build: it has none', null],
])('a script that %s', async (_how, outcome, code, message, exitCode) => {
  const { phase, incomplete } = await ran(['build'], outcome);
  expect(incomplete).toEqual(code === undefined ? [] : [{ code, message }]);
  expect(phase).toMatchObject({ name: 'run', exitCode });
  expect(phase.steps).toMatchObject([
    { package: 'app@1.0.0', exitCode, ...(message === undefined ? {} : { error: message }) },
  ]);
});

test('all are run, also after one that failed; whoever has no time left is named', async () => {
  const { phase, incomplete } = await ran(['a', 'b', 'c'], went({ exitCode: 1 }));
  expect(incomplete.map(({ code }) => code)).toEqual(['run-failed', 'run-failed', 'run-timeout']);
  expect(incomplete.at(-1)?.message).toBe('the script c of the project was not run: the time limit was reached');
  expect(phase).toMatchObject({ exitCode: 1, timedOut: true });
});
