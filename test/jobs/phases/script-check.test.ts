import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../src/jobs/deadline.js';
import { loadWithoutScripts, scriptCheckOf } from '../../../src/jobs/phases/script-check.js';
import type { ImportResult, SandboxRun } from '../../../src/jobs/ports.js';
import { SandboxError } from '../../../src/sandbox/errors.js';
import { installedPackage } from '../../ecosystems/installed-package.js';

const [project, a, b, plain] = [
  installedPackage('.', { dependencies: ['a', 'b'], scripts: ['prepare'] }),
  installedPackage('node_modules/a', { scripts: ['postinstall'] }),
  installedPackage('node_modules/b', { scripts: ['postinstall'] }),
  installedPackage('node_modules/plain'),
];
const imported = (more: Partial<ImportResult> = {}): ImportResult => ({
  ...{ command: 'node import-all.mjs', exitCode: 0, timedOut: false, durationMs: 2, log: '', logBytes: 0 },
  ...{ loaded: [], worked: new Set([a.realPath]), problem: null, withoutResult: [] },
  ...more,
});

/** A sandbox in which the loading goes as `importAll` has it; which folders it was asked for is noted. */
function check(importAll: () => Promise<ImportResult> = async () => imported(), packages = [project, a, b, plain]) {
  const asked: string[][] = [];
  const run = {
    importAll: async (_ms, _packages, folders) => {
      asked.push([...(folders ?? [])]);
      return importAll();
    },
  } satisfies Partial<SandboxRun> as Partial<SandboxRun> as SandboxRun;
  return { outcome: loadWithoutScripts(run, packages, 1_000), asked };
}

describe('the check of install scripts', () => {
  it('loads only packages with scripts, before any script has run, and never the project', async () => {
    const { outcome, asked } = check();
    const { loads, problem, phase } = await outcome;
    expect(asked).toEqual([[a.realPath, b.realPath]]);
    expect([...loads]).toEqual([
      [a.realPath, true],
      [b.realPath, false],
    ]);
    expect(problem).toBeNull();
    expect(phase).toMatchObject({ name: 'check', exitCode: 0, durationMs: 2 });
  });

  it('asks nothing of a sandbox where no package has scripts', async () => {
    const { outcome, asked } = check(undefined, [project, plain]);
    expect(await outcome).toMatchObject({ problem: 'no package has install scripts', phase: null });
    expect(asked).toEqual([]);
  });

  it.each<[string, Partial<ImportResult>, RegExp]>([
    ['the loader is spoken for', { problem: 'two results came for a' }, /two results/],
    ['the loader is killed', { exitCode: 137 }, /exit code 137/],
    ['the loading takes too long', { timedOut: true, exitCode: null }, /deadline/],
  ])('tells nothing and says why where %s', async (_title, changes, why) => {
    const { loads, problem, phase } = await check(async () => imported(changes)).outcome;
    expect([...loads]).toEqual([]);
    expect(problem).toMatch(why);
    expect(phase).toMatchObject({ name: 'check', exitCode: imported(changes).exitCode });
  });

  it.each<[string, Error]>([
    ['a cancelled job', new CancelledError()],
    ['a sandbox that had to be killed', new SandboxError('container-killed', 'gone')],
    ['an engine that is away', new SandboxError('docker-unavailable', 'away')],
  ])('leaves %s to the job', async (_title, error) => {
    await expect(check(() => Promise.reject(error)).outcome).rejects.toBe(error);
  });
});

describe('what goes into the report', () => {
  const loaded = (loads: readonly [string, boolean][], problem: string | null = null) => ({
    loads: new Map(loads),
    problem,
    phase: null,
  });

  it.each<[string, readonly [string, boolean][], readonly string[], readonly [string, boolean][]]>([
    [
      'packages that load with their scripts',
      [
        [a.realPath, true],
        [b.realPath, false],
      ],
      [a.realPath, b.realPath],
      [
        [a.realPath, true],
        [b.realPath, false],
      ],
    ],
    [
      'nothing of one that does not load with them either',
      [
        [a.realPath, true],
        [b.realPath, false],
      ],
      [a.realPath],
      [[a.realPath, true]],
    ],
    ['nothing of one that its scripts broke', [[a.realPath, true]], [], []],
    [
      'nothing of one that was not loaded before',
      [[a.realPath, true]],
      [a.realPath, plain.realPath],
      [[a.realPath, true]],
    ],
    [
      'nothing where the import never came',
      [
        [a.realPath, true],
        [b.realPath, false],
      ],
      [],
      [],
    ],
  ])('%s', (_title, loads, worked, expected) => {
    const told = scriptCheckOf(loaded(loads), new Set(worked));
    expect([...told.loads]).toEqual(expected);
    expect(told.problem).toBeNull();
  });

  it('and why nothing can be said', () => {
    const told = scriptCheckOf(
      loaded([], 'loading without scripts was stopped at its deadline'),
      new Set([a.realPath]),
    );
    expect(told.problem).toMatch(/deadline/);
  });
});
