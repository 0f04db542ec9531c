import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, inject, it } from 'vitest';
import { get, untilKept, workshop } from './harness.js';
import type { TestRegistry } from './registry.js';

const shop = workshop();
const CHILD = fileURLToPath(new URL('killed-child.mjs', import.meta.url));
const AT_A_TIME = 4;
/** It would be an endless loop. */
const MAX_STEPS = 200;

/** Whether the child was killed before it had done everything. */
async function killedAt(step: number, folder: string, registry: TestRegistry, tarball: string): Promise<boolean> {
  const env = {
    ...process.env,
    MODULE: join(inject('cliMain'), '../../egress/cache/registry-cache.js'),
    FOLDER: folder,
    PORT: String(registry.port),
    TARBALL: tarball,
    KILL_AT: String(step),
  };
  const child = spawn(process.execPath, [CHILD], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the child ended with ${code ?? signal}`);
  return signal === 'SIGKILL';
}

it('a cache that is killed at any step gives no wrong byte afterwards, and goes on', { timeout: 120_000 }, async () => {
  const registry = await shop.registry();
  // It does not fit into the memory of a download.
  const path = registry.publish('x', '1.0.0', 700_000);
  const bytes = registry.bytesOf('x', '1.0.0');
  const tryOut = async (step: number): Promise<boolean> => {
    const folder = await shop.folder();
    const wasKilled = await killedAt(step, folder, registry, path);
    const cache = await shop.cache({ folder });
    expect((await get({ cache, registry }, path)).bytes.equals(bytes)).toBe(true);
    expect((await untilKept({ cache, registry }, path)).bytes.equals(bytes)).toBe(true);
    expect(await readdir(join(folder, 'downloads'))).toEqual([]);
    return wasKilled;
  };
  let step = 0;
  for (let isOver = false; !isOver && step < MAX_STEPS; step += AT_A_TIME) {
    const killed = await Promise.all(Array.from({ length: AT_A_TIME }, (_, i) => tryOut(step + i)));
    isOver = killed.includes(false);
  }
  expect(step).toBeGreaterThan(10);
  expect(step).toBeLessThan(MAX_STEPS);
});
