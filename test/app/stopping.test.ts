import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Stops } from '../../src/app/stopping.js';

const log = pino({ level: 'silent' });

test('parts are stopped in the other order, also where one of them fails to', async () => {
  const stops = new Stops(log);
  const stopped: string[] = [];
  stops.push('first', async () => void stopped.push('first'));
  stops.push('second', async () => Promise.reject(new Error('it can not')));
  stops.push('third', async () => void stopped.push('third'));
  expect(await stops.run(10_000)).toBe(true);
  expect(stopped).toEqual(['third', 'first']);
});

test('one deadline is for all of them', async () => {
  const stops = new Stops(log);
  const stopped: string[] = [];
  stops.push('behind it', async () => void stopped.push('behind it'));
  stops.push('stuck', () => new Promise(() => undefined));
  expect(await stops.run(20)).toBe(false);
  expect(stopped).toEqual([]);
});

test('a second stop has nothing to do', async () => {
  const stops = new Stops(log);
  let count = 0;
  stops.push('part', async () => {
    count += 1;
  });
  await stops.run(10_000);
  expect(await stops.run(10_000)).toBe(true);
  expect(count).toBe(1);
});
