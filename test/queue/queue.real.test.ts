import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { emptyReport } from '../../src/queue/job-record.js';
import { deferred } from '../deferred.js';
import { eventually } from '../support/service-process.js';
import { answer, newSpec, OwnQueue, withWorker } from './own-queue.js';

const own = new OwnQueue();

/** Asks without a pause, so that some question falls into the moment in which the job ends. */
async function askUntilFinal(id: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (((await own.queue.find(id))?.report ?? null) === null) expect(Date.now()).toBeLessThan(deadline);
}

describe('the queue on a real Redis', () => {
  it('never shows an ended job without its report, however often it is asked', async () => {
    const specs = Array.from({ length: 500 }, () => newSpec());
    const finished: string[] = [];
    await withWorker(
      own.workerThat(async ({ spec }) => answer(spec), finished),
      async () => {
        for (const spec of specs) await own.queue.add(spec);
        await Promise.all(specs.map(({ id }) => askUntilFinal(id)));
      },
    );
    expect(finished.sort()).toEqual(specs.map(({ id }) => id).sort());
  });

  it('tries a job again when the machine fails, and reports it in the end all the same', async () => {
    const spec = newSpec();
    const attempts: number[] = [];
    const failing = own.workerThat(async ({ number }) => {
      attempts.push(number);
      throw new Error('the engine is on fire');
    });
    await withWorker(failing, async () => {
      await own.queue.add(spec);
      const view = await own.finalView(spec.id);
      expect(view.report?.incomplete).toEqual([{ code: 'sandbox-failed', message: 'the engine is on fire' }]);
    });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('postpones a job without using up an attempt while the machine says "not now"', async () => {
    const spec = newSpec();
    let refusals = 0;
    const later = own.workerThat(async () => {
      refusals += 1;
      if (refusals <= 4) throw new Error('not now');
      return answer(spec);
    });
    await withWorker(later, async () => {
      await own.queue.add(spec);
      expect((await own.finalView(spec.id)).report?.incomplete[0]?.message).toBe('done');
    });
    expect(refusals).toBe(5);
  });

  it('returns its jobs when it stops, without using up an attempt, and another worker finishes them', async () => {
    const spec = newSpec();
    const first = own.workerThat(
      ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer(spec)))),
    );
    await first.start();
    await own.queue.add(spec);
    await eventually('running', 10_000, async () =>
      (await own.queue.find(spec.id))?.state === 'preparing' ? true : undefined,
    );
    await first.close(50);
    expect(await own.queue.find(spec.id)).toMatchObject({ state: 'queued', report: null });
    const whole = emptyReport(spec, Date.now(), 'cancelled', 'the second one');
    await withWorker(
      own.workerThat(async () => whole),
      async () => {
        expect((await own.finalView(spec.id)).report?.incomplete[0]?.message).toBe('the second one');
      },
    );
  });

  it('runs a job only once although Redis considered it lost, and keeps its report', async () => {
    const spec = newSpec();
    const { promise, resolve } = deferred<void>();
    let runs = 0;
    const slow = own.workerThat(async () => {
      runs += 1;
      await promise;
      return answer(spec);
    });
    const client = new Redis({ path: own.redis.url.slice('unix://'.length) });
    try {
      await withWorker(slow, async () => {
        await own.queue.add(spec);
        await eventually('running', 10_000, async () =>
          (await own.queue.find(spec.id))?.state === 'preparing' ? true : undefined,
        );
        // As after an absence longer than the lock's lifetime: another worker can take the job.
        await client.del(`bull:packwarden:${spec.id}:lock`);
        await eventually('given out again', 30_000, async () =>
          Number(await client.hget(`bull:packwarden:${spec.id}`, 'ats')) > 1 ? true : undefined,
        );
        resolve();
        expect((await own.finalView(spec.id)).report?.incomplete[0]?.message).toBe('done');
      });
    } finally {
      client.disconnect();
    }
    expect(runs).toBe(1);
  });

  it('cancels a running job on request, and forgets a finished one', async () => {
    const spec = newSpec();
    const waiting = own.workerThat(
      ({ signal }) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(answer(spec)), { once: true })),
    );
    await withWorker(waiting, async () => {
      await own.queue.add(spec);
      await eventually('running', 10_000, async () =>
        (await own.queue.find(spec.id))?.state === 'preparing' ? true : undefined,
      );
      expect(await own.queue.remove(spec.id)).toBe(false);
      await own.finalView(spec.id);
      expect(await own.queue.remove(spec.id)).toBe(true);
      expect(await own.queue.find(spec.id)).toBeUndefined();
    });
  });

  it('notifies listeners when a job may have changed, until they leave', async () => {
    const spec = newSpec();
    let told = 0;
    const leave = own.queue.onChange(spec.id, () => {
      told += 1;
    });
    await own.queue.add(spec);
    await withWorker(
      own.workerThat(async ({ spec, onState }) => {
        await onState('installing');
        return answer(spec);
      }),
      async () => {
        await own.finalView(spec.id);
        await eventually('told of the end', 5_000, () => (told >= 4 ? true : undefined));
      },
    );
    leave();
    const before = told;
    await own.queue.remove(spec.id);
    await own.queue.ping();
    expect(told).toBe(before);
  });

  it('keeps accepted jobs when Redis is killed, and reports at once that it is unavailable', async () => {
    const spec = newSpec();
    await own.queue.add(spec);
    process.kill(own.redis.pid ?? 0, 'SIGKILL');
    await eventually('away', 5_000, async () => {
      const error = await own.queue.ping().catch((cause: { code?: string }) => cause);
      return error !== undefined && error.code === 'queue-unavailable' ? true : undefined;
    });
    const view = await eventually('back', 15_000, () => own.queue.find(spec.id).catch(() => undefined));
    expect(view.state).toBe('queued');
    await own.queue.remove(spec.id);
  });
});
