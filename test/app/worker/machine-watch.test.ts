import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MachineWatch } from '../../../src/app/worker/machine-watch.js';
import type { Sandbox } from '../../../src/jobs/ports.js';
import { report } from '../../api/reports.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watching() {
  const state = {
    isUp: true,
    canary: 5 as number | null,
    reconnects: 0,
    tests: 0,
    told: [] as boolean[],
    tellFails: false,
  };
  const sandbox = { check: async () => (state.isUp ? undefined : Promise.reject(new Error('no engine'))) } as Sandbox;
  const watch = new MachineWatch({
    sandbox,
    status: () => ({ connected: true, description: 'test', lastError: null }),
    reconnects: () => state.reconnects,
    selfTest: async () => {
      state.tests += 1;
      if (state.canary === null) throw new Error('the canary did not come back');
      return state.canary;
    },
    onDocker: async (up) => {
      if (state.tellFails) throw new Error('Redis is away');
      state.told.push(up);
    },
    sensorMessage: () => '',
    clock: Date,
    log: pino({ level: 'silent' }),
  });
  return { watch, state };
}

const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

test('alerts that stall though the connection stands are noticed, without a job too', async () => {
  const { watch, state } = watching();
  await watch.start();
  expect(watch.alerts()).toMatchObject({ ready: true, canaryMs: 5 });
  state.canary = null;
  await minutes(6);
  expect(watch.alerts()).toMatchObject({ ready: false, reason: 'the canary did not come back' });
  state.canary = 7;
  await minutes(1);
  expect(watch.alerts()).toMatchObject({ ready: true, canaryMs: 7 });
  await watch.stop();
});

test('a job whose canaries came back is as good as a test, one that missed them asks for one', async () => {
  const { watch, state } = watching();
  await watch.start();
  for (let at = 0; at < 4; at += 1) {
    await minutes(4);
    watch.jobFinished(report());
  }
  expect(state.tests).toBe(1);
  watch.jobFinished({ ...report(), incomplete: [{ code: 'no-closing-canary', message: 'x' }] });
  await minutes(1);
  expect(state.tests).toBe(2);
  await watch.stop();
});

test('what could not be done about an engine that came is tried again', async () => {
  const { watch, state } = watching();
  state.tellFails = true;
  await watch.start();
  expect(watch.docker()).toEqual({ ready: false, reason: 'Redis is away' });
  state.tellFails = false;
  await minutes(1);
  expect(watch.docker()).toEqual({ ready: true });
  expect(state.told).toEqual([true]);
  state.isUp = false;
  await minutes(1);
  expect(watch.docker()).toEqual({ ready: false, reason: 'no engine' });
  expect(state.told).toEqual([true, false]);
  await watch.stop();
});
