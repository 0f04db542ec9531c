import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistryCache } from '../../../src/egress/cache/port.js';
import type { Gateway } from '../../../src/egress/gateway.js';
import type { KnownRegistry } from '../../../src/egress/registry/known-registry.js';
import { Authority } from '../../../src/egress/upstream/authority.js';
import { gatewayWith, keeper, securely } from '../harness.js';
import { workshop } from './harness.js';
import { digest } from './registry.js';

const kept = keeper();
const shop = workshop();
const NAME = 'npm.corp.test';
const BYTES = Buffer.alloc(500_000, 'left-pad');
const TARBALL = '/npm/left-pad/-/left-pad-1.3.0.tgz';
const seen: { url: string; authorization: string | undefined; headers: string[] }[] = [];
let registry: Server;
let port: number;
/** What the registry proves itself with; both gateways trust it. */
const corporate = new Authority(Date.now());
/** Whether the tarball's second half may be sent. */
let hold: (() => void) | undefined;
let holds = false;

beforeAll(async () => {
  const integrity = `sha512-${digest('sha512', BYTES, 'base64')}`;
  registry = createServer(corporate.identityOf(NAME), ({ url = '', headers }, response) => {
    seen.push({ url, authorization: headers.authorization, headers: Object.keys(headers) });
    response.setHeader('cache-control', 'max-age=300');
    if (url === '/npm/left-pad/1.3.0') response.end(JSON.stringify({ dist: { integrity } }));
    else if (url !== TARBALL) response.writeHead(404).end();
    else if (!holds) response.writeHead(200, { 'content-length': BYTES.length, 'set-cookie': 'a=b' }).end(BYTES);
    else {
      response.writeHead(200, { 'content-length': BYTES.length }).write(BYTES.subarray(0, 100_000));
      hold = () => response.end(BYTES.subarray(100_000));
    }
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  port = (registry.address() as AddressInfo).port;
});
afterAll(() => registry?.close());

/** The gateway of one job. */
function job(cache: RegistryCache, authorization: string): Promise<Gateway> {
  const known: readonly KnownRegistry[] = [{ url: `https://${NAME}:${port}/npm/`, authorization }];
  return gatewayWith({
    policy: { mode: 'registry', allow: [`${NAME}:${port}`] },
    names: { [NAME]: ['127.0.0.1'] },
    registries: known,
    ca: corporate.cert,
    cache,
  }).then(kept);
}

function ask(gateway: Gateway, line: string, more = ''): Promise<string> {
  const request = `${line} HTTP/1.1\r\nHost: ${NAME}:${port}\r\nConnection: close\r\n${more}\r\n`;
  return securely(gateway, `${NAME}:${port}`, gateway.authority, request);
}

const downloads = (): number => seen.filter(({ url }) => url === TARBALL).length;
const isWhole = (answer: string): boolean => answer.endsWith(`\r\n\r\n${BYTES.toString('latin1')}`);

describe('a registry behind the gateways of two jobs', () => {
  it('is asked for a tarball once, with the credentials, and with nothing of what the job said', async () => {
    const cache = await shop.cache();
    const first = await job(cache, 'Bearer alice');
    const before = downloads();
    expect(isWhole(await ask(first, `GET ${TARBALL}`, 'Accept: text/evil\r\nX-Evil: 1\r\nRange: bytes=0-3\r\n'))).toBe(
      true,
    );
    expect(seen.find(({ url }) => url === TARBALL)).toEqual({
      url: TARBALL,
      authorization: 'Bearer alice',
      headers: expect.not.arrayContaining(['x-evil', 'range']),
    });
    await expect.poll(() => seen.some(({ url }) => url === '/npm/left-pad/1.3.0')).toBe(true);
    const second = await job(cache, 'Bearer alice');
    await expect
      .poll(async () => {
        expect(isWhole(await ask(second, `GET ${TARBALL}`))).toBe(true);
        return cache.counters().hits;
      })
      .toBeGreaterThan(0);
    expect(downloads()).toBe(before + 1);
    const head = await ask(second, `HEAD ${TARBALL}`);
    expect(head).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(head).toContain(`content-length: ${BYTES.length}`);
    expect(head).not.toContain('set-cookie');
    expect(downloads()).toBe(before + 1);
  });

  it('is asked again with other credentials', async () => {
    const cache = await shop.cache();
    await ask(await job(cache, 'Bearer alice'), `GET ${TARBALL}`);
    const before = downloads();
    await ask(await job(cache, 'Bearer bob'), `GET ${TARBALL}`);
    expect(downloads()).toBe(before + 1);
    expect(seen.findLast(({ url }) => url === TARBALL)?.authorization).toBe('Bearer bob');
  });

  it('gives the second job all of a download when the first one is over in the middle of it', async () => {
    const cache = await shop.cache();
    const [first, second] = [await job(cache, 'Bearer alice'), await job(cache, 'Bearer alice')];
    holds = true;
    const before = downloads();
    const cut = ask(first, `GET ${TARBALL}`);
    await expect.poll(() => downloads()).toBe(before + 1);
    const whole = ask(second, `GET ${TARBALL}`);
    await expect.poll(() => cache.counters().shared).toBe(1);
    holds = false;
    await first.close();
    hold?.();
    expect(isWhole(await whole)).toBe(true);
    expect(isWhole(await cut.catch(() => ''))).toBe(false);
  });

  it('that does not answer is named', async () => {
    const cache = await shop.cache({ limits: { answerMs: 1_000, retryMs: [] } });
    const gateway = await gatewayWith({
      policy: { mode: 'registry', allow: [`${NAME}:${port}`] },
      names: { [NAME]: ['127.0.0.1'] },
      registries: [{ url: `https://${NAME}:${port}/npm/`, authorization: 'Bearer alice' }],
      cache,
    }).then(kept);
    // It does not trust the registry's certificate.
    const answer = await ask(gateway, 'GET /npm/x');
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
    expect(answer).toContain(`${NAME}:${port}`);
  });
});
