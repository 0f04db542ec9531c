import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Deliver, Outbox } from '../../src/queue/outbox.js';
import { type RedisServer, startRedisServer } from '../../src/queue/redis-server.js';

const log = pino({ level: 'silent' });
const folder = mkdtempSync(join(tmpdir(), 'pw-outbox-'));
let redis: RedisServer;
const open: Outbox[] = [];

beforeAll(async () => {
  redis = await startRedisServer(folder, log);
});
afterEach(async () => {
  for (const outbox of open.splice(0)) await outbox.close();
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

function outbox(name: string, deliver: Deliver): Outbox {
  const made = new Outbox({ url: redis.url, name, retentionS: 3_600, deliver, clock: { now: () => Date.now() }, log });
  open.push(made);
  made.start();
  return made;
}

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 50 });

describe('notifications to other systems', () => {
  it('are delivered once, however often a job is put there, also after a restart', async () => {
    const told: string[] = [];
    const deliver: Deliver = async (job) => {
      told.push(job);
      return true;
    };
    const job = randomUUID();
    const first = outbox('once', deliver);
    await first.add(job);
    await first.add(job);
    await until(() => expect(told).toEqual([job]));
    await first.close();
    open.length = 0;
    const second = outbox('once', deliver);
    await second.add(job);
    const other = randomUUID();
    await second.add(other);
    await until(() => expect(told).toEqual([job, other]));
  });

  it('waits until the job has its report', async () => {
    let tries = 0;
    const made = outbox('early', async () => ++tries > 2);
    await made.add(randomUUID());
    await until(() => expect(tries).toBe(3));
    await until(async () => expect(await made.counts()).toEqual({ waiting: 0, givenUp: 0 }));
  });

  it('is tried again, going on where the try before ended', async () => {
    const seen: number[] = [];
    const made = outbox('again', async (_job, { done, advance }) => {
      seen.push(done);
      if (done === 0) {
        await advance(1);
        throw new Error('503');
      }
      return true;
    });
    await made.add(randomUUID());
    await until(() => expect(seen).toEqual([0, 1]));
  });

  it('a receiver that is dead holds up no other, and is seen', async () => {
    const dead = outbox('dead', () => Promise.reject(new Error('500')));
    const told: string[] = [];
    const alive = outbox('alive', async (job) => told.push(job) > 0);
    const jobs = Array.from({ length: 20 }, () => randomUUID());
    for (const job of jobs) {
      await dead.add(job);
      await alive.add(job);
    }
    await until(() => expect(told).toHaveLength(20));
    await until(async () => expect(await dead.counts()).toEqual({ waiting: 20, givenUp: 0 }));
  });
});
