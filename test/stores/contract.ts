import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import type { ObjectStore } from '../../src/stores/object-store.js';

const KEY = '2026-11-30/0b0e9c36-4f27-4a3e-9f0e-2f4f3f0f8a11.1';

async function keysOf(store: ObjectStore, prefix?: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** What every store does; `store` is empty before each test. */
export function describeContract(store: () => ObjectStore): void {
  it('gives back what it was given, also when that was replaced', async () => {
    for (const content of [randomBytes(300_000), Buffer.from('é'), Buffer.alloc(0)]) {
      await store().put(KEY, content);
      expect((await buffer(await store().open(KEY))).equals(content)).toBe(true);
    }
  });

  it('takes a local file, which is then gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pw-taken-'));
    const path = join(folder, 'file');
    const content = randomBytes(3_000_000);
    await writeFile(path, content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await store().take(KEY, { path, bytes: content.length, sha256 });
    expect((await buffer(await store().open(KEY))).equals(content)).toBe(true);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(folder, { recursive: true });
  });

  it('says that an object is missing, and does not mind when one that is to be removed is', async () => {
    await expect(store().open(KEY)).rejects.toMatchObject({ code: 'object-missing' });
    await store().remove(KEY);
    await store().put(KEY, Buffer.from('x'));
    await store().remove(KEY);
    await expect(store().open(KEY)).rejects.toMatchObject({ code: 'object-missing' });
  });

  it('lists its objects in the order of their keys, with their age, or those of a prefix', async () => {
    for (const key of ['2026-11-30/b.1', '2026-11-29/z.2', '2026-11-30/a.1', 'c', '2026-11-30/a.10']) {
      await store().put(key, Buffer.from(key));
    }
    const all = ['2026-11-29/z.2', '2026-11-30/a.1', '2026-11-30/a.10', '2026-11-30/b.1', 'c'];
    expect(await keysOf(store())).toEqual(all);
    expect(await keysOf(store(), '2026-11-30/a.')).toEqual(all.slice(1, 3));
    expect(await keysOf(store(), '2026-12-01/')).toEqual([]);
    for await (const { storedAt } of store().list()) expect(Math.abs(storedAt - Date.now())).toBeLessThan(60_000);
  });

  it('says that it can be used', async () => {
    expect(await store().fault()).toBeNull();
  });

  it.each(['../x', '/x', '', '.', '..', 'a/b/c', 'a/../b', 'a\0', 'a//b'])('refuses the key %j', async (key) => {
    await expect(store().put(key, Buffer.from('x'))).rejects.toMatchObject({ code: 'bad-key' });
    await expect(store().open(key)).rejects.toMatchObject({ code: 'bad-key' });
    await expect(store().remove(key)).rejects.toMatchObject({ code: 'bad-key' });
  });
}
