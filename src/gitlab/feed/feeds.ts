import type { Redis } from 'ioredis';
import { KEYS } from '../store/keys.js';
import type { FeedHistory } from './silence.js';

/** A pause that counts as silence; `to` is null while it lasts. */
export interface Silence {
  readonly from: number;
  readonly to: number | null;
}

/** The events that a destination sent in one batch, by time of arrival. */
export interface Burst {
  readonly first: number;
  readonly last: number;
  readonly events: number;
  readonly longestPause: number;
}

const DAY_MS = 86_400_000;
/** The number of days whose pauses determine what is usual. */
const DAYS = 8;
const TTL_S = 60 * 86_400;

/** Records a burst, and ends the silence before it, if there was one. */
const NOTE = `
local last = tonumber(redis.call('HGET', KEYS[1], 'last') or '0')
local first = tonumber(ARGV[1])
local pause = tonumber(ARGV[3])
if last > 0 and first - last > pause then pause = first - last end
if last == 0 then redis.call('HSET', KEYS[1], 'since', ARGV[1]) end
if last > 0 and redis.call('HGET', KEYS[2], last) == '' then redis.call('HSET', KEYS[2], last, ARGV[1]) end
if tonumber(ARGV[2]) > last then redis.call('HSET', KEYS[1], 'last', ARGV[2]) end
redis.call('HINCRBY', KEYS[1], 'events', ARGV[4])
local day = 'pause:' .. ARGV[5]
if pause > tonumber(redis.call('HGET', KEYS[1], day) or '0') then redis.call('HSET', KEYS[1], day, pause) end
redis.call('HDEL', KEYS[1], 'pause:' .. ARGV[6])
redis.call('EXPIRE', KEYS[1], ARGV[7])
return pause`;

/** The activity of each destination, stored in Redis for all API hosts. */
export class Feeds {
  constructor(private readonly redis: Redis) {}

  async note(destination: string, burst: Burst): Promise<void> {
    const day = Math.floor(burst.last / DAY_MS);
    const keys = [KEYS.feed(destination), KEYS.silences(destination)];
    const values = [burst.first, burst.last, burst.longestPause, burst.events, day, day - DAYS, TTL_S];
    await this.redis.eval(NOTE, keys.length, ...keys, ...values);
  }

  /** Undefined for a destination that never sent an event. */
  async history(destination: string): Promise<FeedHistory | undefined> {
    const fields = await this.redis.hgetall(KEYS.feed(destination));
    if (fields.last === undefined) return undefined;
    const pauses = Object.entries(fields).filter(([name]) => name.startsWith('pause:'));
    return {
      since: Number(fields.since),
      last: Number(fields.last),
      events: Number(fields.events),
      pauses: pauses.map(([, pause]) => Number(pause)),
    };
  }

  /** Records that a destination has been silent since `from`; false if that is already recorded. */
  async noteSilence(destination: string, from: number): Promise<boolean> {
    const isNew = await this.redis.hsetnx(KEYS.silences(destination), String(from), '');
    await this.redis.expire(KEYS.silences(destination), TTL_S);
    return isNew === 1;
  }

  async silences(destination: string): Promise<readonly Silence[]> {
    const fields = await this.redis.hgetall(KEYS.silences(destination));
    return Object.entries(fields).map(([from, to]) => ({ from: Number(from), to: to === '' ? null : Number(to) }));
  }
}

/** The bursts in a batch of arrivals, by destination. */
export function burstsOf(
  arrivals: readonly { readonly destination: string; readonly at: number }[],
): ReadonlyMap<string, Burst> {
  const bursts = new Map<string, Burst>();
  for (const { destination, at } of [...arrivals].sort((a, b) => a.at - b.at)) {
    const known = bursts.get(destination) ?? { first: at, last: at, events: 0, longestPause: 0 };
    const longestPause = Math.max(known.longestPause, at - known.last);
    bursts.set(destination, { first: known.first, last: at, events: known.events + 1, longestPause });
  }
  return bursts;
}
