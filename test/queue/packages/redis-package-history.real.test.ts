import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JobPackages, PackageAction } from '../../../src/jobs/packages/ports.js';
import { PACKAGE_KEYS } from '../../../src/queue/packages/package-keys.js';
import { MAX_RUNS, RedisPackageHistory } from '../../../src/queue/packages/redis-package-history.js';
import { ownRedis } from '../own-redis.js';

const connected = ownRedis();
const RETENTION_S = 3_600;
const ACTION: PackageAction = {
  version: '1.0.0',
  behaviour: { kind: 'rule', what: 'Read of an SSH key', where: '~/.ssh/…', phase: 'install' },
};
let redis: Redis;
let now = Date.now();
let history: RedisPackageHistory;

beforeEach(() => {
  redis = connected();
  now = Date.now();
  history = new RedisPackageHistory({ redis, retentionS: RETENTION_S, now: () => now, guard: (work) => work() });
});

/** Keeps a job with the package `evil`, submitted `at` milliseconds from now. */
async function keep(at: number, changes: Partial<JobPackages> = {}): Promise<string> {
  const job = randomUUID();
  await history.record({
    job,
    owner: 'ci',
    submittedAt: now + at,
    versions: new Map([['evil', ['1.0.0']]]),
    actions: new Map([['evil', [ACTION]]]),
    ...changes,
  });
  return job;
}

describe('the packages of jobs on a real Redis', () => {
  it('tells the jobs of a submitter, or of everybody, newest first, and what was done in each', async () => {
    const first = await keep(0);
    const quiet = await keep(1, { versions: new Map([['evil', ['1.0.0', '2.0.0-rc.1 x']]]), actions: new Map() });
    const others = await keep(2, { owner: 'other' });
    const open = await keep(3, { owner: null });
    const jobs = async (owner: string | null | undefined) =>
      (await history.runs('evil', owner)).runs.map(({ job, version }) => [job, version]);
    expect(await jobs('ci')).toEqual([
      [quiet, '2.0.0-rc.1 x'],
      [quiet, '1.0.0'],
      [first, '1.0.0'],
    ]);
    expect(await jobs('other')).toEqual([[others, '1.0.0']]);
    expect(await jobs(null)).toEqual([[open, '1.0.0']]);
    expect((await jobs(undefined)).map(([job]) => job)).toEqual([open, others, quiet, quiet, first]);
    expect(await history.actions('evil', [first, quiet, randomUUID()])).toEqual([[ACTION], [], []]);
    expect(await history.runs('unknown', 'ci')).toEqual({ runs: [], isCut: false });
  });

  it.each([
    ['["ci","evil"]', 'evil'],
    ['ci', '"x"'],
    ['all', 'evil'],
    ['ci","evil', 'evil'],
  ])('submitter %j and package %j are kept apart from all others', async (owner, name) => {
    await keep(0, { owner: 'ci' });
    await keep(1, { owner, versions: new Map([[name, ['3.0.0']]]) });
    const { runs } = await history.runs(name, owner);
    expect(runs.map(({ version }) => version)).toEqual(['3.0.0']);
  });

  it('keeps only the newest jobs of a package, and says that there may be more', async () => {
    for (let at = 0; at < MAX_RUNS + 5; at += 1) await keep(at);
    const { runs, isCut } = await history.runs('evil', 'ci');
    expect([runs.length, isCut, runs.at(-1)?.submittedAt]).toEqual([MAX_RUNS, true, now + 5]);
  });

  it('shows nothing that is older than reports are kept, and every key ends by itself', async () => {
    await keep(0);
    for (const key of await redis.keys('*')) expect(await redis.ttl(key), key).toBeGreaterThan(0);
    now += RETENTION_S * 1_000 + 1;
    expect((await history.runs('evil', 'ci')).runs).toEqual([]);
  });

  it('a job that is tried again replaces what it did, and one that is removed did nothing', async () => {
    const job = await keep(0);
    await keep(0, { job, actions: new Map([['evil', [{ ...ACTION, version: '9' }]]]) });
    expect(await history.actions('evil', [job])).toEqual([[{ ...ACTION, version: '9' }]]);
    expect((await history.runs('evil', 'ci')).runs).toHaveLength(1);
    await history.forget(job);
    expect(await history.actions('evil', [job])).toEqual([[]]);
  });

  it('passes by what another version kept', async () => {
    const job = await keep(0);
    await redis.hset(PACKAGE_KEYS.actions(job), 'evil', '[{"does":"x"}]');
    expect(await history.actions('evil', [job])).toEqual([[]]);
  });

  it('thirty jobs of 3,000 packages take some megabytes', async () => {
    const versions = new Map(Array.from({ length: 3_000 }, (_, at) => [`package-${at}`, [`1.${at}.0`]]));
    const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    const before = await used();
    for (let at = 0; at < 30; at += 1) await keep(at, { versions });
    expect(((await used()) - before) / 1024 ** 2).toBeLessThan(25);
  });
});
