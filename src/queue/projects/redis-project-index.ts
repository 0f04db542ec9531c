import { deflateSync, inflateSync } from 'node:zlib';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { EarlierThan, Place, Project, ProjectIndex, ProjectRun, RunQuery } from '../../jobs/projects/ports.js';
import { type Summary, summarySchema } from '../../report/compare/summary.js';
import { oldestKept, type RedisStoreOptions, resultsOf } from '../redis-store.js';
import { KEYS } from './project-keys.js';

/** Summaries kept per line and part: concurrent pipelines may need the one before the last, but never the fiftieth. */
const MAX_SUMMARIES = 20;
const MAX_RUNS = 1_000;
/** Maximum number of parts per project. */
const MAX_PLACES = 200;
/** A summary of 20,000 packages has about 4 MB; larger ones are not inflated. */
const MAX_SUMMARY_BYTES = 64 * 1024 ** 2;

const LINES = ['default', 'other', 'none'] as const;
const projectSchema = z.object({
  id: z.string(),
  owner: z.string().nullable(),
  name: z.string(),
  source: z.enum(['id-token', 'request', 'claim', 'manifest']),
  lastRunAt: z.number(),
});
const runSchema = z.object({
  job: z.string(),
  project: z.string(),
  submittedAt: z.number(),
  part: z.string(),
  ref: z.string().nullable(),
  line: z.enum(LINES),
  verdict: z.enum(['clean', 'findings', 'incomplete']),
  findings: z.number().int(),
  headline: z.string().nullable(),
});
const placeSchema = z.object({ project: z.string(), part: z.string(), line: z.enum(LINES) });

/** Stores projects in Redis next to the queue. Every key expires after the retention of its last write. */
export class RedisProjectIndex implements ProjectIndex {
  readonly #redis: Redis;
  readonly #options: RedisStoreOptions;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#redis = options.redis;
  }

  latest(place: Place, { before, commit }: EarlierThan): Promise<Summary | 'unreadable' | undefined> {
    return this.#options.guard(async () => {
      const jobs = await this.#redis.zrevrangebyscore(KEYS.line(place), `(${before}`, oldestKept(this.#options));
      for (const job of jobs) {
        const stored = await this.#redis.getBuffer(KEYS.summary(job));
        // Its job was removed, or is older than the retention.
        const summary = stored === null ? undefined : readSummary(stored);
        if (summary === 'unreadable') return summary;
        if (summary !== undefined && (commit === null || summary.commit !== commit)) return summary;
      }
      return undefined;
    });
  }

  parts(project: string): Promise<readonly Place[]> {
    return this.#options.guard(async () => {
      const places = await this.#redis.hvals(KEYS.places(project));
      const read = places.map((text) => parsed(placeSchema, text)).filter((place) => place !== undefined);
      const counts = await Promise.all(
        read.map((place) => this.#redis.zcount(KEYS.line(place), oldestKept(this.#options), '+inf')),
      );
      return read.filter((_place, index) => (counts[index] ?? 0) > 0);
    });
  }

  record(project: Project, run: ProjectRun, summary: Summary | null): Promise<void> {
    return this.#options.guard(() => this.#record(project, run, summary));
  }

  async #record(project: Project, run: ProjectRun, summary: Summary | null): Promise<void> {
    const { retentionS } = this.#options;
    const { id, owner } = project;
    const { job, submittedAt } = run;
    const transaction = this.#redis.multi();
    const keep = (key: string): void => void transaction.expire(key, retentionS);
    for (const key of [KEYS.all, KEYS.ofOwner(owner)]) {
      transaction.zadd(key, 'GT', submittedAt, id).zremrangebyscore(key, '-inf', oldestKept(this.#options));
      keep(key);
    }
    // If two run concurrently, the later one knows the project's current name.
    const known = parsed(projectSchema, await this.#redis.get(KEYS.project(id)));
    const newest = known !== undefined && known.lastRunAt > project.lastRunAt ? known : project;
    transaction.set(KEYS.project(id), JSON.stringify(newest), 'EX', retentionS);
    transaction.set(KEYS.run(job), JSON.stringify(run), 'EX', retentionS);
    transaction.zadd(KEYS.runs(id), submittedAt, job).zremrangebyrank(KEYS.runs(id), 0, -MAX_RUNS - 1);
    keep(KEYS.runs(id));
    if (summary !== null) {
      const place = { project: id, part: run.part, line: run.line };
      const packed = deflateSync(JSON.stringify(summary));
      transaction.set(KEYS.summary(job), packed, 'EX', retentionS);
      transaction.zadd(KEYS.line(place), submittedAt, job).zremrangebyrank(KEYS.line(place), 0, -MAX_SUMMARIES - 1);
      keep(KEYS.line(place));
      transaction.hset(KEYS.places(id), `${run.line} ${run.part}`, JSON.stringify(place));
      keep(KEYS.places(id));
    }
    resultsOf(await transaction.exec());
    await this.#boundPlaces(id);
  }

  projects(owner: string | null | undefined, limit: number): Promise<readonly Project[]> {
    return this.#options.guard(async () => {
      const key = owner === undefined ? KEYS.all : KEYS.ofOwner(owner);
      const ids = await this.#redis.zrevrangebyscore(key, '+inf', oldestKept(this.#options), 'LIMIT', 0, limit);
      if (ids.length === 0) return [];
      const texts = await this.#redis.mget(ids.map(KEYS.project));
      return texts.map((text) => parsed(projectSchema, text)).filter((project) => project !== undefined);
    });
  }

  project(id: string): Promise<Project | undefined> {
    return this.#options.guard(async () => {
      return parsed(projectSchema, await this.#redis.get(KEYS.project(id)));
    });
  }

  runs(project: string, { before, limit }: RunQuery): Promise<readonly ProjectRun[]> {
    return this.#options.guard(async () => {
      const jobs = await this.#redis.zrevrangebyscore(
        KEYS.runs(project),
        `(${before}`,
        oldestKept(this.#options),
        'LIMIT',
        0,
        limit,
      );
      if (jobs.length === 0) return [];
      const texts = await this.#redis.mget(jobs.map(KEYS.run));
      return texts.map((text) => parsed(runSchema, text)).filter((run) => run !== undefined);
    });
  }

  forget(job: string): Promise<void> {
    return this.#options.guard(async () => {
      const run = parsed(runSchema, await this.#redis.get(KEYS.run(job)));
      const transaction = this.#redis.multi().del(KEYS.run(job), KEYS.summary(job));
      if (run !== undefined) transaction.zrem(KEYS.runs(run.project), job).zrem(KEYS.line(run), job);
      resultsOf(await transaction.exec());
    });
  }

  /** A project whose manifest has a different name in each run must not fill Redis. */
  async #boundPlaces(id: string): Promise<void> {
    const key = KEYS.places(id);
    if ((await this.#redis.hlen(key)) > MAX_PLACES) await this.#redis.del(key);
  }
}

function readSummary(stored: Buffer): Summary | 'unreadable' {
  try {
    const text = inflateSync(stored, { maxOutputLength: MAX_SUMMARY_BYTES }).toString();
    return summarySchema.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

/** Undefined for data that is missing or of another version. */
function parsed<T>(schema: z.ZodType<T>, text: string | null): T | undefined {
  if (text === null) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
