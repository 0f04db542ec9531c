import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Place, Project, ProjectRun } from '../../src/jobs/projects/ports.js';
import { KEYS } from '../../src/queue/projects/project-keys.js';
import { RedisProjectIndex } from '../../src/queue/projects/redis-project-index.js';
import { summaryOf } from '../../src/report/compare/summary.js';
import { installed, reads, run } from '../report/compare/runs.js';
import { ownRedis } from './own-redis.js';

const connected = ownRedis();
const RETENTION_S = 3_600;
let redis: Redis;
let now = Date.now();
let index: RedisProjectIndex;

beforeEach(() => {
  redis = connected();
  now = Date.now();
  index = new RedisProjectIndex({ redis, retentionS: RETENTION_S, now: () => now, guard: (work) => work() });
});

const PLACE: Place = { project: 'p1', part: 'shop', line: 'default' };
const ALL = { before: Number.MAX_SAFE_INTEGER, commit: null };

/** Keeps a run of the project `p1` that was submitted `at` seconds from now. */
async function keep(at: number, changes: Partial<Project & ProjectRun> = {}, commit: string | null = null) {
  const { id = 'p1', owner = 'ci', name = 'shop', part = 'shop', line = 'default' } = changes;
  const submittedAt = now + at * 1_000;
  const job = randomUUID();
  const report = run({ id: job, installed: [installed('a', '1.0.0')], findings: [reads('a', '1.0.0')] });
  const project: Project = { id, owner, name, source: 'manifest', lastRunAt: submittedAt };
  const told: ProjectRun = {
    job,
    project: id,
    submittedAt,
    part,
    ref: null,
    line,
    verdict: 'clean',
    findings: 0,
    headline: 'x',
  };
  const summary = summaryOf({ ...report, submittedAt: new Date(submittedAt).toISOString() }, commit);
  await index.record(project, told, line === 'other' ? null : summary);
  return { job, submittedAt, summary };
}

describe('the runs of projects on a real Redis', () => {
  it('gives back what was kept, of the line and the part that was asked for', async () => {
    const kept = await keep(0);
    await keep(1, { line: 'other' });
    await keep(2, { part: 'docs' });
    await keep(3, { id: 'p2' });
    expect(await index.latest(PLACE, ALL)).toEqual(kept.summary);
    expect(await index.latest({ ...PLACE, part: 'unknown' }, ALL)).toBeUndefined();
    expect(await index.parts('p1')).toEqual(expect.arrayContaining([PLACE, { ...PLACE, part: 'docs' }]));
  });

  it('compares two runs that end at once with the one before, whichever was stored last', async () => {
    const first = await keep(0);
    const later = await keep(20);
    const slower = await keep(10);
    const jobBefore = async (before: number) => {
      const found = await index.latest(PLACE, { before, commit: null });
      return typeof found === 'object' ? found.job : found;
    };
    expect(await jobBefore(later.submittedAt)).toBe(slower.job);
    expect(await jobBefore(slower.submittedAt)).toBe(first.job);
    expect(await jobBefore(first.submittedAt)).toBeUndefined();
    expect(await index.latest(PLACE, ALL)).toMatchObject({ job: later.job });
  });

  it('passes runs of the same commit by', async () => {
    const first = await keep(0, {}, 'aaa');
    await keep(1, {}, 'bbb');
    expect(await index.latest(PLACE, { before: ALL.before, commit: 'bbb' })).toMatchObject({ job: first.job });
  });

  it("lists a submitter's own projects, the most recently run first, and all projects to an administrator", async () => {
    await keep(0, { id: 'p1', owner: 'ci' });
    await keep(1, { id: 'p2', owner: 'other' });
    await keep(2, { id: 'p3', owner: 'ci' });
    await keep(3, { id: 'p4', owner: null });
    await keep(4, { id: 'p5', owner: 'null' });
    const ids = async (owner: string | null | undefined) => (await index.projects(owner, 10)).map(({ id }) => id);
    expect(await ids('ci')).toEqual(['p3', 'p1']);
    expect(await ids(null)).toEqual(['p4']);
    expect(await ids('nobody')).toEqual([]);
    expect(await ids(undefined)).toEqual(['p5', 'p4', 'p3', 'p2', 'p1']);
  });

  it('names a project as its latest run does, even if an earlier one ends later', async () => {
    await keep(10, { name: 'acme/store' });
    await keep(0, { name: 'acme/shop' });
    expect(await index.project('p1')).toMatchObject({ name: 'acme/store' });
  });

  it('pages runs, the newest first, and forgets one with its job', async () => {
    const jobs: string[] = [];
    for (let at = 0; at < 5; at += 1) jobs.unshift((await keep(at)).job);
    const page = await index.runs('p1', { before: Number.MAX_SAFE_INTEGER, limit: 2 });
    expect(page.map(({ job }) => job)).toEqual(jobs.slice(0, 2));
    await index.forget(jobs[0] ?? '');
    await index.forget(randomUUID());
    const rest = await index.runs('p1', { before: page[1]?.submittedAt ?? 0, limit: 10 });
    expect(rest.map(({ job }) => job)).toEqual(jobs.slice(2));
    expect(await index.latest(PLACE, ALL)).toMatchObject({ job: jobs[1] });
  });

  it('shows nothing that is older than reports are kept, and every key ends by itself', async () => {
    await keep(0);
    for (const key of await redis.keys('*')) {
      expect(await redis.ttl(key), key).toBeGreaterThan(0);
      expect(await redis.ttl(key), key).toBeLessThanOrEqual(RETENTION_S);
    }
    now += RETENTION_S * 1_000 + 1;
    expect(await index.latest(PLACE, ALL)).toBeUndefined();
    expect(await index.parts('p1')).toEqual([]);
    expect(await index.projects('ci', 10)).toEqual([]);
    expect(await index.runs('p1', { before: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([]);
  });

  it.each([
    ['of another form', 'other'],
    ['that is damaged', 'damaged'],
  ])('a summary %s is reported as unreadable', async (_what, kind) => {
    const { job, summary } = await keep(0);
    const { deflateSync } = await import('node:zlib');
    const other = deflateSync(JSON.stringify({ ...summary, schema: 0 }));
    await redis.set(KEYS.summary(job), kind === 'other' ? other : Buffer.from('no deflate'));
    expect(await index.latest(PLACE, ALL)).toBe('unreadable');
  });

  it('keeps twenty summaries of a line, however many runs there are', async () => {
    for (let at = 0; at < 25; at += 1) await keep(at);
    expect(await redis.zcard(KEYS.line(PLACE))).toBe(20);
    expect(await index.runs('p1', { before: Number.MAX_SAFE_INTEGER, limit: 100 })).toHaveLength(25);
  });

  it('keeps a project of 20,000 packages small', async () => {
    const job = randomUUID();
    const many = Array.from({ length: 20_000 }, (_, at) => installed(`package-${at}`, `1.${at}.0`, `sha512-${at}`));
    const summary = summaryOf(run({ id: job, installed: many }));
    const told = {
      job,
      project: 'p1',
      submittedAt: now,
      part: 'shop',
      ref: null,
      line: 'default',
      verdict: 'clean',
      findings: 0,
      headline: null,
    } as const;
    await index.record({ id: 'p1', owner: 'ci', name: 'shop', source: 'manifest', lastRunAt: now }, told, summary);
    expect(await redis.strlen(KEYS.summary(job))).toBeLessThan(1024 ** 2);
    expect(await index.latest(PLACE, ALL)).toEqual(summary);
  });
});
