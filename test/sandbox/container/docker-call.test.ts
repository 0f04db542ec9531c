import { describe, expect, test } from 'vitest';
import { inTime, made } from '../../../src/sandbox/container/docker-call.js';
import { deferred } from '../../deferred.js';

const LATE_MS = 10;

describe('what the engine makes when nobody waits for it any more', () => {
  test('is removed as soon as it is there, and the error says what is wrong with the machine', async () => {
    const { promise, resolve } = deferred<string>();
    const removed = deferred<string>();
    const making = made('making a network', promise, async (name) => removed.resolve(name), LATE_MS);
    await expect(making).rejects.toMatchObject({
      code: 'docker-overloaded',
      message: expect.stringContaining('making a network: the Docker engine of this machine is overloaded'),
    });
    resolve('network-1');
    await expect(removed.promise).resolves.toBe('network-1');
  });

  test('that it can not be removed then is no error of anybody: the sweep finds it', async () => {
    const { promise, resolve } = deferred<string>();
    const making = made('making a network', promise, () => Promise.reject(new Error('busy')), LATE_MS);
    await expect(making).rejects.toMatchObject({ code: 'docker-overloaded' });
    resolve('network-1');
    await promise;
  });
});

test('what was made in time stays', async () => {
  let isRemoved = false;
  const remove = async (): Promise<void> => {
    isRemoved = true;
  };
  await expect(made('making a network', Promise.resolve('network-1'), remove)).resolves.toBe('network-1');
  expect(isRemoved).toBe(false);
});

describe('the engine’s own errors', () => {
  const refusal = (message: string, more: object = {}): Error => Object.assign(new Error(message), more);

  test.each([
    [
      'no network left',
      refusal('could not find an available, non-overlapping IPv4 address pool among the defaults'),
      'docker-overloaded',
    ],
    [
      'no network left, since Docker 26',
      refusal('all predefined address pools have been fully subnetted'),
      'docker-overloaded',
    ],
    ['no engine', refusal('connect ENOENT', { code: 'ENOENT' }), 'docker-unavailable'],
    ['another one', refusal('invalid reference format', { statusCode: 400 }), 'docker-failed'],
  ])('%s', async (_what, error, code) => {
    await expect(inTime('making it', Promise.reject(error))).rejects.toMatchObject({ code });
  });
});
