import { chown, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileStore } from '../../src/stores/file-store.js';
import { describeContract } from './contract.js';

let folder: string;
let store: FileStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pw-store-'));
  store = await FileStore.open({ folder: join(folder, 'reports'), suffix: '.gz' });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

describe('a folder as a store', () => {
  describeContract(() => store);

  it('is for its owner alone', async () => {
    await store.put('day/x', Buffer.from('x'));
    for (const [name, mode] of [
      ['reports', 0o700],
      ['reports/day', 0o700],
      ['reports/day/x.gz', 0o600],
    ] as const) {
      expect((await stat(join(folder, name))).mode & 0o777, name).toBe(mode);
    }
  });

  it('leaves no folder behind its last object, and removes what a crash left half-written', async () => {
    await store.put('day/x', Buffer.from('x'));
    await writeFile(join(folder, 'reports/day/y.gz.tmp'), 'half');
    const listed = [];
    for await (const { key } of store.list('day/')) listed.push(key);
    expect(listed).toEqual(['day/x', 'day/y']);
    for (const key of listed) await store.remove(key);
    expect(await readdir(join(folder, 'reports'))).toEqual([]);
  });

  it('says when its folder is gone', async () => {
    await rm(join(folder, 'reports'), { recursive: true });
    expect(await store.fault()).toMatch(/can't be used: ENOENT/);
  });

  it.skipIf(process.getuid?.() !== 0)('belongs to the owner of its folder, whoever writes there as root', async () => {
    await chown(join(folder, 'reports'), 10_001, 10_001);
    await store.put('day/x', Buffer.from('x'));
    for (const name of ['reports/day', 'reports/day/x.gz']) {
      expect((await stat(join(folder, name))).uid, name).toBe(10_001);
    }
  });
});
