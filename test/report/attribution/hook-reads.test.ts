import { describe, expect, it } from 'vitest';
import { HookReads } from '../../../src/report/attribution/hook-reads.js';
import type { ProcessStart } from '../../../src/report/attribution/process-tree.js';
import { alertAt, EPOCH } from '../evidence.js';

const at = (second: number): bigint => BigInt(EPOCH + second) * 1_000_000_000n;
const started = (pid: number, second: number) => ({ pid, time: at(second) }) as ProcessStart;
const read = (second: number, pid: number, file: string) =>
  alertAt(second, 'X', { 'proc.pid': String(pid), 'fd.name': file });

describe('whether a process had read what a package manager would run', () => {
  const reads = new HookReads();
  reads.add(read(30, 20, '/home/ci/project/node_modules/a/.npm-extension.cjs'));
  reads.add(read(30, 21, '/home/ci/project/node_modules/a/index.js'));

  it.each<[string, ProcessStart, number, boolean]>([
    ['before', started(20, 29), 31, true],
    ['not yet', started(20, 29), 29, false],
    ['another process of that number', started(20, 40), 41, false],
    ['another process', started(22, 29), 31, false],
    ['another kind of file', started(21, 29), 31, false],
  ])('%s', (_what, start, by, expected) => {
    expect(reads.hasRead(start, at(by))).toBe(expected);
  });

  it('tells of those that it could not remember', () => {
    const many = new HookReads();
    for (let pid = 0; pid <= 40_000; pid += 1) many.add(read(1, pid, '/tmp/x.mjs'));
    expect(many.overflowed).toBe(1);
  });
});
