import { describe, expect, it } from 'vitest';
import { MANAGERS } from '../../../../src/ecosystems/managers.js';
import { HookReads } from '../../../../src/report/attribution/files/hook-reads.js';
import type { ProcessStart } from '../../../../src/report/attribution/processes/process-tree.js';
import { alertAt, EPOCH } from '../../evidence.js';

const at = (second: number): bigint => BigInt(EPOCH + second) * 1_000_000_000n;
const started = (pid: number, second: number) => ({ pid, time: at(second) }) as ProcessStart;
const read = (second: number, pid: number, file: string) =>
  alertAt(second, 'X', { 'proc.pid': String(pid), 'fd.name': file });

function programOf(name: string, major: number) {
  const manager = MANAGERS.find((one) => one.name === name && one.version.startsWith(`${major}.`));
  if (manager === undefined) throw new Error(`no ${name} ${major}`);
  return manager.program;
}

const NPM = programOf('npm', 12);
const PNPM = programOf('pnpm', 10);
const YARN = programOf('yarn', 4);

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
    expect(reads.hasRead(start, at(by), NPM)).toBe(expected);
  });

  it.each<[string, boolean, boolean, boolean]>([
    ['/home/ci/.npmrc', false, false, true],
    ['/home/ci/.config/ci/ca.pem', false, false, false],
    ['/home/ci/.yarnrc.yml', false, true, false],
    ['/home/ci/project/pnpm-workspace.yaml', false, false, true],
    ['/home/ci/project/node_modules/a/package.json', false, false, false],
    ['/home/ci/.cache/git-builds/0/pnpm-lock.yaml', false, false, true],
    ['/home/ci/.cache/git-builds/0/yarn.lock', false, true, false],
    ['/home/ci/.cache/git-builds/0/.npmrc', false, true, true],
    ['/home/ci/.cache/git-builds/0/pnpm-workspace.yaml', false, true, true],
    ['/home/ci/.cache/git-builds/0/.yarnrc.yml', false, true, true],
    ['/home/ci/.cache/git-builds/0/.pnpmfile.cjs', true, true, true],
    ['/tmp/x.md', false, true, true],
    ['/home/ci/project/node_modules/a/.npmrc', false, true, true],
  ])('%s', (file, npm, pnpm, yarn) => {
    const one = new HookReads();
    one.add(read(30, 20, file));
    const told = [NPM, PNPM, YARN].map((manager) => one.hasRead(started(20, 29), at(31), manager));
    expect(told).toEqual([npm, pnpm, yarn]);
  });

  it('of one manager in a second in which it had read one of another', () => {
    const both = new HookReads();
    both.add(read(30, 20, '/tmp/x.md'));
    both.add(read(30, 20, '/tmp/x.cjs'));
    expect(both.hasRead(started(20, 29), at(31), NPM)).toBe(true);
  });

  it('tells of those that it could not remember', () => {
    const many = new HookReads();
    for (let pid = 0; pid <= 40_000; pid += 1) many.add(read(1, pid, '/tmp/x.mjs'));
    expect(many.overflowed).toBe(1);
  });
});
