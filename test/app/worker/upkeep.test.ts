import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Upkeep } from '../../../src/app/worker/upkeep.js';
import { deferred } from '../../deferred.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const upkeep = (run: () => Promise<number>) =>
  new Upkeep({ name: 'test', everyMs: 1_000, mostMs: 5_000, run, log: pino({ level: 'silent' }) });

test('rests longer after each failure in a row, up to a bound, and as before after a success', async () => {
  const times: number[] = [];
  const started = Date.now();
  const kept = upkeep(async () => {
    times.push(Date.now() - started);
    if (times.length !== 5) throw new Error('the engine is away');
    return 0;
  });
  await vi.advanceTimersByTimeAsync(20_000);
  await kept.stop();
  expect(times).toEqual([1_000, 3_000, 7_000, 12_000, 17_000, 18_000, 20_000]);
});

test('never runs twice at once, and a stop waits for what runs', async () => {
  let runs = 0;
  const { promise, resolve } = deferred<number>();
  const kept = upkeep(() => {
    runs += 1;
    return promise;
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(runs).toBe(1);
  let isStopped = false;
  const stopping = kept.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(isStopped).toBe(false);
  resolve(1);
  await stopping;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(runs).toBe(1);
});
