import { describe, expect, it } from 'vitest';
import type { JobSpec } from '../../src/jobs/job.js';
import { answer, newSpec, OwnQueue, withWorker } from './own-queue.js';

const own = new OwnQueue();

describe('the queue of many submitters', () => {
  it('limits the waiting jobs of one submitter, but not those of others; removing a job makes room', async () => {
    const bounded = await own.bounded(3);
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
      own.workerThat(async ({ spec }) => answer(spec)),
      async () => {
        for (const { id } of specs.slice(1)) await own.finalView(id);
      },
    );
    await bounded.admit('eager');
    await bounded.close();
  });

  it('lets submitters take turns, however many jobs one of them has submitted', async () => {
    const many = Array.from({ length: 40 }, () => newSpec('many'));
    for (const spec of many) await own.queue.add(spec);
    const few = Array.from({ length: 3 }, () => newSpec('few'));
    for (const spec of few) await own.queue.add(spec);
    const order: string[] = [];
    const worker = own.workerThat(async ({ spec }) => {
      order.push(spec.owner ?? '');
      return answer(spec);
    });
    await withWorker(worker, async () => {
      for (const { id } of [...many, ...few]) await own.finalView(id);
    });
    // Four run at the same time.
    expect(order.lastIndexOf('few')).toBeLessThan(12);
    expect(order.filter((owner) => owner === 'many')).toHaveLength(40);
  });

  it('adds one job of all that race under one key, keeps the key past its end, and forgets it with the job', async () => {
    const specs = Array.from({ length: 20 }, newSpec);
    const kept = await Promise.all(specs.map((spec) => own.queue.add(spec, 'key')));
    const [first] = kept;
    expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
    expect(specs).toContainEqual(first);
    const found = await Promise.all(specs.map(({ id }) => own.queue.find(id)));
    expect(found.filter((view) => view !== undefined)).toHaveLength(1);

    await withWorker(
      own.workerThat(async ({ spec }) => answer(spec)),
      async () => void (await own.finalView(first?.id ?? '')),
    );
    expect(await own.queue.add(newSpec(), 'key')).toEqual(first);
    expect(await own.queue.remove(first?.id ?? '')).toBe(true);
    const later = newSpec();
    expect(await own.queue.add(later, 'key')).toEqual(later);
    await own.queue.remove(later.id);
  });

  it('lists the newest jobs of one submitter, or of everybody, with their verdicts', async () => {
    const annas = [newSpec('anna'), newSpec('anna'), newSpec('anna')].map((spec, index) => ({
      ...spec,
      submittedAt: spec.submittedAt + index,
    }));
    const [first, second, third] = annas.map(({ id }) => id);
    const other = newSpec('bert');
    await own.queue.add(other);
    for (const spec of annas.slice(0, 2)) await own.queue.add(spec);
    await withWorker(
      own.workerThat(async ({ spec }) => answer(spec)),
      async () => void (await Promise.all([other, ...annas.slice(0, 2)].map(({ id }) => own.finalView(id)))),
    );
    await own.queue.add(annas[2] as JobSpec);
    const found = async (owner: string | undefined, limit: number) =>
      (await own.queue.search({ owner, filter: {}, limit })).jobs;
    expect((await found('anna', 10)).map(({ id, state, verdict }) => [id, state, verdict])).toEqual([
      [third, 'queued', null],
      [second, 'incomplete', 'incomplete'],
      [first, 'incomplete', 'incomplete'],
    ]);
    expect((await found('anna', 2)).map(({ id }) => id)).toEqual([third, second]);
    expect((await found(undefined, 1000)).map(({ id }) => id)).toContain(other.id);
    expect(await found('nobody', 10)).toEqual([]);
    expect(await own.queue.oldestWaitMs()).toBeGreaterThanOrEqual(0);
    await own.queue.remove(third ?? '');
  });
});
