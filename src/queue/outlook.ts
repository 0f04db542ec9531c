import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueOutlook } from '../jobs/ports.js';

/** Of so many jobs that ended last it is known how long one takes; of fewer than `FEWEST` it is not. */
const RECENT = 25;
const FEWEST = 3;

/**
 * Where a waiting job stands. When it starts is known while jobs run: as one waits, every place of every worker is taken, so that as many run as can. Roughly: another
 * submitter's job may come before it, and jobs differ. Null for one that does not wait for its turn.
 */
export async function outlookOf(queue: Queue, redis: Redis, id: string): Promise<QueueOutlook | null> {
  const keyOf = (name: string): string => queue.toKey(name);
  const [rank, waiting, place, running, ended] = await Promise.all([
    redis.zrank(keyOf('prioritized'), id),
    redis.llen(keyOf('wait')),
    // What was put back is taken from the end.
    redis.lpos(keyOf('wait'), id, 'RANK', -1),
    redis.llen(keyOf('active')),
    redis.zrevrange(keyOf('completed'), 0, RECENT - 1),
  ]);
  const before = place === null ? (rank === null ? null : waiting + rank) : waiting - 1 - place;
  if (before === null) return null;
  const durationMs = medianOf(await durationsOf(queue, redis, ended));
  const startsInMs = running === 0 || durationMs === null ? null : Math.round((before * durationMs) / running);
  return { before: Math.max(0, before), startsInMs };
}

async function durationsOf(queue: Queue, redis: Redis, ids: readonly string[]): Promise<readonly number[]> {
  const times = await Promise.all(ids.map((id) => redis.hmget(queue.toKey(id), 'processedOn', 'finishedOn')));
  return times.flatMap(([begun, ended]) => (begun && ended ? [Math.max(0, Number(ended) - Number(begun))] : []));
}

function medianOf(durations: readonly number[]): number | null {
  if (durations.length < FEWEST) return null;
  return durations.toSorted((a, b) => a - b)[Math.floor(durations.length / 2)] ?? null;
}
