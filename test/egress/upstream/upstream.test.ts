import type { Server } from 'proxy-chain';
import { Server as ProxyServer } from 'proxy-chain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/egress/gateway.js';
import { exchange, gatewayWith, host, keeper, page, statusOf } from '../harness.js';

const kept = keeper();
const asked: string[] = [];
let corporate: Server;
let web: Awaited<ReturnType<typeof page>>;

/** The company's proxy: it wants a password, and knows a name that nobody here does. */
beforeAll(async () => {
  web = await page();
  corporate = new ProxyServer({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: ({ hostname, port, username, password }) => {
      if (username !== 'ci' || password !== 'p@ss:word') return { requestAuthentication: true };
      asked.push(`${hostname}:${port}`);
      const dnsLookup = ((_host: string, options: { all?: boolean }, done: (...more: unknown[]) => void) =>
        options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) as never;
      return { dnsLookup };
    },
  });
  await corporate.listen();
});
afterAll(async () => {
  await corporate.close(true);
  await web.close();
});
beforeEach(() => {
  asked.length = 0;
});

function through(login: string, policy: Parameters<typeof gatewayWith>[0]['policy'] = undefined): Promise<Gateway> {
  const url = `http://${login}127.0.0.1:${corporate.port}`;
  return gatewayWith({
    policy: policy ?? { mode: 'registry', allow: [`registry.test:${web.port}`] },
    names: { 'inside.test': ['10.0.0.8'] },
    upstream: { url },
  }).then(kept);
}
const LOGIN = 'ci:p%40ss%3Aword@';
const tunnel = (name: string) => `${host(name)}GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`;
const plain = (name: string) => `GET http://${name}/x HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`;

describe("behind a company's proxy", () => {
  it.each([
    ['CONNECT', tunnel],
    ['a plain request', plain],
  ])('%s goes through it, by a name that only it resolves', async (_what, request) => {
    const gateway = await through(LOGIN);
    expect(await exchange(gateway.ports.proxy, request(`registry.test:${web.port}`))).toContain('hello');
    expect(asked).toEqual([`registry.test:${web.port}`]);
    expect(gateway.records()).toEqual([expect.objectContaining({ host: 'registry.test', allowed: true })]);
    expect(gateway.records()[0]?.bytesReceived).toBeGreaterThan(40);
  });

  it.each([
    ['another host', 'evil.invalid:443'],
    ['another port', 'registry.test:22'],
    ['the metadata address', '169.254.169.254:80'],
    ['a decimal address', '2130706433:80'],
  ])('the policy stands: %s', async (_what, name) => {
    const gateway = await through(LOGIN);
    expect(statusOf(await exchange(gateway.ports.proxy, tunnel(name)))).toBe(403);
    expect(asked).toEqual([]);
  });

  it.each([
    '127.0.0.1:80',
    '10.1.2.3:443',
    '169.254.169.254:80',
    '[::1]:443',
    '[::ffff:10.0.0.1]:443',
    'inside.test:443',
  ])('in mode open %s is refused all the same', async (name) => {
    const gateway = await through(LOGIN, { mode: 'open' });
    expect(statusOf(await exchange(gateway.ports.proxy, tunnel(name)))).toBe(403);
    expect(asked).toEqual([]);
  });

  it('in mode open it is asked for what does not resolve here', async () => {
    const gateway = await through(LOGIN, { mode: 'open' });
    expect(await exchange(gateway.ports.proxy, tunnel(`public.test:${web.port}`))).toContain('hello');
    expect(asked).toEqual([`public.test:${web.port}`]);
  });

  it('a wrong password is a 502, and named nowhere', async () => {
    const gateway = await through('ci:wrong@');
    const answer = await exchange(gateway.ports.proxy, tunnel(`registry.test:${web.port}`));
    expect(statusOf(answer)).toBe(502);
    expect(answer).not.toContain('wrong');
  });
});
