import { createHash } from 'node:crypto';
import type { ChainableCommander, Redis } from 'ioredis';
import type { Sameness } from '../event/same-event.js';
import { GROUP, KEYS } from './keys.js';

/** The outcome for an event: `new`; `duplicate` of an earlier one; `gone`: already settled by another host. */
export type Settled = 'new' | 'duplicate' | 'gone';

/** All effects of one event, applied atomically. */
export interface Settlement {
  readonly streamId: string;
  readonly same: Sameness;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly now: number;
  readonly indexes: readonly string[];
  /** JSON texts. */
  readonly alerts: readonly string[];
}

/** How long an event with a changing id is recognized by its content: retries span minutes to hours. */
const CONTENT_TTL_S = 6 * 3600;
const MAX_ALERTS = 50_000;

/**
 * Acknowledges first: only the host that succeeds applies the effects, so an event that is read twice (its consumer was killed, or slow)
 * counts once.
 */
const SCRIPT = `
if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 'gone' end
local first = redis.call('GET', KEYS[2]) or redis.call('GET', KEYS[3])
if first then
  redis.call('INCR', ARGV[3] .. first)
  redis.call('EXPIRE', ARGV[3] .. first, ARGV[4])
  redis.call('XDEL', KEYS[1], ARGV[2])
  redis.call('HINCRBY', KEYS[4], 'duplicates', 1)
  return 'duplicate'
end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[4])
if KEYS[3] ~= KEYS[2] then redis.call('SET', KEYS[3], ARGV[2], 'EX', ARGV[5]) end
redis.call('HINCRBY', KEYS[4], 'events', 1)
for i = 7, #KEYS do
  redis.call('ZADD', KEYS[i], ARGV[6], ARGV[2])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', ARGV[7])
  redis.call('EXPIRE', KEYS[i], ARGV[4])
end
for i = 9, #ARGV do redis.call('XADD', KEYS[5], 'MAXLEN', '~', ARGV[8], '*', 'alert', ARGV[i]) end
if #ARGV >= 9 then redis.call('SET', KEYS[6], '[' .. table.concat(ARGV, ',', 9) .. ']', 'EX', ARGV[4]) end
return 'new'`;

const SHA1 = createHash('sha1').update(SCRIPT).digest('hex');

/** Loads the script into Redis, which forgets it on restart. */
export async function prepareSettling(redis: Redis): Promise<void> {
  await redis.script('LOAD', SCRIPT);
}

/** Adds the settlement of one event to a pipeline; its result is a `Settled`. `prepareSettling` must have been called. */
export function settle(pipeline: ChainableCommander, settlement: Settlement, retentionS: number): void {
  const { streamId, same, time, now, indexes, alerts } = settlement;
  const seen = KEYS.seen(same.key);
  const keys = [
    KEYS.events,
    seen,
    same.content === undefined ? seen : KEYS.seen(same.content),
    KEYS.counters,
    KEYS.alerts,
    KEYS.alertsOf(streamId),
    ...indexes.map(KEYS.index),
  ];
  const forgotten = now - retentionS * 1000;
  const values = [GROUP, streamId, KEYS.copies(''), retentionS, CONTENT_TTL_S, time, forgotten, MAX_ALERTS, ...alerts];
  pipeline.evalsha(SHA1, keys.length, ...keys, ...values);
}
