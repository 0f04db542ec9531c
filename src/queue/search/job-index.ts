import type { Redis } from 'ioredis';
import type { JobSpec } from '../../jobs/job.js';
import type { JobCursor } from '../../jobs/search/query.js';
import { jobEntries, type RedisStoreOptions, resultsOf } from '../redis-store.js';

const PREFIX = 'packwarden:jobs';
const DAY_MS = 24 * 60 * 60_000;

/** The key of a sorted set of job ids by time of submission. Names of owners are untrusted input, so they are JSON-encoded. */
export function jobsKey(owner: string | null | undefined): string {
  return owner === undefined ? `${PREFIX}:all` : `${PREFIX}:of:${JSON.stringify(owner)}`;
}

export interface JobIndexOptions extends Pick<RedisStoreOptions, 'redis' | 'retentionS' | 'now'> {
  /** How long a job may wait for a worker, in milliseconds. */
  readonly queueMs: number;
}

/** Which jobs there are, by the time of their submission: BullMQ orders those of each state by something else. */
export class JobIndex {
  readonly #options: JobIndexOptions;

  constructor(options: JobIndexOptions) {
    this.#options = options;
  }

  /** To be called before the job is added: one that is listed and not there is passed by, one that is there must be listed. */
  async add({ id, owner, submittedAt }: JobSpec): Promise<void> {
    const { redis, retentionS, queueMs, now } = this.#options;
    const keptMs = retentionS * 1000 + queueMs + DAY_MS;
    const transaction = redis.multi();
    for (const key of [jobsKey(owner), jobsKey(undefined)]) {
      transaction.zadd(key, submittedAt, id).zremrangebyscore(key, '-inf', now() - keptMs);
      transaction.pexpire(key, keptMs);
    }
    resultsOf(await transaction.exec());
  }

  async remove(id: string, owner: string | null): Promise<void> {
    await this.#options.redis.multi().zrem(jobsKey(owner), id).zrem(jobsKey(undefined), id).exec();
  }
}

/** Some entries of such a set, or of a package's, from `offset` on below a time, newest first. */
export async function readEntries(
  redis: Redis,
  key: string,
  from: number | undefined,
  { offset, count }: { readonly offset: number; readonly count: number },
): Promise<readonly JobCursor[]> {
  const max = from === undefined ? '+inf' : String(from);
  const found = await redis.zrevrangebyscore(key, max, '-inf', 'WITHSCORES', 'LIMIT', offset, count);
  return jobEntries(found).map(({ id, submittedAt }) => ({ id, submittedAt }));
}
