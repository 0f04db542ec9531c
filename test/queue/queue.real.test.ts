import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobSpec } from '../../src/jobs/job.js';
import { BullQueue } from '../../src/queue/bull-queue.js';
import { BullWorker } from '../../src/queue/bull-worker.js';
import { emptyReport } from '../../src/queue/job-record.js';
import { type RedisServer, startRedisServer } from '../../src/queue/redis-server.js';
import { StoredReports } from '../../src/queue/reports/stored-reports.js';
import { FileStore } from '../../src/stores/file-store.js';
import { deferred } from '../deferred.js';
import { eventually } from '../support/service-process.js';

const folder = mkdtempSync(join(tmpdir(), 'pw-queue-'));
const log = pino({ level: 'silent' });
const clock = { now: () => Date.now() };
let redis: RedisServer;
let queue: BullQueue;
let store: FileStore;
let reports: StoredReports;

beforeAll(async () => {
  redis = await startRedisServer(folder, log);
  store = await FileStore.open({ folder: join(folder, 'reports'), suffix: '.json.gz' });
  reports = new StoredReports({ store, retentionS: 60, queueMs: 60_000, now: () => clock.now() });
  queue = await BullQueue.open(
    { url: redis.url, retentionS: 60, queueMs: 60_000, maxWaiting: 1_000, reports, clock, log },
    10_000,
  );
});
afterAll(async () => {
  await queue?.close();
  await store?.close();
  await redis?.stop();
  rmSync(folder, { recursive: true });
});

const newSpec = (owner: string | null = null): JobSpec => {
  const id = randomUUID();
  return {
    id,
    ecosystem: 'npm',
    owner,
    submittedAt: Date.now(),
    context: null,
    blob: { key: id, bytes: 1, sha256: 'ab' },
  };
};

function workerThat(run: ConstructorParameters<typeof BullWorker>[0]['run'], finished: string[] = []): BullWorker {
  return new BullWorker({
    url: redis.url,
    concurrency: 4,
    queueMs: 60_000,
    reports,
    clock,
    log,
    run,
    isTemporary: (error) => error instanceof Error && error.message === 'not now',
    reasonOf: (error) =>
      error instanceof Error && error.message === 'too much' ? 'docker-overloaded' : 'sandbox-failed',
    onFinished: async (id) => void finished.push(id),
  });
}

const answer = (spec: JobSpec) => emptyReport(spec, Date.now(), 'cancelled', 'done');

/** Runs `use` beside a working worker. */
async function withWorker(worker: BullWorker, use: () => Promise<void>): Promise<void> {
  await worker.start();
  try {
    await use();
  } finally {
    await worker.close(1_000);
  }
}

const finalView = (id: string) =>
  eventually(`${id} is final`, 30_000, async () => {
    const view = await queue.find(id);
    return view?.report === null ? undefined : view;
  });

/** Asks without a pause, so that some question falls into the moment in which the job ends. */
async function askUntilFinal(id: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (((await queue.find(id))?.report ?? null) === null) expect(Date.now()).toBeLessThan(deadline);
}

describe('the queue on a real Redis', () => {
  it('never shows an ended job without its report, however often it is asked', async () => {
    const specs = Array.from({ length: 500 }, () => newSpec());
    const finished: string[] = [];
    await withWorker(
      workerThat(async ({ spec }) => answer(spec), finished),
      async () => {
        for (const spec of specs) await queue.add(spec);
        await Promise.all(specs.map(({ id }) => askUntilFinal(id)));
      },
    );
    expect(finished.sort()).toEqual(specs.map(({ id }) => id).sort());
  });

  it('tries a job again when the machine fails, and reports it in the end all the same', async () => {
    const spec = newSpec();
    const attempts: number[] = [];
    const failing = workerThat(async ({ number }) => {
      attempts.push(number);
      throw new Error('the engine is on fire');
    });
    await withWorker(failing, async () => {
      await queue.add(spec);
      const view = await finalView(spec.id);
      expect(view.report?.incomplete).toEqual([{ code: 'sandbox-failed', message: 'the engine is on fire' }]);
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('puts a job off without using up a try while the machine says "not now"', async () => {
    const spec = newSpec();
    let refusals = 0;
    const later = workerThat(async () => {
      refusals += 1;
      if (refusals <= 4) throw new Error('not now');
      return answer(spec);
    });
    await withWorker(later, async () => {
      await queue.add(spec);
      expect((await finalView(spec.id)).report?.incomplete[0]?.message).toBe('done');
    });
    expect(refusals).toBe(5);
  });

  it('gives back what it runs when it stops, without using up a try, and another worker finishes it', async () => {
    const spec = newSpec();
    const first = workerThat(
      ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer(spec)))),
    );
    await first.start();
    await queue.add(spec);
    await eventually('running', 10_000, async () =>
      (await queue.find(spec.id))?.state === 'preparing' ? true : undefined,
    );
    await first.close(50);
    expect(await queue.find(spec.id)).toMatchObject({ state: 'queued', report: null });
    const whole = emptyReport(spec, Date.now(), 'cancelled', 'the second one');
    await withWorker(
      workerThat(async () => whole),
      async () => {
        expect((await finalView(spec.id)).report?.incomplete[0]?.message).toBe('the second one');
      },
    );
  });

  it('runs a job once that Redis took for lost, and keeps its report', async () => {
    const spec = newSpec();
    const { promise, resolve } = deferred<void>();
    let runs = 0;
    const slow = workerThat(async () => {
      runs += 1;
      await promise;
      return answer(spec);
    });
    const client = new Redis({ path: redis.url.slice('unix://'.length) });
    try {
      await withWorker(slow, async () => {
        await queue.add(spec);
        await eventually('running', 10_000, async () =>
          (await queue.find(spec.id))?.state === 'preparing' ? true : undefined,
        );
        // As after an absence that was longer than the lock lasts: it is given out again.
        await client.del(`bull:packwarden:${spec.id}:lock`);
        await eventually('given out again', 30_000, async () =>
          Number(await client.hget(`bull:packwarden:${spec.id}`, 'ats')) > 1 ? true : undefined,
        );
        resolve();
        expect((await finalView(spec.id)).report?.incomplete[0]?.message).toBe('done');
      });
    } finally {
      client.disconnect();
    }
    expect(runs).toBe(1);
  });

  it('takes no more jobs of a submitter than may wait, and of others all the same; a removed one leaves room', async () => {
    const bounded = await BullQueue.open(
      { url: redis.url, retentionS: 60, queueMs: 60_000, maxWaiting: 3, reports, clock, log },
      10_000,
    );
    const specs = Array.from({ length: 3 }, () => newSpec('eager'));
    for (const spec of specs) {
      await bounded.admit('eager');
      await bounded.add(spec);
    }
    await expect(bounded.admit('eager')).rejects.toMatchObject({ code: 'queue-full' });
    await bounded.admit('other');
    await bounded.admit(null);
    await bounded.remove(specs[0]?.id ?? '');
    await bounded.admit('eager');
    await withWorker(
      workerThat(async ({ spec }) => answer(spec)),
      async () => {
        for (const { id } of specs.slice(1)) await finalView(id);
      },
    );
    await bounded.admit('eager');
    await bounded.close();
  });

  it('lets submitters take turns, however much one of them has submitted', async () => {
    const many = Array.from({ length: 40 }, () => newSpec('many'));
    for (const spec of many) await queue.add(spec);
    const few = Array.from({ length: 3 }, () => newSpec('few'));
    for (const spec of few) await queue.add(spec);
    const order: string[] = [];
    const worker = workerThat(async ({ spec }) => {
      order.push(spec.owner ?? '');
      return answer(spec);
    });
    await withWorker(worker, async () => {
      for (const { id } of [...many, ...few]) await finalView(id);
    });
    // Four are begun at once.
    expect(order.lastIndexOf('few')).toBeLessThan(12);
    expect(order.filter((owner) => owner === 'many')).toHaveLength(40);
  });

  it('cancels a running job on request, and forgets a finished one', async () => {
    const spec = newSpec();
    const waiting = workerThat(
      ({ signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer(spec)), { once: true })),
    );
    await withWorker(waiting, async () => {
      await queue.add(spec);
      await eventually('running', 10_000, async () =>
        (await queue.find(spec.id))?.state === 'preparing' ? true : undefined,
      );
      expect(await queue.remove(spec.id)).toBe(false);
      await finalView(spec.id);
      expect(await queue.remove(spec.id)).toBe(true);
      expect(await queue.find(spec.id)).toBeUndefined();
    });
  });

  it('adds one job of all that race under one key, keeps the key past its end, and forgets it with the job', async () => {
    const specs = Array.from({ length: 20 }, newSpec);
    const kept = await Promise.all(specs.map((spec) => queue.add(spec, 'key')));
    const [first] = kept;
    expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
    expect(specs).toContainEqual(first);
    const found = await Promise.all(specs.map(({ id }) => queue.find(id)));
    expect(found.filter((view) => view !== undefined)).toHaveLength(1);

    await withWorker(
      workerThat(async ({ spec }) => answer(spec)),
      async () => void (await finalView(first?.id ?? '')),
    );
    expect(await queue.add(newSpec(), 'key')).toEqual(first);
    expect(await queue.remove(first?.id ?? '')).toBe(true);
    const later = newSpec();
    expect(await queue.add(later, 'key')).toEqual(later);
    await queue.remove(later.id);
  });

  it('lists the newest jobs of one submitter, or of everybody, with their verdicts', async () => {
    const own = [newSpec('anna'), newSpec('anna'), newSpec('anna')].map((spec, index) => ({
      ...spec,
      submittedAt: spec.submittedAt + index,
    }));
    const [first, second, third] = own.map(({ id }) => id);
    const other = newSpec('bert');
    await queue.add(other);
    for (const spec of own.slice(0, 2)) await queue.add(spec);
    await withWorker(
      workerThat(async ({ spec }) => answer(spec)),
      async () => void (await Promise.all([other, ...own.slice(0, 2)].map(({ id }) => finalView(id)))),
    );
    await queue.add(own[2] as JobSpec);
    const found = async (owner: string | undefined, limit: number) =>
      (await queue.search({ owner, filter: {}, limit })).jobs;
    expect((await found('anna', 10)).map(({ id, state, verdict }) => [id, state, verdict])).toEqual([
      [third, 'queued', null],
      [second, 'incomplete', 'incomplete'],
      [first, 'incomplete', 'incomplete'],
    ]);
    expect((await found('anna', 2)).map(({ id }) => id)).toEqual([third, second]);
    expect((await found(undefined, 1000)).map(({ id }) => id)).toContain(other.id);
    expect(await found('nobody', 10)).toEqual([]);
    expect(await queue.oldestWaitMs()).toBeGreaterThanOrEqual(0);
    await queue.remove(third ?? '');
  });

  it('tells those who listen when a job may have changed, and no longer when they have left', async () => {
    const spec = newSpec();
    let told = 0;
    const leave = queue.onChange(spec.id, () => {
      told += 1;
    });
    await queue.add(spec);
    await withWorker(
      workerThat(async ({ spec, onState }) => {
        await onState('installing');
        return answer(spec);
      }),
      async () => {
        await finalView(spec.id);
        await eventually('told of the end', 5_000, () => (told >= 4 ? true : undefined));
      },
    );
    leave();
    const before = told;
    await queue.remove(spec.id);
    await queue.ping();
    expect(told).toBe(before);
  });

  it('keeps what it accepted when Redis is killed, and says at once that it is away', async () => {
    const spec = newSpec();
    await queue.add(spec);
    process.kill(redis.pid ?? 0, 'SIGKILL');
    await eventually('away', 5_000, async () => {
      const error = await queue.ping().catch((cause: { code?: string }) => cause);
      return error !== undefined && error.code === 'queue-unavailable' ? true : undefined;
    });
    const view = await eventually('back', 15_000, () => queue.find(spec.id).catch(() => undefined));
    expect(view.state).toBe('queued');
    await queue.remove(spec.id);
  });
});
