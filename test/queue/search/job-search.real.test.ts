import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobSpec } from '../../../src/jobs/job.js';
import type { JobCursor, JobFilter } from '../../../src/jobs/search/query.js';
import { QUEUE_NAME } from '../../../src/queue/job-record.js';
import { MAX_RUNS, RedisPackageHistory } from '../../../src/queue/packages/redis-package-history.js';
import { JobIndex } from '../../../src/queue/search/job-index.js';
import { JobRows } from '../../../src/queue/search/job-rows.js';
import { SCANNED, searchJobs } from '../../../src/queue/search/job-search.js';
import { ownRedis } from '../own-redis.js';

const connected = ownRedis();
const now = Date.now();
let redis: Redis;
let queue: Queue;
let index: JobIndex;
let packages: RedisPackageHistory;

beforeAll(async () => {
  redis = connected();
  queue = new Queue(QUEUE_NAME, { connection: redis });
  await queue.waitUntilReady();
  index = new JobIndex({ redis, retentionS: 3_600, queueMs: 60_000, now: () => now });
  packages = new RedisPackageHistory({ redis, retentionS: 3_600, now: () => now, guard: (work) => work() });
});
afterAll(() => queue?.close());

/** A job, written as BullMQ does, submitted `at` milliseconds from now. */
async function keep(at: number, owner: string, project: string, more: Record<string, string> = {}): Promise<string> {
  const id = randomUUID();
  const spec: JobSpec = {
    id,
    ecosystem: 'npm',
    owner,
    submittedAt: now + at,
    context: null,
    project: {
      project: { source: 'request', key: project, name: project },
      part: null,
      ref: 'main',
      line: 'other',
      lineReason: 'x',
    },
    blob: { key: id, bytes: 1, sha256: 'ab' },
  };
  await index.add(spec);
  await redis.hset(queue.toKey(id), { data: JSON.stringify(spec), progress: '0', ...more });
  return id;
}

const search = (owner: string | undefined, filter: JobFilter = {}, after?: JobCursor, limit = 10) =>
  searchJobs(redis, new JobRows(queue, redis, now, 3_600_000), { owner, filter, after, limit });

const ENDED = {
  processedOn: '1000',
  finishedOn: '4000',
  returnvalue: '{}',
  progress: JSON.stringify({
    state: 'draining',
    outcome: { verdict: 'findings', findings: 2, project: { id: 'p', name: 'manifest' } },
  }),
};

describe('a search for jobs on a real Redis', () => {
  it('tells rows without reading reports, newest first, those of their submitter alone', async () => {
    const first = await keep(1, 'ci', 'shop', ENDED);
    const second = await keep(2, 'ci', 'shop');
    await keep(3, 'other', 'shop');
    const { jobs, next, end } = await search('ci');
    expect([next, end]).toEqual([null, 'end']);
    expect(jobs).toMatchObject([
      {
        id: second,
        state: 'queued',
        verdict: null,
        project: { id: null, name: 'shop' },
        ref: 'main',
        durationMs: null,
      },
      { id: first, state: 'finished', verdict: 'findings', project: { id: 'p', name: 'manifest' }, durationMs: 3_000 },
    ]);
    expect((await search(undefined)).jobs).toHaveLength(3);
  });

  it('pages through jobs of one moment without losing or repeating one', async () => {
    const ids = await Promise.all(Array.from({ length: 450 }, () => keep(5, 'ci', 'shop')));
    const seen: string[] = [];
    let after: JobCursor | undefined;
    do {
      const page = await search('ci', {}, after, 100);
      seen.push(...page.jobs.map(({ id }) => id));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual([...ids].sort().reverse());
  });

  it('stops after a number of jobs, says so, and continues from there', async () => {
    const oldest = await keep(0, 'ci', 'needle');
    for (let at = 1; at <= SCANNED + 10; at += 1) await keep(at, 'ci', 'hay');
    const first = await search('ci', { project: 'needle' });
    expect([first.jobs, first.end, first.next === null]).toEqual([[], 'stopped', false]);
    const second = await search('ci', { project: 'needle' }, first.next ?? undefined);
    expect([second.jobs.map(({ id }) => id), second.end]).toEqual([[oldest], 'end']);
  });

  it('finds each job of a package once, and says if older ones are no longer kept', async () => {
    const job = await keep(1, 'ci', 'shop', ENDED);
    const others = await keep(2, 'other', 'shop', ENDED);
    const record = (id: string, owner: string, at: number, versions = ['1.0.0']) =>
      packages.record({
        job: id,
        owner,
        submittedAt: now + at,
        versions: new Map([['@evil/dep', versions]]),
        actions: new Map(),
      });
    await record(job, 'ci', 1, ['1.0.0', '2.0.0']);
    await record(others, 'other', 2);
    await record(randomUUID(), 'ci', 3);
    expect((await search('ci', { package: '@evil/dep' })).jobs.map(({ id }) => id)).toEqual([job]);
    expect((await search(undefined, { package: '@evil/dep' })).jobs.map(({ id }) => id)).toEqual([others, job]);
    expect((await search('ci', { package: 'evil' })).end).toBe('end');
    for (let at = 0; at < MAX_RUNS; at += 1) await record(randomUUID(), 'ci', 4 + at);
    expect(await search('ci', { package: '@evil/dep' })).toEqual({ jobs: [], next: null, end: 'forgotten' });
  });

  it('never shows a job of another submitter, even if a list of the reader contains it', async () => {
    const others = await keep(1, 'other', 'shop');
    await redis.zadd('packwarden:jobs:of:"ci"', now, others);
    expect((await search('ci')).jobs).toEqual([]);
  });

  it('passes by what is gone and what another version wrote', async () => {
    const gone = await keep(1, 'ci', 'shop');
    const odd = await keep(2, 'ci', 'shop');
    const whole = await keep(3, 'ci', 'shop');
    await redis.del(queue.toKey(gone));
    await redis.hset(queue.toKey(odd), 'data', '{"id":1}');
    expect((await search('ci')).jobs.map(({ id }) => id)).toEqual([whole]);
  });

  it('keeps every list no longer than jobs are kept', async () => {
    await keep(1, 'ci', 'shop');
    for (const key of await redis.keys('packwarden:*')) expect(await redis.ttl(key), key).toBeGreaterThan(3_600);
  });
});
