import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** Of a hash: the number that was begun last, and the last number of each submitter. */
const KEY = 'packwarden:turns';
const BEGUN_FIELD = 'begun';
/** The largest priority that BullMQ takes; behind it jobs are begun as they came. */
const MOST_TURNS = 2_097_151;

/**
 * Whose turn it is: the jobs of each submitter are numbered on, from the number of the job that was begun last, and the smallest number is
 * begun first. So submitters take turns, and who submits 2,000 jobs at once does not make others wait for all of them (start-time
 * fair queueing, Goyal, Vin and Cheng 1997, with jobs of one size). Where nothing waits the numbers start anew.
 */
export class Turns {
  readonly #redis: Redis;
  /** Where BullMQ keeps the jobs that wait. */
  readonly #waiting: readonly [prioritized: string, wait: string];

  constructor(queue: Queue, redis: Redis) {
    this.#redis = redis;
    this.#waiting = [queue.toKey('prioritized'), queue.toKey('wait')];
  }

  /** The number of a submitter's next job, from 1. `owner`: null where the service is open. */
  async next(owner: string | null): Promise<number> {
    const turn = await this.#redis.eval(NEXT, 3, KEY, ...this.#waiting, fieldOf(owner));
    return Math.min(MOST_TURNS, Number(turn));
  }

  /** How many jobs of a submitter wait, about: those with numbers after the one that was begun last. */
  async waiting(owner: string | null): Promise<number> {
    const [last, begunLast] = await this.#redis.hmget(KEY, fieldOf(owner), BEGUN_FIELD);
    return Math.max(0, Number(last ?? 0) - Number(begunLast ?? 0));
  }

  /** A job that waits is removed: its number is free again. */
  async removed(owner: string | null): Promise<void> {
    await this.#redis.hincrby(KEY, fieldOf(owner), -1);
  }
}

function fieldOf(owner: string | null): string {
  return `of:${owner ?? ''}`;
}

/** Tells that a job with this number was begun. */
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
