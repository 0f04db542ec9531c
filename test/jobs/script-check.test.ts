import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CancelledError, DeadlineError } from '../../src/jobs/deadline.js';
import type { ImportResult, SandboxRun, StepResult } from '../../src/jobs/ports.js';
import { checkScripts } from '../../src/jobs/script-check.js';
import { SandboxError } from '../../src/sandbox/errors.js';
import { PROJECT, pkg } from '../report/evidence.js';

const folder = (name: string): string => `${PROJECT}/node_modules/${name}`;
const packages = [
  pkg('.', ['a', 'b'], ['prepare']),
  pkg('node_modules/a', [], ['postinstall']),
  pkg('node_modules/b', [], ['postinstall']),
  pkg('node_modules/plain'),
];
const step = (more: Partial<StepResult> = {}): StepResult => ({
  ...{ command: 'npm ci', exitCode: 0, timedOut: false, durationMs: 1, log: '', logBytes: 0 },
  ...more,
});
const imported = (more: Partial<ImportResult> = {}): ImportResult => ({
  ...{ ...step(), loaded: [], worked: new Set([folder('a')]), problem: null },
  ...more,
});

/** A sandbox in which everything goes well, but for `changes`; what was done in it is noted. */
function check(changes: Partial<SandboxRun>, worked = [folder('a'), folder('b'), folder('plain')]) {
  const done: string[] = [];
  const asked: string[][] = [];
  const run = {
    endProcesses: async () => void done.push('end'),
    startAfresh: async () => void done.push('unpack'),
    installWithoutScripts: async () => step(),
    packages: async () => packages,
    importAll: async (_ms, _packages, folders) => {
      asked.push([...(folders ?? [])]);
      return imported();
    },
    ...changes,
  } satisfies Partial<SandboxRun> as Partial<SandboxRun> as SandboxRun;
  const outcome = checkScripts(run, {
    packages,
    worked: new Set(worked),
    openArchive: async () => Readable.from([]),
    limits: { prepareMs: 1, installMs: 1, importMs: 1 },
    limited: (_what, _ms, work) => work,
    startPhase: (name) => void done.push(name),
  });
  return { outcome, done, asked };
}

describe('the check of install scripts', () => {
  it('kills what runs before the phase begins, and loads only packages with scripts that could be loaded', async () => {
    const { outcome, done, asked } = check({});
    const { check: told, phase } = await outcome;
    expect(done).toEqual(['end', 'prepare', 'unpack', 'check']);
    expect(asked).toEqual([[folder('a'), folder('b')]]);
    expect([...told.loads]).toEqual([
      [folder('a'), true],
      [folder('b'), false],
    ]);
    expect(told.problem).toBeNull();
    expect(phase).toMatchObject({ name: 'check', exitCode: 0, durationMs: 2 });
  });

  it('asks nothing of a sandbox where no package with scripts could be loaded', async () => {
    const { outcome, done } = check({}, [folder('plain'), PROJECT]);
    expect((await outcome).check.problem).toContain('no package with install scripts');
    expect(done).toEqual([]);
  });

  it('says nothing of a package that stands elsewhere, or in another version', async () => {
    const moved = packages.map((one) => (one.name === 'b' ? { ...one, version: '2.0.0' } : one));
    const { check: told } = await check({ packages: async () => moved }).outcome;
    expect([...told.loads.keys()]).toEqual([folder('a')]);
    expect(told.problem).toBe('1 of 2 packages were not installed the same way');
  });

  const fails = (error: Error) => async () => {
    throw error;
  };
  it.each<[string, Partial<SandboxRun>, RegExp]>([
    ['the manager can not', { installWithoutScripts: () => null }, /can not install without scripts/],
    ['the install fails', { installWithoutScripts: async () => step({ exitCode: 1 }) }, /exit code 1/],
    ['it takes too long', { installWithoutScripts: async () => step({ timedOut: true, exitCode: null }) }, /deadline/],
    [
      'the loader is spoken for',
      { importAll: async () => imported({ problem: 'two results came for a' }) },
      /two results/,
    ],
    ['the loader is killed', { importAll: async () => imported({ exitCode: 137 }) }, /exit code 137/],
    ['the loading takes too long', { importAll: async () => imported({ timedOut: true, exitCode: null }) }, /deadline/],
    [
      'what was left is in the way',
      { startAfresh: fails(new SandboxError('clearing-failed', 'in the way')) },
      /in the way/,
    ],
    ['the archive does not fit twice', { startAfresh: fails(new SandboxError('unpack-failed', 'full')) }, /full/],
    ['the packages can not be listed', { packages: fails(new SandboxError('listing-failed', 'no list')) }, /no list/],
    ['a step never ends', { packages: fails(new DeadlineError('listing', 1)) }, /took longer/],
  ])('tells nothing and says why where %s', async (_title, changes, why) => {
    const { check: told } = await check(changes).outcome;
    expect([...told.loads]).toEqual([]);
    expect(told.problem).toMatch(why);
  });

  it.each<[string, Error]>([
    ['a cancelled job', new CancelledError()],
    ['a sandbox that had to be killed', new SandboxError('container-killed', 'gone')],
    ['an engine that is away', new SandboxError('docker-unavailable', 'away')],
  ])('leaves %s to the job', async (_title, error) => {
    await expect(check({ packages: fails(error) }).outcome).rejects.toBe(error);
  });
});
