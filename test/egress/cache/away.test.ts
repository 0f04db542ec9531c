import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { get, open, read, untilKept, workshop } from './harness.js';
import type { TestRegistry } from './registry.js';

const shop = workshop();
const INSTALL = { accept: 'application/vnd.npm.install-v1+json' };

/** What answers in a registry's place so many times, by the path that is asked for. */
function failing(registry: TestRegistry, times: number, fail: (response: ServerResponse) => void, only?: string): void {
  let left = times;
  registry.trick = ({ path }, response) => {
    if (left === 0 || (only !== undefined && path !== only)) return undefined;
    left -= 1;
    fail(response);
    return true;
  };
}

const status = (code: number) => (response: ServerResponse) => void response.writeHead(code).end('busy');
const cut = (response: ServerResponse): void => void response.destroy();
const cutHalfWay = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-length': 1_000 }).write('x', () => response.destroy());
};
const silence = (): void => undefined;

describe('a registry that fails', () => {
  it.each([
    ['answers 500', status(500)],
    ['answers 503', status(503)],
    ['answers 429', status(429)],
    ['ends the connection', cut],
    ['does not answer', silence],
  ])('and %s twice is asked a third time, as npm does: the client sees nothing of it', async (_how, fail) => {
    const registry = await shop.registry();
    const cache = await shop.cache({ limits: { answerMs: 200, retryMs: [1, 2] } });
    const path = registry.publish('x', '1.0.0');
    failing(registry, 2, fail);
    const got = await get({ cache, registry }, path);
    expect(got.bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
  });

  it.each([
    ['answers 500', status(500), 503],
    ['answers 429', status(429), 503],
    ['ends the connection', cut, 502],
    ['does not answer', silence, 504],
  ])('and %s each time is named to the client', async (_how, fail, expected) => {
    const registry = await shop.registry();
    const cache = await shop.cache({ limits: { answerMs: 200, retryMs: [1, 2] } });
    failing(registry, 99, fail);
    const got = await get({ cache, registry }, '/x');
    expect(got.status).toBe(expected);
    expect(got.bytes.toString()).toContain(`127.0.0.1:${registry.port}`);
    expect(registry.count('/x')).toBe(3);
    expect(cache.counters()).toMatchObject({ unanswered: 1 });
  });

  it('and breaks off in the middle is asked again, and the reader gets one whole answer', async () => {
    const [registry, cache] = [await shop.registry(), await shop.cache()];
    const path = registry.publish('x', '1.0.0', 900_000);
    const bytes = registry.bytesOf('x', '1.0.0');
    failing(registry, 1, (response) => {
      const piece = bytes.subarray(0, 400_000);
      response.writeHead(200, { 'content-length': bytes.length }).write(piece, () => response.destroy());
    });
    expect((await get({ cache, registry }, path)).bytes.equals(bytes)).toBe(true);
    expect(registry.count(path)).toBe(2);
    await untilKept({ cache, registry }, path);
  });

  it('and gives other bytes when it is asked for the rest: the reader gets an end, not a mixture', async () => {
    const [registry, cache] = [await shop.registry(), await shop.cache()];
    const path = registry.publish('x', '1.0.0');
    failing(registry, 1, cutHalfWay);
    await expect(get({ cache, registry }, path)).rejects.toThrow('something else');
    await untilKept({ cache, registry }, path);
  });

  it('and wants to be left alone for a second is left alone', async () => {
    const [registry, cache] = [await shop.registry(), await shop.cache()];
    registry.publish('x', '1.0.0');
    failing(registry, 1, (response) => void response.writeHead(429, { 'retry-after': '1' }).end());
    const before = performance.now();
    expect((await get({ cache, registry }, '/x')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(900);
  });
});

describe('while a registry is away', () => {
  it('cached answers are given: documents for a day, marked as stale; tarballs always', async () => {
    const now = { at: Date.now() };
    const registry = await shop.registry();
    const cache = await shop.cache({ clock: { now: () => now.at } });
    const path = registry.publish('x', '1.0.0');
    const document = await untilKept({ cache, registry }, '/x', INSTALL);
    const tarball = await untilKept({ cache, registry }, path);
    registry.trick = (_asked, response) => {
      response.destroy();
      return true;
    };
    now.at += 86_000_000;
    const old = await get({ cache, registry }, '/x', INSTALL);
    expect(old.bytes.equals(document.bytes)).toBe(true);
    expect(old.headers.warning).toContain('does not answer');
    now.at += 10 * 86_400_000;
    expect((await get({ cache, registry }, path)).bytes.equals(tarball.bytes)).toBe(true);
    expect((await get({ cache, registry }, '/x', INSTALL)).status).toBe(502);
  });

  it('it is asked once in a while only for what is kept anyway, and at once when it is back', async () => {
    const now = { at: Date.now() };
    const registry = await shop.registry();
    const cache = await shop.cache({ clock: { now: () => now.at } });
    registry.publish('x', '1.0.0');
    await untilKept({ cache, registry }, '/x', INSTALL);
    now.at += 301_000;
    failing(registry, 1, cut);
    const before = registry.count('/x');
    for (let times = 0; times < 5; times += 1) expect((await get({ cache, registry }, '/x', INSTALL)).status).toBe(200);
    expect(registry.count('/x')).toBe(before + 1);
    now.at += 11_000;
    expect((await get({ cache, registry }, '/x', INSTALL)).headers.warning).toBeUndefined();
  });

  it("one job's way out that has come to its end is not held against the registry", async () => {
    const now = { at: Date.now() };
    const registry = await shop.registry();
    const cache = await shop.cache({ clock: { now: () => now.at } });
    registry.publish('x', '1.0.0');
    await untilKept({ cache, registry }, '/x', INSTALL);
    now.at += 301_000;
    registry.publish('x', '2.0.0');
    const ask = () => Promise.reject(new Error('no more traffic'));
    const hostile = await get({ cache, registry, ask, way: {} }, '/x', INSTALL);
    expect(hostile.headers.warning).toBeDefined();
    expect((await get({ cache, registry, way: {} }, '/x', INSTALL)).bytes.toString()).toContain('2.0.0');
  });

  it("others who wait with it are answered by their own, however many requests the job's are", async () => {
    const [registry, cache] = [await shop.registry(), await shop.cache()];
    const path = registry.publish('x', '1.0.0');
    const [dead, honest] = [{}, {}];
    let fail: (() => void) | undefined;
    const ask = () =>
      new Promise<never>((_resolve, reject) => {
        fail = () => reject(new Error('no more traffic'));
      });
    const all = Array.from({ length: 20 }, () => open({ cache, registry, ask, way: dead }, path));
    const mine = open({ cache, registry, way: honest }, path);
    await expect.poll(() => fail).toBeDefined();
    fail?.();
    for (const each of await Promise.all([...all, mine])) {
      if (each === undefined) throw new Error('nothing for the cache');
      expect((await read(each)).status).toBe(200);
    }
  });
});
