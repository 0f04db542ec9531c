import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { RegistryCache } from '../../../src/egress/cache/port.js';
import type { Gateway } from '../../../src/egress/gateway.js';
import { workshop } from '../cache/harness.js';
import type { TestRegistry } from '../cache/registry.js';
import { exchange, gatewayWith, keeper } from '../harness.js';

const kept = keeper();
const shop = workshop();
const HOST = 'registry.test';

async function job(registry: TestRegistry, cache?: RegistryCache): Promise<Gateway> {
  const { port } = registry;
  return kept(
    await gatewayWith({
      policy: { mode: 'registry', allow: [`${HOST}:${port}`] },
      names: { [HOST]: ['127.0.0.1'] },
      registries: [{ url: `http://${HOST}:${port}/` }],
      cache,
    }),
  );
}

function ask(gateway: Gateway, port: number, path: string): Promise<string> {
  const url = `http://${HOST}:${port}`;
  return exchange(
    gateway.ports.proxy,
    `GET ${url}${path} HTTP/1.1\r\nHost: ${HOST}:${port}\r\nConnection: close\r\n\r\n`,
  );
}

const FAILURES: readonly (readonly [how: string, fail: (response: ServerResponse) => void])[] = [
  ['answers 500', (response) => void response.writeHead(500).end()],
  ['answers 429', (response) => void response.writeHead(429).end()],
  ['ends the connection', (response) => void response.destroy()],
  [
    'breaks off',
    (response) => void response.writeHead(200, { 'content-length': 99 }).write('x', () => response.destroy()),
  ],
];

describe.each([
  ['with a cache', () => shop.cache({ limits: { answerMs: 300, retryMs: [1] } })],
  ['without one', async () => undefined],
])('a registry, %s,', (_with, cacheOf) => {
  it.each(FAILURES)('that %s owes what it was asked for until it gives it', async (_how, fail) => {
    const registry = await shop.registry();
    const path = registry.publish('left', '1.0.0');
    const gateway = await job(registry, await cacheOf());
    registry.trick = (_asked, response) => {
      fail(response);
      return true;
    };
    await ask(gateway, registry.port, path);
    await ask(gateway, registry.port, '/left');
    await expect.poll(() => gateway.outages()[0]?.missing).toBe(2);
    expect(gateway.outages()).toEqual([
      { host: HOST, port: registry.port, reason: expect.any(String), missing: 2, packages: ['left'] },
    ]);
    registry.trick = () => undefined;
    expect(await ask(gateway, registry.port, path)).toContain('200 OK');
    await ask(gateway, registry.port, '/left');
    expect(gateway.outages()).toEqual([]);
  });

  it('that says that there is no such thing has answered', async () => {
    const registry = await shop.registry();
    const gateway = await job(registry, await cacheOf());
    expect(await ask(gateway, registry.port, '/nowhere')).toContain('404');
    expect(gateway.outages()).toEqual([]);
  });
});

it('that is silent is named as slow', async () => {
  const registry = await shop.registry();
  const gateway = await job(registry, await shop.cache({ limits: { answerMs: 100, retryMs: [] } }));
  registry.trick = () => true;
  expect(await ask(gateway, registry.port, '/left')).toContain('504');
  expect(gateway.outages()[0]?.reason).toBe('did not answer in time');
});
