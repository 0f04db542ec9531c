import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { JobPackages, PackageAction, PackageHistory, PackageRuns } from '../../jobs/packages/ports.js';
import { behaviourSchema } from '../../report/compare/behaviour.js';
import { jobEntries, oldestKept, type RedisStoreOptions, resultsOf } from '../redis-store.js';
import { PACKAGE_KEYS } from './package-keys.js';

/** Jobs that are kept of one package: so many entries Redis keeps in one small block, and no page shows more. */
export const MAX_RUNS = 128;
/** Entries that are written in one go: Redis answers others in between. */
const AT_ONCE = 1_000;
const actionsSchema = z.array(z.object({ version: z.string().nullable(), behaviour: behaviourSchema }));

/**
 * Keeps the packages of jobs in Redis beside the queue. What is kept grows with the number of different packages, not with that of
 * jobs. Every key ends with the retention of what was last written to it.
 */
export class RedisPackageHistory implements PackageHistory {
  readonly #redis: Redis;
  readonly #options: RedisStoreOptions;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#redis = options.redis;
  }

  record(packages: JobPackages): Promise<void> {
    return this.#options.guard(async () => {
      const { job, actions } = packages;
      const { retentionS } = this.#options;
      const key = PACKAGE_KEYS.actions(job);
      const did = [...actions].flatMap(([name, list]) => [name, JSON.stringify(list)]);
      // What an earlier try of the job did is replaced.
      const first = this.#redis.multi().del(key);
      if (did.length > 0) first.hset(key, ...did).expire(key, retentionS);
      resultsOf(await first.exec());
      await this.#keepRuns(packages);
    });
  }

  async #keepRuns({ job, owner, submittedAt, versions }: JobPackages): Promise<void> {
    const entries = [...versions].flatMap(([name, list]) =>
      [PACKAGE_KEYS.runs(name, owner), PACKAGE_KEYS.runs(name, undefined)].flatMap((key) =>
        list.map((version) => ({ key, member: `${job} ${version}` })),
      ),
    );
    const settings = [submittedAt, MAX_RUNS, oldestKept(this.#options), this.#options.retentionS];
    for (let start = 0; start < entries.length; start += AT_ONCE) {
      const batch = entries.slice(start, start + AT_ONCE);
      const keys = batch.map(({ key }) => key);
      await this.#redis.eval(KEEP, keys.length, ...keys, ...settings, ...batch.map(({ member }) => member));
    }
  }

  runs(name: string, owner: string | null | undefined): Promise<PackageRuns> {
    return this.#options.guard(async () => {
      const key = PACKAGE_KEYS.runs(name, owner);
      const found = await this.#redis.zrevrangebyscore(
        key,
        '+inf',
        oldestKept(this.#options),
        'WITHSCORES',
        'LIMIT',
        0,
        MAX_RUNS,
      );
      const runs = jobEntries(found).map(({ id: job, version, submittedAt }) => ({ job, version, submittedAt }));
      return { runs, isCut: runs.length >= MAX_RUNS };
    });
  }

  actions(name: string, jobs: readonly string[]): Promise<readonly (readonly PackageAction[])[]> {
    return this.#options.guard(async () => {
      const pipeline = this.#redis.pipeline();
      for (const job of jobs) pipeline.hget(PACKAGE_KEYS.actions(job), name);
      return resultsOf(await pipeline.exec()).map(readActions);
    });
  }

  forget(job: string): Promise<void> {
    // The entries of its packages lead to a job that is gone, which no reader is shown; they go with the next ones.
    return this.#options.guard(async () => void (await this.#redis.del(PACKAGE_KEYS.actions(job))));
  }
}

/** As a script: a command for each step of each package took a second for a large project. */
const KEEP = `
local score, most, oldest, retention = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, score, ARGV[4 + i])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', oldest)
  if redis.call('ZCARD', key) > most then redis.call('ZREMRANGEBYRANK', key, 0, -most - 1) end
  redis.call('EXPIRE', key, retention)
end`;

/** Nothing for what is gone or of another version. */
function readActions(text: unknown): readonly PackageAction[] {
  if (typeof text !== 'string') return [];
  try {
    return actionsSchema.parse(JSON.parse(text));
  } catch {
    return [];
  }
}
