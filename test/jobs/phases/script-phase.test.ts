import { describe, expect, it } from 'vitest';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.js';
import { CancelledError, DeadlineError } from '../../../src/jobs/deadline.js';
import { runAllScripts } from '../../../src/jobs/phases/script-phase.js';
import type { StepResult } from '../../../src/jobs/ports.js';
import { installedPackage } from '../../ecosystems/installed-package.js';

const dep = (name: string, more: Partial<InstalledPackage> = {}) =>
  installedPackage(`node_modules/${name}`, { scripts: ['postinstall'], ...more });

/** How one package's scripts go: `takesMs` without end is a script that never ends. */
interface Course {
  readonly exitCode?: number;
  readonly takesMs?: number;
  readonly log?: string;
  readonly reason?: string;
}

/** Runs `packages` with a clock that only scripts move. By name: how the scripts of a package go; those left out end well at once. */
async function phaseOf(
  packages: readonly InstalledPackage[],
  courses: Readonly<Record<string, Course>> = {},
  timeoutMs = 60_000,
) {
  let now = 1_000_000;
  const ran: string[] = [];
  const runScripts = async ({ name }: InstalledPackage, ms: number): Promise<StepResult> => {
    const { exitCode = 0, takesMs = 0, log = '', reason } = courses[name] ?? {};
    const timedOut = takesMs > ms;
    const durationMs = Math.min(takesMs, ms);
    ran.push(name);
    now += durationMs;
    return {
      command: `run ${name}`,
      exitCode: timedOut ? null : exitCode,
      timedOut,
      durationMs,
      log,
      logBytes: log.length,
      ...(reason === undefined ? {} : { reason }),
    };
  };
  const clock = { now: () => now };
  const outcome = await runAllScripts(packages, { runScripts, clock, timeoutMs, limited: (_what, _ms, work) => work });
  return { ...outcome, ran, messages: outcome.incomplete.map(({ code, message }) => `${code}: ${message}`) };
}

const NEVER = { takesMs: Number.POSITIVE_INFINITY };

describe('the scripts of all packages', () => {
  it('of a project without any are a phase that went well', async () => {
    const { phase, incomplete } = await phaseOf([]);
    expect(phase).toMatchObject({
      name: 'install',
      command: 'lifecycle scripts of 0 packages',
      exitCode: 0,
      steps: [],
    });
    expect(incomplete).toEqual([]);
  });

  it('run one after the other, and the report has each', async () => {
    const packages = [
      dep('a', { scripts: ['preinstall', 'install'] }),
      dep('b'),
      installedPackage('.', { scripts: ['prepare'] }),
    ];
    const { phase, incomplete, log, ran } = await phaseOf(packages, {
      a: { takesMs: 5, log: 'A\n' },
      b: { takesMs: 7, log: 'B\n' },
    });
    expect(ran).toEqual(['a', 'b', 'app']);
    expect(phase).toMatchObject({
      command: 'lifecycle scripts of 3 packages',
      exitCode: 0,
      timedOut: false,
      durationMs: 12,
    });
    expect(phase.steps).toEqual([
      {
        package: 'a@1.0.0',
        path: 'node_modules/a',
        scripts: ['preinstall', 'install'],
        exitCode: 0,
        timedOut: false,
        durationMs: 5,
      },
      {
        package: 'b@1.0.0',
        path: 'node_modules/b',
        scripts: ['postinstall'],
        exitCode: 0,
        timedOut: false,
        durationMs: 7,
      },
      { package: 'app@1.0.0', path: '.', scripts: ['prepare'], exitCode: 0, timedOut: false, durationMs: 0 },
    ]);
    expect(incomplete).toEqual([]);
    expect(log).toBe('A\nB\n');
  });

  it.each<
    [
      string,
      readonly InstalledPackage[],
      Record<string, Course>,
      string[],
      Partial<{ exitCode: number | null; timedOut: boolean }>,
    ]
  >([
    [
      'that fail keep no other from running, and are named with the end of their output',
      [dep('a'), dep('b'), dep('c')],
      { b: { exitCode: 3, log: 'first\nsecond\nthird\nfourth\nfifth\n' } },
      ['install-failed: the postinstall script of b@1.0.0 ended with exit code 3: second | third | fourth | fifth'],
      { exitCode: 3, timedOut: false },
    ],
    [
      'of the project are called the project’s',
      [installedPackage('.', { scripts: ['preinstall', 'prepare'] })],
      { app: { exitCode: 1, log: 'no\n' } },
      ['install-failed: the preinstall, prepare script of the project ended with exit code 1: no'],
      { exitCode: 1 },
    ],
    [
      'that fail without a word',
      [dep('a')],
      { a: { exitCode: 127 } },
      ['install-failed: the postinstall script of a@1.0.0 ended with exit code 127'],
      { exitCode: 127 },
    ],
    [
      'that are killed are not said to have ended',
      [dep('a')],
      { a: { exitCode: 137, log: 'last words\n', reason: 'was killed by SIGKILL' } },
      ['install-failed: the postinstall script of a@1.0.0 was killed by SIGKILL: last words'],
      { exitCode: 137 },
    ],
    [
      'that can’t be started have said nothing',
      [dep('a')],
      { a: { exitCode: 126, log: "postinstall script can't …\n", reason: "can't be started: it contains a NUL byte" } },
      ["install-failed: the postinstall script of a@1.0.0 can't be started: it contains a NUL byte"],
      { exitCode: 126 },
    ],
    [
      'of an optional package may fail: package managers go on without it',
      [dep('a', { optional: true }), dep('b')],
      { a: { exitCode: 1, log: 'no compiler\n' } },
      [],
      { exitCode: 0, timedOut: false },
    ],
    [
      'of an optional package that fails do not hide one that may not',
      [dep('a', { optional: true }), dep('b')],
      { a: { exitCode: 1 }, b: { exitCode: 2, log: 'b is broken\n' } },
      ['install-failed: the postinstall script of b@1.0.0 ended with exit code 2: b is broken'],
      { exitCode: 2 },
    ],
    [
      'of an optional package that never end are no more than half seen',
      [dep('a', { optional: true }), dep('b')],
      { a: NEVER },
      ['install-timeout: the postinstall script of a@1.0.0 was stopped at its deadline'],
      { exitCode: null, timedOut: true },
    ],
    [
      'that never end leave time for the others',
      [dep('a'), dep('b'), dep('c')],
      { a: NEVER, b: { takesMs: 5_000 }, c: { takesMs: 5_000 } },
      ['install-timeout: the postinstall script of a@1.0.0 was stopped at its deadline'],
      { exitCode: null, timedOut: true },
    ],
  ])('%s', async (_case, packages, courses, messages, phase) => {
    const outcome = await phaseOf(packages, courses);
    expect(outcome.ran).toEqual(packages.map(({ name }) => name));
    expect(outcome.messages).toEqual(messages);
    expect(outcome.phase).toMatchObject(phase);
    expect(outcome.phase.steps?.map(({ exitCode }) => exitCode)).toEqual(
      packages.map(({ name }) => (courses[name]?.takesMs === NEVER.takesMs ? null : (courses[name]?.exitCode ?? 0))),
    );
  });
});

describe('when the time is over', () => {
  it('one that never ends leaves a part of it to the next', async () => {
    const packages = ['a', 'b', 'c', 'd'].map((name) => dep(name));
    const { ran, messages, phase } = await phaseOf(
      packages,
      { a: { takesMs: 30_000 }, b: { takesMs: 22_000 }, c: NEVER },
      60_000,
    );
    // c has 6 of the 8 s that are left, d what is left then.
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
    expect(messages).toEqual(['install-timeout: the postinstall script of c@1.0.0 was stopped at its deadline']);
    expect(phase.durationMs).toBe(58_000);
  });

  it('however many never end, the phase ends in its time', async () => {
    const packages = Array.from({ length: 100 }, (_, index) => dep(`p${index}`));
    const courses = Object.fromEntries(packages.map(({ name }) => [name, NEVER]));
    const { ran, messages, phase } = await phaseOf(packages, courses, 60_000);
    expect(phase).toMatchObject({ exitCode: null, timedOut: true, command: 'lifecycle scripts of 100 packages' });
    expect(phase.durationMs).toBeLessThanOrEqual(60_000);
    expect(phase.durationMs).toBeGreaterThan(58_000);
    expect(messages.at(-1)).toMatch(
      new RegExp(`^install-timeout: the scripts of ${100 - ran.length} of 100 packages were not run`),
    );
  });

  it('before the first one, as the fetch took it all, nothing of it reads as gone well', async () => {
    const { ran, messages, phase } = await phaseOf([dep('a'), dep('b')], {}, 0);
    expect(ran).toEqual([]);
    expect(messages).toEqual([
      'install-timeout: the scripts of 2 of 2 packages were not run: the time limit of the install was reached',
    ]);
    expect(phase).toMatchObject({ exitCode: null, timedOut: true, steps: [] });
  });
});

describe('a report stays small', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => dep(`p${index}`));

  it('with 5,000 packages that all have scripts', async () => {
    const courses = Object.fromEntries(many.map(({ name }) => [name, { log: `${name} ${'x'.repeat(2 * 1024)}\n` }]));
    const { phase, log, incomplete } = await phaseOf(many, courses);
    expect(phase.steps).toHaveLength(5_000);
    expect(log.length).toBeLessThanOrEqual(64 * 1024);
    expect(incomplete).toEqual([]);
  });

  it('with 5,000 packages that all fail', async () => {
    const courses = Object.fromEntries(many.map(({ name }) => [name, { exitCode: 1, log: 'y'.repeat(2 * 1024) }]));
    const { messages } = await phaseOf(many, courses);
    expect(messages).toHaveLength(11);
    expect(messages.at(-1)).toBe('install-failed: the scripts of 4990 more packages failed');
    for (const message of messages) expect(message.length).toBeLessThan(600);
  });
});

it.each<[string, Error]>([
  ['a cancelled job', new CancelledError()],
  ['a sandbox that does not end a step', new DeadlineError('the scripts of a@1.0.0', 1)],
])('%s ends the phase: no script is started any more', async (_case, error) => {
  const ran: string[] = [];
  const phase = runAllScripts([dep('a'), dep('b')], {
    runScripts: async ({ name }) => {
      ran.push(name);
      throw error;
    },
    clock: Date,
    timeoutMs: 60_000,
    limited: (_what, _ms, work) => work,
  });
  await expect(phase).rejects.toBe(error);
  expect(ran).toEqual(['a']);
});
