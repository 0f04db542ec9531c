import { describe, expect, it } from 'vitest';
import { shownText } from '../../../src/rules/load/raw-text.js';
import { RecordFraming } from '../../../src/sensor/probe/framing.js';
import { PART } from '../../../src/sensor/probe/layout.js';
import type { ProcessRecord } from '../../../src/sensor/probe/record.js';
import type { ProbeStats } from '../../../src/sensor/probe/stats.js';
import { recordBytes } from '../records.js';

function framing() {
  const records: ProcessRecord[] = [];
  const stats: ProbeStats[] = [];
  let ready = 0;
  const listener = {
    record: (record: ProcessRecord) => records.push(record),
    stats: (each: ProbeStats) => stats.push(each),
  };
  const cut = new RecordFraming(listener, () => {
    ready += 1;
  });
  return { cut, records, stats, ready: () => ready };
}

const READY = Buffer.from([8, 0, 0, 0, 5, 0, 0, 0]);

function lossBytes(): Buffer {
  const bytes = Buffer.alloc(80);
  bytes.writeUInt32LE(80, 0);
  bytes.writeUInt16LE(6, 4);
  bytes.writeBigUInt64LE(40n, 8);
  bytes.write('c'.repeat(64), 16);
  return bytes;
}

function statsBytes(): Buffer {
  const bytes = Buffer.alloc(80);
  bytes.writeUInt32LE(80, 0);
  bytes.writeUInt16LE(4, 4);
  for (let i = 0; i < 9; i++) bytes.writeBigUInt64LE(BigInt(i + 1), 8 + i * 8);
  return bytes;
}

describe('the stream of records', () => {
  const stream = Buffer.concat([
    READY,
    recordBytes({ nr: 257, ret: -2, args: [-100], parts: [[PART.path1, '/etc/shadow']] }),
    lossBytes(),
    statsBytes(),
    recordBytes({ kind: 'exit', pid: 4_000_000_000, ret: 256, comm: 'fifteen-letters' }),
  ]);

  it.each([1, 3, 7, 64, 1000, stream.length])('is the same in chunks of %i bytes', (size) => {
    const { cut, records, stats, ready } = framing();
    for (let at = 0; at < stream.length; at += size) cut.push(stream.subarray(at, at + size));
    expect(ready()).toBe(1);
    expect(records.map((record) => [record.kind, record.nr, record.ret])).toEqual([
      ['syscall', 257, -2],
      ['exit', 65535, 256],
    ]);
    expect(records[0]?.text(PART.path1)).toBe('/etc/shadow');
    expect(records[0]?.int(0)).toBe(-100);
    expect(records[1]?.id('pid')).toBe(4_000_000_000);
    expect(records[1]?.comm).toBe('fifteen-letters');
    expect(stats).toEqual([
      {
        events: 1,
        drops: { clone_fork: 2, execve: 3, open: 4, connect: 5, dir_file: 6, proc_exit: 7, other: 8 },
        skipped: 9,
        lossOf: new Map([['c'.repeat(64), 40]]),
      },
    ]);
  });

  const tooShort = recordBytes({});
  tooShort.writeUInt32LE(100, 0);
  it.each([
    ['a length of 0', Buffer.alloc(64)],
    ['a length beyond any record', Buffer.from([0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0])],
    ['an unknown kind', Buffer.from([8, 0, 0, 0, 99, 0, 0, 0])],
    ['a record cut short', tooShort],
    ['text', Buffer.from('libbpf: something went wrong\n')],
  ])('refuses %s', (_what, bytes) => {
    expect(() => framing().cut.push(bytes)).toThrow(expect.objectContaining({ code: 'records' }));
  });

  it('reads a part whose length leads out of the record as absent', () => {
    const bytes = recordBytes({ parts: [[PART.path1, 'abc']] });
    bytes.writeUInt16LE(60_000, bytes.length - 5);
    const { cut, records } = framing();
    cut.push(bytes);
    expect(records[0]?.text(PART.path1)).toBeUndefined();
  });

  it('keeps every byte of a text, and alerts can show it', () => {
    const { cut, records } = framing();
    cut.push(recordBytes({ parts: [[PART.argv, Buffer.from([0xff, 0xfe, 0x41, 0, 0xc3, 0, 0])]] }));
    const texts = records[0]?.argv() ?? [];
    expect(texts).toEqual(['\udcff\udcfeA', '\udcc3', '']);
    expect(texts.map(shownText)).toEqual(['��A', '�', '']);
  });
});
