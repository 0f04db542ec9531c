import { execFileSync } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { get, untilKept, workshop } from './harness.js';

const shop = workshop();
const mounted: string[] = [];
afterEach(() => {
  for (const folder of mounted.splice(0)) execFileSync('umount', ['--lazy', folder]);
});

/** A folder on a file system of its own, which needs root. */
async function smallDisk(bytes: number): Promise<string> {
  const folder = await shop.folder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  mounted.push(folder);
  return folder;
}

async function freeOn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

it('on a disk that is too small every client gets the right bytes, those of one download too', async () => {
  const registry = await shop.registry();
  const cache = await shop.cache({ folder: await smallDisk(1024 ** 2) });
  const path = registry.publish('large', '1.0.0', 3_000_000);
  const all = await Promise.all(Array.from({ length: 8 }, () => get({ cache, registry, way: {} }, path)));
  for (const { bytes } of all) expect(bytes.equals(registry.bytesOf('large', '1.0.0'))).toBe(true);
});

it('a disk that fills up while it is written to never gives a wrong byte, and is used again when there is room', async () => {
  const registry = await shop.registry();
  const folder = await smallDisk(4 * 1024 ** 2);
  const cache = await shop.cache({ folder });
  const names = Array.from({ length: 24 }, (_, i) => `p${i}`);
  const paths = names.map((name, i) => registry.publish(name, '1.0.0', 150_000 + i * 20_000));
  // Somebody else's: what is left is less than all of it.
  const filler = join(folder, 'filler');
  await writeFile(filler, Buffer.alloc(2 * 1024 ** 2));
  const isRight = async (of: typeof cache, i: number): Promise<void> => {
    const { bytes } = await get({ cache: of, registry, way: {} }, paths[i] ?? '');
    expect(bytes.equals(registry.bytesOf(names[i] ?? '', '1.0.0')), paths[i]).toBe(true);
  };
  await Promise.all(names.map((_name, i) => isRight(cache, i)));
  const isFull = async (): Promise<boolean> => {
    for (const i of names.keys()) await isRight(cache, i);
    return (await freeOn(folder)) < 400_000;
  };
  await expect.poll(isFull, { timeout: 20_000 }).toBe(true);
  const again = await shop.cache({ folder });
  for (const i of names.keys()) await isRight(again, i);
  await rm(filler);
  await untilKept({ cache: again, registry }, registry.publish('late', '1.0.0'));
});
