import type { Redis } from 'ioredis';
import { z } from 'zod';
import { KEYS } from './keys.js';

const versionSchema = z.coerce.number().int();

/** Replaces a result with another basis, and increments the version. Two hosts with the same result agree. */
const PUT = `
if redis.call('HGET', KEYS[1], 'basis') == ARGV[1] then return redis.call('HGET', KEYS[1], 'version') end
redis.call('HSET', KEYS[1], 'basis', ARGV[1], 'result', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('HINCRBY', KEYS[1], 'version', 1)`;

/** The latest correlation of each job, stored next to its report. `basis` identifies its input. */
export class CorrelationResults {
  constructor(
    private readonly redis: Redis,
    private readonly retentionS: number,
  ) {}

  /** Undefined if the latest one has another basis. */
  async find(job: string, basis: string): Promise<{ readonly version: number; readonly result: unknown } | undefined> {
    const [known, version, result] = await this.redis.hmget(KEYS.correlation(job), 'basis', 'version', 'result');
    if (known !== basis || typeof result !== 'string') return undefined;
    return { version: versionSchema.parse(version), result: JSON.parse(result) };
  }

  /** Resolves with the version. */
  async put(job: string, basis: string, result: unknown): Promise<number> {
    const key = KEYS.correlation(job);
    return versionSchema.parse(await this.redis.eval(PUT, 1, key, basis, JSON.stringify(result), this.retentionS));
  }

  /** Not an error if there is none. */
  async remove(job: string): Promise<void> {
    await this.redis.del(KEYS.correlation(job));
  }
}
