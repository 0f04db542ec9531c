import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** A hash with the number that was started last, and the last number of each submitter. */
const KEY = 'packwarden:turns';
const BEGUN_FIELD = 'begun';
/** The largest priority that BullMQ accepts; beyond it jobs are started in order of submission. */
const MAX_TURN = 2_097_151;

/**
 * Assigns turns: each submitter's jobs are numbered consecutively, starting from the number of the job that was started last, and the
 * smallest number is started first. So submitters take turns, and one with 2,000 jobs does not make the others wait for all of them
 * (start-time fair queueing, Goyal, Vin and Cheng 1997, with jobs of equal size). When no job is waiting the numbering restarts.
 */
export class Turns {
  readonly #redis: Redis;
  /** BullMQ's keys for waiting jobs. */
  readonly #waiting: readonly [prioritized: string, wait: string];

  constructor(queue: Queue, redis: Redis) {
    this.#redis = redis;
    this.#waiting = [queue.toKey('prioritized'), queue.toKey('wait')];
  }

  /** The number of a submitter's next job, starting at 1. `owner`: null if the service is open. */
  async next(owner: string | null): Promise<number> {
    const turn = await this.#redis.eval(NEXT, 3, KEY, ...this.#waiting, fieldOf(owner));
    return Math.min(MAX_TURN, Number(turn));
  }

  /** The approximate number of a submitter's waiting jobs: those with numbers above the one that was started last. */
  async waiting(owner: string | null): Promise<number> {
    const [last, begunLast] = await this.#redis.hmget(KEY, fieldOf(owner), BEGUN_FIELD);
    return Math.max(0, Number(last ?? 0) - Number(begunLast ?? 0));
  }

  /** A waiting job was removed: its number becomes free. */
  async removed(owner: string | null): Promise<void> {
    await this.#redis.hincrby(KEY, fieldOf(owner), -1);
  }
}

function fieldOf(owner: string | null): string {
  return `of:${owner ?? ''}`;
}

/** Records that the job with this number was started. */
export async function begun(redis: Redis, turn: number): Promise<void> {
  await redis.eval(BEGUN, 1, KEY, turn);
}

const NEXT = `
if redis.call('ZCARD', KEYS[2]) == 0 and redis.call('LLEN', KEYS[3]) == 0 then redis.call('DEL', KEYS[1]) end
local begun = tonumber(redis.call('HGET', KEYS[1], '${BEGUN_FIELD}') or '0')
local last = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
local turn = math.max(begun, last + 1)
redis.call('HSET', KEYS[1], ARGV[1], turn)
return turn`;

const BEGUN = `
local begun = tonumber(redis.call('HGET', KEYS[1], '${BEGUN_FIELD}') or '0')
if tonumber(ARGV[1]) > begun then redis.call('HSET', KEYS[1], '${BEGUN_FIELD}', ARGV[1]) end`;
