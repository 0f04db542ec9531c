import { expect, test } from 'vitest';
import { FairRecords, type RecordListener } from '../../src/sensor/fair-records.js';
import { ProcessRecord } from '../../src/sensor/probe/record.js';
import { eventually } from '../support/service-process.js';
import { recordBytes } from './records.js';

const FLOODER = 'f'.repeat(64);
const NEIGHBOUR = 'e'.repeat(64);
const record = (containerId: string, ret: number, bytes = 0) =>
  new ProcessRecord(Buffer.concat([recordBytes({ containerId, ret }), Buffer.alloc(bytes)]));

function listening() {
  const seen: [containerId: string, ret: number][] = [];
  const lost: string[] = [];
  const listener: RecordListener = {
    record: ({ containerId, ret }) => seen.push([containerId, ret]),
    lost: (containerId) => lost.push(containerId),
    stats: () => undefined,
  };
  return { records: new FairRecords(listener), seen, lost };
}

test('a busy container delays no other one, and records stay in order', async () => {
  const { records, seen } = listening();
  for (let at = 0; at < 50_000; at += 1) records.record(record(FLOODER, at));
  for (let at = 0; at < 3; at += 1) records.record(record(NEIGHBOUR, at));
  await eventually('all are handed on', 20_000, () => seen.length === 50_003 || undefined);
  expect(seen.slice(0, 6).map(([id]) => id)).toEqual([FLOODER, NEIGHBOUR, FLOODER, NEIGHBOUR, FLOODER, NEIGHBOUR]);
  for (const id of [FLOODER, NEIGHBOUR]) {
    const own = seen.filter(([of]) => of === id).map(([, ret]) => ret);
    expect(own).toEqual(own.toSorted((a, b) => a - b));
  }
});

test('when full, only the busiest container loses records, and the loss is reported for it alone', async () => {
  const { records, seen, lost } = listening();
  records.record(record(NEIGHBOUR, 0));
  // 100 MiB, as one chunk of the probe never is, so that nothing is handed on in between.
  for (let at = 0; at < 200; at += 1) records.record(record(FLOODER, at, 512 * 1024));
  await eventually('all are handed on', 20_000, () => (seen.length > 150 ? true : undefined));
  expect(new Set(lost)).toEqual(new Set([FLOODER]));
  expect(seen.filter(([id]) => id === NEIGHBOUR)).toHaveLength(1);
  expect(seen.length + lost.length).toBe(201);
});
