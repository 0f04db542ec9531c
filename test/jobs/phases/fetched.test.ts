import { describe, expect, it } from 'vitest';
import { Comparison } from '../../../src/jobs/phases/comparison.js';
import { Fetched } from '../../../src/jobs/phases/fetched.js';
import { PhaseRecord } from '../../../src/jobs/phases/phase-record.js';
import type { SandboxRun, StepResult } from '../../../src/jobs/ports.js';
import { pkg } from '../../report/evidence.js';

const step = (command: string, more: Partial<StepResult> = {}): StepResult => ({
  command,
  exitCode: 0,
  timedOut: false,
  durationMs: 1,
  log: '',
  logBytes: 0,
  ...more,
});

async function fetched(fetch: Partial<StepResult>, gitBuilds: Partial<StepResult> | null) {
  const record = new PhaseRecord(Date);
  const listing = { packages: [pkg('.')], disagreements: [], commands: new Map(), incomplete: [] };
  const run = {
    fetch: async () => step('npm ci', fetch),
    packages: async () => listing,
    fetchGitBuilds: async () => (gitBuilds === null ? null : step('node git-build.mjs', gitBuilds)),
    snapshot: async () => new Map(),
  } as Partial<SandboxRun> as SandboxRun;
  const comparison = new Comparison(Date, { look: async () => undefined });
  const context = {
    run,
    installMs: 1_000,
    comparison,
    limited: <T>(_what: string, _ms: number, work: Promise<T>) => work,
  };
  const isInPlace = await new Fetched(record).fetch(context);
  return [isInPlace, record.phases.map(({ exitCode }) => exitCode), record.incomplete.map(({ code }) => code)];
}

describe('whether scripts and loads can follow a fetch', () => {
  it.each<[string, Partial<StepResult>, Partial<StepResult> | null, boolean, number[], string[]]>([
    ['all went well', {}, null, true, [0], []],
    ['git dependencies can be built', {}, {}, true, [0, 0], []],
    ['a git dependency can’t be built, as its own step tells', {}, { exitCode: 128 }, true, [0, 128], []],
    ['the fetch failed', { exitCode: 1 }, {}, false, [1], ['fetch-failed']],
  ])('%s', async (_what, fetch, gitBuilds, isInPlace, exitCodes, codes) => {
    expect(await fetched(fetch, gitBuilds)).toEqual([isInPlace, exitCodes, codes]);
  });
});
