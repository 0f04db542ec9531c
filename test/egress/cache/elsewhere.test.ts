import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegistryCache } from '../../../src/egress/cache/port.js';
import type { Gateway } from '../../../src/egress/gateway.js';
import { Authority } from '../../../src/egress/upstream/authority.js';
import { gatewayWith, keeper, securely, statusOf } from '../harness.js';
import { workshop } from './harness.js';
import { digest } from './registry.js';

const kept = keeper();
const shop = workshop();
const REGISTRY = 'npm.corp.test';
const STORAGE = 'files.corp.test';
const TARBALL = '/npm/left-pad/-/left-pad-1.3.0.tgz';
const BYTES = Buffer.alloc(100_000, 'left-pad');
const corporate = new Authority(Date.now());
const integrity = `sha512-${digest('sha512', BYTES, 'base64')}`;
let registry: Server;
let storage: Server;
/** What came to the storage. */
let asked: { url: string; authorization: string | undefined }[] = [];
let bytes = BYTES;
/** Where the registry says that its tarball is. */
let location = '';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  registry = createServer(corporate.identityOf(REGISTRY), ({ url = '' }, response) => {
    if (url === '/npm/left-pad/1.3.0') response.end(JSON.stringify({ dist: { integrity } }));
    else if (url === TARBALL) response.writeHead(302, { location }).end();
    else response.writeHead(404).end();
  });
  storage = createServer(corporate.identityOf(STORAGE), ({ url = '', headers }, response) => {
    asked.push({ url, authorization: headers.authorization });
    if (url.startsWith('/again')) response.writeHead(302, { location: url }).end();
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  });
  for (const server of [registry, storage])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  registry?.close();
  storage?.close();
});
beforeEach(() => {
  asked = [];
  bytes = BYTES;
  location = `https://${STORAGE}:${portOf(storage)}/left-pad?signature=1`;
});

async function job(
  cache: RegistryCache,
  allow: readonly string[] = [`${STORAGE}:${portOf(storage)}`],
): Promise<Gateway> {
  const host = `${REGISTRY}:${portOf(registry)}`;
  const gateway = await gatewayWith({
    policy: { mode: 'registry', allow: [host, ...allow] },
    names: { [REGISTRY]: ['127.0.0.1'], [STORAGE]: ['127.0.0.1'] },
    registries: [{ url: `https://${host}/npm/`, authorization: 'Bearer alice' }],
    ca: corporate.cert,
    sink: { status: 404 },
    cache,
  });
  return kept(gateway);
}

function ask(gateway: Gateway): Promise<string> {
  const host = `${REGISTRY}:${portOf(registry)}`;
  return securely(
    gateway,
    host,
    gateway.authority,
    `GET ${TARBALL} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  );
}
const isWhole = (answer: string): boolean => answer.endsWith(`\r\n\r\n${BYTES.toString('latin1')}`);

describe('a tarball that lies elsewhere', () => {
  it('is fetched once for all jobs, without the credentials', async () => {
    const cache = await shop.cache();
    expect(isWhole(await ask(await job(cache)))).toBe(true);
    const second = await job(cache);
    await expect
      .poll(async () => {
        expect(isWhole(await ask(second))).toBe(true);
        return cache.counters().hits;
      })
      .toBeGreaterThan(0);
    const before = asked.length;
    expect(isWhole(await ask(second))).toBe(true);
    expect(asked).toHaveLength(before);
    expect(asked[0]).toEqual({ url: '/left-pad?signature=1', authorization: undefined });
  });

  it('is not kept where it is something else than the registry says', async () => {
    const cache = await shop.cache();
    bytes = Buffer.from('something else');
    await ask(await job(cache));
    await expect.poll(() => cache.counters().mismatches).toBe(1);
    bytes = BYTES;
    expect(isWhole(await ask(await job(cache)))).toBe(true);
  });

  it.each<[what: string, where: () => string]>([
    ['a host that the job may not reach', () => 'https://elsewhere.invalid/left-pad'],
    ['the metadata service', () => 'https://169.254.169.254/left-pad'],
    ['the same without TLS', () => `http://${STORAGE}:${portOf(storage)}/left-pad`],
    ['an address with credentials', () => `https://a:b@${STORAGE}:${portOf(storage)}/left-pad`],
    ['another protocol', () => 'file:///etc/passwd'],
  ])('at %s is the client’s to ask for', async (_what, where) => {
    location = where();
    const gateway = await job(await shop.cache());
    const answer = await ask(gateway);
    expect(statusOf(answer)).toBe(302);
    expect(answer).toContain(`location: ${location}`);
    expect(asked).toEqual([]);
    expect(gateway.records().filter(({ allowed }) => !allowed)).toEqual([]);
  });

  it('at a place that leads to itself is given up', async () => {
    location = `https://${STORAGE}:${portOf(storage)}/again`;
    expect(statusOf(await ask(await job(await shop.cache())))).toBe(302);
    expect(asked).toHaveLength(3);
  });
});
