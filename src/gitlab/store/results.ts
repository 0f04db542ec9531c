import type { Redis } from 'ioredis';
import { z } from 'zod';
import { KEYS } from './keys.js';

const versionSchema = z.coerce.number().int();

/** Puts a result in place of one that was made of something else; the version counts them. Two hosts that find the same agree. */
const PUT = `
if redis.call('HGET', KEYS[1], 'basis') == ARGV[1] then return redis.call('HGET', KEYS[1], 'version') end
redis.call('HSET', KEYS[1], 'basis', ARGV[1], 'result', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('HINCRBY', KEYS[1], 'version', 1)`;

/** The last correlation of each job, beside its report. `basis` tells what it was made of. */
export class CorrelationResults {
  constructor(
    private readonly redis: Redis,
    private readonly retentionS: number,
  ) {}

  /** Undefined when the last one was made of something else. */
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

  /** No error when there is none. */
  async remove(job: string): Promise<void> {
    await this.redis.del(KEYS.correlation(job));
  }
}
