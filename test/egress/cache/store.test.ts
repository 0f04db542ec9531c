import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { get, open, read, untilKept, workshop } from './harness.js';

const shop = workshop();

async function filesIn(folder: string, part: 'content-v2' | 'index-v5'): Promise<readonly string[]> {
  const entries = await readdir(join(folder, 'kept', part), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function diskOf(folder: string): Promise<number> {
  const sizes = await Promise.all(
    [...(await filesIn(folder, 'content-v2')), ...(await filesIn(folder, 'index-v5'))].map(async (path) => {
      const { blocks } = await stat(path);
      return blocks * 512;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function flipOneBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

const DAMAGE: readonly (readonly [how: string, damage: (path: string) => Promise<void>])[] = [
  ['has one wrong bit', flipOneBit],
  ['was cut', (path) => truncate(path, 10)],
  ['is empty', (path) => truncate(path, 0)],
  ['is longer', async (path) => writeFile(path, Buffer.concat([await readFile(path), Buffer.from('x')]))],
  ['has gone', (path) => rm(path)],
];

describe('an entry that was damaged on disk', () => {
  it.each(
    DAMAGE.flatMap(([how, damage]) => [
      ['a small file', how, 1_000, damage] as const,
      ['a file that is not read at once', how, 4_500_000, damage] as const,
    ]),
  )('%s that %s is downloaded again, and none of it is given', async (_what, how, size, damage) => {
    const [registry, folder] = [await shop.registry(), await shop.folder()];
    const cache = await shop.cache({ folder });
    const path = registry.publish('x', '1.0.0', size);
    await untilKept({ cache, registry }, path);
    for (const file of await filesIn(folder, 'content-v2')) await damage(file);
    const before = registry.count(path);
    expect((await get({ cache, registry }, path)).bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
    expect(registry.count(path), how).toBe(before + 1);
    expect(cache.counters().damaged).toBeGreaterThan(0);
    await untilKept({ cache, registry }, path);
  });

  it.each(DAMAGE)('an index file that %s is only a download more, also after a restart', async (_how, damage) => {
    const [registry, folder] = [await shop.registry(), await shop.folder()];
    const path = registry.publish('x', '1.0.0');
    await untilKept({ cache: await shop.cache({ folder }), registry }, path);
    for (const file of await filesIn(folder, 'index-v5')) await damage(file);
    const cache = await shop.cache({ folder });
    expect((await get({ cache, registry }, path)).bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
    await untilKept({ cache, registry }, path);
  });
});

describe('a cache', () => {
  it('knows after a restart what it had', async () => {
    const [registry, folder] = [await shop.registry(), await shop.folder()];
    const path = registry.publish('x', '1.0.0');
    await untilKept({ cache: await shop.cache({ folder }), registry }, path);
    const before = registry.count(path);
    const cache = await shop.cache({ folder });
    expect((await get({ cache, registry }, path)).bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
    expect(registry.count(path)).toBe(before);
  });

  it('says so when its folder is none', async () => {
    const file = join(await shop.folder(), 'file');
    await writeFile(file, '');
    await expect(shop.cache({ folder: file })).rejects.toThrow('ENOTDIR');
  });

  it('removes what was used longest ago, never takes more than it may, also after a restart with less', async () => {
    const [registry, folder] = [await shop.registry(), await shop.folder()];
    const maxBytes = 4 * 1024 ** 2;
    const cache = await shop.cache({ folder, maxBytes });
    const paths = Array.from({ length: 20 }, (_, i) => registry.publish(`p${i}`, '1.0.0', 400_000));
    const [favourite = ''] = paths;
    for (const path of paths) {
      await untilKept({ cache, registry }, path);
      await get({ cache, registry }, favourite);
      expect(await diskOf(folder)).toBeLessThanOrEqual(maxBytes);
    }
    expect(registry.count(favourite)).toBeLessThan(5);
    await shop.cache({ folder, maxBytes: 1024 ** 2 });
    expect(await diskOf(folder)).toBeLessThanOrEqual(1024 ** 2);
  });

  it('keeps the same bytes of two registries once, and apart all the same', async () => {
    const folder = await shop.folder();
    const cache = await shop.cache({ folder });
    const one = await shop.registry();
    const other = await shop.registry();
    const path = one.publish('x', '1.0.0', 50_000);
    other.publish('x', '1.0.0', one.bytesOf('x', '1.0.0'));
    for (const registry of [one, other]) await untilKept({ cache, registry }, path);
    expect(other.count(path)).toBeGreaterThan(0);
    const sizes = await Promise.all((await filesIn(folder, 'content-v2')).map(async (each) => (await stat(each)).size));
    expect(sizes.filter((size) => size === 50_000)).toHaveLength(1);
  });

  it('that is too small for everything gives the right bytes to many who read at the same time', async () => {
    const registry = await shop.registry();
    const cache = await shop.cache({ maxBytes: 40 * 1024 ** 2 });
    const names = Array.from({ length: 16 }, (_, i) => `p${i}`);
    // The smallest are read at once, the largest while they are given.
    const paths = names.map((name, i) => registry.publish(name, '1.0.0', i % 4 === 0 ? 5_000_000 : 500_000));
    const reader = async (seed: number): Promise<void> => {
      for (let step = 0; step < 12; step += 1) {
        const i = (seed * 7 + step * 5) % names.length;
        const { bytes } = await get({ cache, registry, way: {} }, paths[i] ?? '');
        expect(bytes.equals(registry.bytesOf(names[i] ?? '', '1.0.0'))).toBe(true);
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, seed) => reader(seed)));
    expect(cache.counters().hits).toBeGreaterThan(0);
  });

  it('gives on what it has begun to give, when it is removed meanwhile', async () => {
    const registry = await shop.registry();
    const cache = await shop.cache({ maxBytes: 40 * 1024 ** 2 });
    const path = registry.publish('x', '1.0.0', 4_500_000);
    await untilKept({ cache, registry }, path);
    const slow = await open({ cache, registry }, path);
    for (let i = 0; i < 9; i += 1) {
      await untilKept({ cache, registry }, registry.publish(`p${i}`, '1.0.0', 4_500_000));
    }
    const before = registry.count(path);
    if (slow === undefined) throw new Error('nothing for the cache');
    expect((await read(slow)).bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
    await get({ cache, registry }, path);
    expect(registry.count(path)).toBe(before + 1);
  });

  it('is not needed for a tarball that does not fit into it', async () => {
    const [registry, folder] = [await shop.registry(), await shop.folder()];
    const cache = await shop.cache({ folder, maxBytes: 1024 ** 2 });
    const path = registry.publish('x', '1.0.0', 3_000_000);
    const all = await Promise.all(Array.from({ length: 5 }, () => get({ cache, registry, way: {} }, path)));
    for (const { bytes } of all) expect(bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
    expect(await diskOf(folder)).toBeLessThan(1024 ** 2);
  });

  it('takes no more memory for a large tarball than for a small one', async () => {
    const [registry, folder] = [await shop.registry(), await shop.folder()];
    const cache = await shop.cache({ folder, maxBytes: 4 * 1024 ** 3 });
    const size = 80_000_000;
    const path = registry.publish('x', '1.0.0', Buffer.alloc(size, 'packwarden'));
    const answers = await Promise.all([1, 2, 3].map(() => open({ cache, registry, way: {} }, path)));
    const before = process.memoryUsage();
    let most = 0;
    const through = async (body: AsyncIterable<Buffer> | undefined): Promise<number> => {
      let bytes = 0;
      for await (const chunk of body ?? []) {
        bytes += chunk.length;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers);
      }
      return bytes;
    };
    const read = await Promise.all(answers.map((answer) => through(answer?.body)));
    expect(read).toEqual([size, size, size]);
    // Of three times that size. What was read waits for the collector for as long as the machine is busy.
    expect(most).toBeLessThan(size);
  });
});
