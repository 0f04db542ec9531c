import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Job } from './harness.js';
import { get, open, read, untilKept, workshop } from './harness.js';
import { digest } from './registry.js';

const shop = workshop();
const INSTALL = { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*' };

async function job(more: Partial<Job> = {}): Promise<Job> {
  return { cache: await shop.cache(), registry: await shop.registry(), ...more };
}

describe('a tarball', () => {
  it('is downloaded once, and given to every job that asks after it', async () => {
    const { cache, registry } = await job();
    const path = registry.publish('left-pad', '1.3.0');
    const bytes = registry.bytesOf('left-pad', '1.3.0');
    expect((await get({ cache, registry }, path)).bytes.equals(bytes)).toBe(true);
    await untilKept({ cache, registry }, path);
    const downloads = registry.count(path);
    const got = await get({ cache, registry, way: {} }, path);
    expect(got.bytes.equals(bytes)).toBe(true);
    expect(got.headers['content-length']).toBe(String(bytes.length));
    expect(registry.count(path)).toBe(downloads);
  });

  it('200 downloads at the same time reach the registry once', async () => {
    const { cache, registry } = await job();
    const path = registry.publish('react', '19.0.0', 3_000_000);
    const bytes = registry.bytesOf('react', '19.0.0');
    const all = await Promise.all(Array.from({ length: 200 }, () => get({ cache, registry, way: {} }, path)));
    for (const got of all) expect(got.bytes.equals(bytes)).toBe(true);
    expect(registry.count(path)).toBe(1);
    expect(cache.counters()).toMatchObject({ shared: 199 });
  });

  it.each([
    ['by the document of the version', (): void => undefined, '/@corp%2fx/1.0.0'],
    [
      "by the package's, where versions have none",
      (r: { hasVersionDocuments: boolean }) => {
        r.hasVersionDocuments = false;
      },
      '/@corp%2fx',
    ],
  ])('of a lock file, whose document nobody asked for, is proven %s', async (_how, prepare, document) => {
    const { cache, registry } = await job();
    prepare(registry);
    const path = registry.publish('@corp/x', '1.0.0');
    await untilKept({ cache, registry }, path);
    expect(registry.count(document)).toBeGreaterThan(0);
  });

  it('whose document has just been read is proven by it, without another question', async () => {
    const { cache, registry } = await job();
    const path = registry.publish('x', '1.0.0');
    await untilKept({ cache, registry }, '/x', INSTALL);
    await untilKept({ cache, registry }, path);
    expect(registry.count('/x/1.0.0')).toBe(0);
  });

  it('of old packages is proven by its SHA-1, a gem by the compact index', async () => {
    const { cache, registry } = await job();
    const old = registry.publish('old', '0.1.0');
    registry.lies.set('old', { shasum: digest('sha1', registry.bytesOf('old', '0.1.0'), 'hex') });
    await untilKept({ cache, registry }, old);
    registry.publish('net-http2', '2.0-java');
    await untilKept({ cache, registry }, '/gems/net-http2-2.0-java.gem');
  });

  it.each([
    ['names other bytes', { integrity: `sha512-${digest('sha512', randomBytes(8), 'base64')}` }],
    ['names other bytes by SHA-1', { shasum: digest('sha1', randomBytes(8), 'hex') }],
    ['names nothing', {}],
    ['names what is no hash', { integrity: 'sha512' }],
    ['names a hash that is none any more', { integrity: `md5-${digest('md5', randomBytes(8), 'base64')}` }],
  ])(
    'whose document %s is passed on as it came, so that the package manager says so, and never kept',
    async (_what, lie) => {
      const { cache, registry } = await job();
      const path = registry.publish('x', '1.0.0');
      registry.lies.set('x', lie);
      // One that comes while the last download is being proven joins it.
      const downloads = async (): Promise<number> => {
        const { bytes } = await get({ cache, registry }, path);
        expect(bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
        return registry.count(path);
      };
      await expect.poll(downloads).toBeGreaterThan(2);
      expect(cache.counters().hits).toBe(0);
    },
  );

  it('that was published once more is not given as it was, once the new document has been read', async () => {
    const now = { at: Date.now() };
    const registry = await shop.registry();
    const cache = await shop.cache({ clock: { now: () => now.at } });
    const path = registry.publish('x', '1.0.0');
    await untilKept({ cache, registry }, '/x', INSTALL);
    await untilKept({ cache, registry }, path);
    registry.publish('x', '1.0.0');
    now.at += 301_000;
    await get({ cache, registry }, '/x', INSTALL);
    await untilKept({ cache, registry }, '/x', INSTALL);
    expect((await get({ cache, registry }, path)).bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
  });

  it('of a registry that says nothing of caches is given for an hour; its documents are asked for each time', async () => {
    const now = { at: Date.now() };
    const registry = await shop.registry();
    const cache = await shop.cache({ clock: { now: () => now.at } });
    registry.documentAge = undefined;
    registry.tarballAge = undefined;
    const path = registry.publish('x', '1.0.0');
    await untilKept({ cache, registry }, path);
    const before = registry.count(path);
    now.at += 3_500_000;
    await get({ cache, registry }, path);
    expect(registry.count(path)).toBe(before);
    now.at += 200_000;
    await get({ cache, registry }, path);
    expect(registry.count(path)).toBe(before + 1);
    const questions = async (): Promise<number> => {
      await get({ cache, registry }, '/x');
      return registry.count('/x');
    };
    await expect.poll(questions).toBeGreaterThan(2);
  });

  it('is asked about once a day, because it may have been taken down', async () => {
    const now = { at: Date.now() };
    const registry = await shop.registry();
    const cache = await shop.cache({ clock: { now: () => now.at } });
    const path = registry.publish('x', '1.0.0');
    await untilKept({ cache, registry }, path);
    const before = registry.count(path);
    now.at += 86_300_000;
    await get({ cache, registry }, path);
    expect(registry.count(path)).toBe(before);
    now.at += 200_000;
    registry.trick = ({ path: asked }, response) => {
      if (asked !== path) return undefined;
      response.writeHead(404).end('{}');
      return true;
    };
    expect((await get({ cache, registry }, path)).status).toBe(404);
  });
});

describe('a document', () => {
  it('is given for as long as the registry says, at most five minutes, then asked about by its etag', async () => {
    const now = { at: Date.now() };
    const registry = await shop.registry();
    registry.documentAge = 'public, max-age=86400';
    const cache = await shop.cache({ clock: { now: () => now.at } });
    registry.publish('x', '1.0.0');
    const first = await untilKept({ cache, registry }, '/x', INSTALL);
    const before = registry.count('/x');
    now.at += 299_000;
    await get({ cache, registry }, '/x', INSTALL);
    expect(registry.count('/x')).toBe(before);
    now.at += 2_000;
    const again = await get({ cache, registry }, '/x', INSTALL);
    expect(registry.asked.at(-1)?.headers['if-none-match']).toBe(first.headers.etag);
    expect(again.bytes.equals(first.bytes)).toBe(true);
    registry.publish('x', '1.1.0');
    now.at += 301_000;
    expect((await get({ cache, registry }, '/x', INSTALL)).bytes.toString()).toContain('1.1.0');
  });

  it('has two forms, which are kept apart', async () => {
    const { cache, registry } = await job();
    registry.publish('x', '1.0.0');
    await untilKept({ cache, registry }, '/x', INSTALL);
    expect((await untilKept({ cache, registry }, '/x', { accept: 'application/json' })).bytes.toString()).toContain(
      '"form":"whole"',
    );
    expect((await get({ cache, registry }, '/x', INSTALL)).bytes.toString()).toContain('"form":"install"');
  });

  it.each(['no-store', 'private'])('that is %s is asked for each time', async (age) => {
    const { cache, registry } = await job();
    registry.documentAge = age;
    registry.publish('x', '1.0.0');
    const questions = async (): Promise<number> => {
      await get({ cache, registry }, '/x');
      return registry.count('/x');
    };
    await expect.poll(questions).toBeGreaterThan(2);
    expect(cache.counters().hits).toBe(0);
  });

  it('that is not there is asked for each time: it may be published the next moment', async () => {
    const { cache, registry } = await job();
    expect((await get({ cache, registry }, '/x')).status).toBe(404);
    registry.publish('x', '1.0.0');
    expect((await get({ cache, registry }, '/x')).status).toBe(200);
  });

  it('is known to HEAD when it is kept; else the registry is asked by the caller', async () => {
    const { cache, registry } = await job();
    registry.publish('x', '1.0.0');
    const head = () => open({ cache, registry }, '/x', {}, undefined, 'HEAD');
    expect(await head()).toBeUndefined();
    const { headers, bytes } = await untilKept({ cache, registry }, '/x');
    expect(await head()).toMatchObject({
      status: 200,
      headers: { etag: headers.etag, 'content-length': String(bytes.length) },
    });
  });
});

describe('a download that many wait for', () => {
  it('goes on for the others when the one who asked first leaves', async () => {
    const { cache, registry } = await job();
    const path = registry.publish('x', '1.0.0', 2_000_000);
    const bytes = registry.bytesOf('x', '1.0.0');
    let release: () => void = () => undefined;
    registry.trick = ({ path: asked }, response) => {
      if (asked !== path) return undefined;
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 1_000_000));
      release = () => response.end(bytes.subarray(1_000_000));
      return true;
    };
    const leaving = new AbortController();
    const first = await open({ cache, registry, way: {} }, path, {}, leaving.signal);
    const second = await open({ cache, registry, way: {} }, path);
    leaving.abort();
    first?.body.destroy();
    release();
    if (second === undefined) throw new Error('nothing for the cache');
    expect((await read(second)).bytes.equals(bytes)).toBe(true);
    expect(registry.count(path)).toBe(1);
  });

  it("goes on by another job's way out when the first one's ends, and the reader does not notice", async () => {
    const { cache, registry } = await job();
    const path = registry.publish('x', '1.0.0', 2_000_000);
    const bytes = registry.bytesOf('x', '1.0.0');
    const gatewayOfFirst = new AbortController();
    registry.trick = ({ path: asked }, response) => {
      if (asked !== path || registry.count(path) > 1) return undefined;
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 1_000_000));
      return true;
    };
    const ask: Job['ask'] = (question, signal) =>
      registry.ask(question, AbortSignal.any([signal, gatewayOfFirst.signal]));
    const first = await open({ cache, registry, way: {}, ask }, path);
    const second = await open({ cache, registry, way: {} }, path);
    gatewayOfFirst.abort();
    if (first === undefined || second === undefined) throw new Error('nothing for the cache');
    const all = await Promise.all([read(first), read(second)]);
    for (const got of all) expect(got.bytes.equals(bytes)).toBe(true);
    expect(registry.count(path)).toBe(2);
  });

  it('is stopped when the last one has left', async () => {
    const { cache, registry } = await job();
    const path = registry.publish('x', '1.0.0');
    let isClosed = false;
    registry.trick = (_asked, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('x');
      response.once('close', () => {
        isClosed = true;
      });
      return true;
    };
    const leaving = new AbortController();
    const answer = await open({ cache, registry }, path, {}, leaving.signal);
    leaving.abort();
    answer?.body.destroy();
    await expect.poll(() => isClosed).toBe(true);
  });

  it('is not held up by one who reads nothing', async () => {
    const { cache, registry } = await job();
    const path = registry.publish('x', '1.0.0', 20_000_000);
    const lazy = await open({ cache, registry, way: {} }, path);
    const got = await get({ cache, registry, way: {} }, path);
    expect(got.bytes.equals(registry.bytesOf('x', '1.0.0'))).toBe(true);
    if (lazy === undefined) throw new Error('nothing for the cache');
    expect((await read(lazy)).bytes.equals(got.bytes)).toBe(true);
    expect(registry.count(path)).toBe(1);
  });
});
