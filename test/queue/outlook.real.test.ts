import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUEUE_NAME } from '../../src/queue/job-record.js';
import { outlookOf } from '../../src/queue/outlook.js';
import { ownRedis } from './own-redis.js';

const connected = ownRedis();
let redis: Redis;
let queue: Queue;

beforeAll(async () => {
  redis = connected();
  queue = new Queue(QUEUE_NAME, { connection: redis });
  await queue.waitUntilReady();
});
afterAll(() => queue?.close());

/** Finished jobs with their durations in milliseconds. */
async function ended(durations: readonly number[]): Promise<void> {
  for (const [index, ms] of durations.entries()) {
    await redis.zadd(queue.toKey('completed'), index, `ended-${index}`);
    await redis.hset(queue.toKey(`ended-${index}`), { processedOn: 1_000, finishedOn: 1_000 + ms });
  }
}

const add = (jobId: string, priority: number) => queue.add('detonate', {}, { jobId, priority });
const run = (...ids: string[]) => redis.lpush(queue.toKey('active'), ...ids);

describe('the position of a waiting job, on a real Redis', () => {
  it('waits for the jobs ahead of it: their number times the median, divided by the jobs that run at once', async () => {
    await ended([1_000, 60_000, 20_000, 30_000, 90_000]);
    await run('a', 'b');
    for (const [id, turn] of [
      ['first', 1],
      ['third', 3],
      ['second', 2],
      ['fourth', 4],
    ] as const)
      await add(id, turn);
    expect(await outlookOf(queue, redis, 'first')).toEqual({ before: 0, startsInMs: 0 });
    expect(await outlookOf(queue, redis, 'fourth')).toEqual({ before: 3, startsInMs: 45_000 });
  });

  it('behind those that were put back, which come before all turns, in their order', async () => {
    await ended([10_000, 10_000, 10_000]);
    await run('a');
    await add('turn', 1);
    // BullMQ returns jobs to this end: the next one to be taken is last.
    await redis.rpush(queue.toKey('wait'), 'later', 'next');
    expect(await outlookOf(queue, redis, 'next')).toEqual({ before: 0, startsInMs: 0 });
    expect(await outlookOf(queue, redis, 'later')).toEqual({ before: 1, startsInMs: 10_000 });
    expect(await outlookOf(queue, redis, 'turn')).toEqual({ before: 2, startsInMs: 20_000 });
  });

  it('gives no time where none is known: nothing runs, or too little has ended', async () => {
    await add('first', 1);
    await add('second', 2);
    await run('a');
    await ended([10_000, 10_000]);
    expect(await outlookOf(queue, redis, 'second')).toEqual({ before: 1, startsInMs: null });
    await ended([10_000, 10_000, 10_000]);
    expect(await outlookOf(queue, redis, 'second')).toEqual({ before: 1, startsInMs: 10_000 });
    await redis.del(queue.toKey('active'));
    expect(await outlookOf(queue, redis, 'second')).toEqual({ before: 1, startsInMs: null });
  });

  it.each(['running', 'unknown'])('is nothing for a job that is %s', async (id) => {
    await run('running');
    expect(await outlookOf(queue, redis, id)).toBeNull();
  });
});
