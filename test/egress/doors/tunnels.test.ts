import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/egress/gateway.js';
import { Authority } from '../../../src/egress/upstream/authority.js';
import { exchange, gatewayWith, host, keeper, securely, statusOf, until, upstream } from '../harness.js';
import { GET, handshaken, later, NAME, rest, SINKING, tunnel } from './tunnel-client.js';

const kept = keeper();
const sinking = (more: Parameters<typeof gatewayWith>[0] = {}): Promise<Gateway> =>
  gatewayWith({ ...SINKING, ...more }).then(kept);

/** The bytes of a ClientHello as Node's client sends it. */
function hello(options: { servername?: string; ALPNProtocols?: string[] }): Promise<Buffer> {
  return new Promise((resolve) => {
    const listening = upstream((socket) => socket.once('data', (bytes) => resolve(bytes)));
    void listening.then(({ port }) => connectTls({ port, host: '127.0.0.1', ...options }).on('error', () => undefined));
  });
}

describe('a handshake', () => {
  it('that comes byte by byte is completed', async () => {
    const gateway = await sinking();
    const socket = await tunnel(gateway);
    const slow = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        for (const byte of chunk) socket.write(Buffer.from([byte]));
        done();
      },
    });
    socket.on('data', (chunk) => slow.push(chunk)).once('close', () => slow.destroy());
    const tls = connectTls({ socket: slow, ca: gateway.authority, host: NAME, servername: NAME });
    tls.write(GET);
    const answer = await rest(tls as unknown as Socket);
    expect(statusOf(answer)).toBe(404);
  });

  it.each([
    ['without a name', { servername: '', checkServerIdentity: () => undefined }, null],
    ['that offers HTTP/2 too', { ALPNProtocols: ['h2', 'http/1.1'] }, 'http/1.1'],
  ])('%s is completed', async (_what, options, alpn) => {
    const gateway = await sinking();
    const tls = await handshaken(gateway, options);
    if (alpn !== null) expect(tls.alpnProtocol).toBe(alpn);
    tls.write(GET);
    expect(statusOf(await rest(tls))).toBe(404);
    expect(gateway.records()[0]?.requests).toEqual([expect.objectContaining({ path: '/a' })]);
  });

  // A client may tell that it trusts nobody, or just go; whether that is before the last byte of the handshake is a matter of chance.
  it.each<[what: string, options: object]>([
    ['by who trusts somebody else', { ca: new Authority(Date.now()).cert }],
    ['that offers HTTP/2 alone', { ALPNProtocols: ['h2'] }],
  ])('%s ends, and is on record with its name', async (_what, options) => {
    const gateway = await sinking();
    await expect(handshaken(gateway, options)).rejects.toThrow();
    await until(() => (gateway.records()[0]?.unread.length ?? 0) > 0);
    expect(gateway.records()).toEqual([
      expect.objectContaining({
        host: NAME,
        allowed: false,
        unread: [{ reason: expect.any(String), serverName: NAME, count: 1 }],
      }),
    ]);
  });

  it.each([
    ['a name of 255 bytes', `${'a'.repeat(63)}.`.repeat(4).slice(0, 255)],
    ['a name that is none', '-_.;'],
  ])('for %s ends', async (_what, servername) => {
    const gateway = await sinking();
    const socket = await tunnel(gateway);
    socket.write(await hello({ servername }));
    await rest(socket);
    expect(gateway.records().some(({ allowed }) => allowed)).toBe(false);
  });

  it('of 16 KiB that never ends is cut off', async () => {
    const gateway = await sinking();
    const socket = await tunnel(gateway);
    socket.write(Buffer.concat([Buffer.from([0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc]), Buffer.alloc(16_000)]));
    await rest(socket);
    await until(() => (gateway.records()[0]?.unread.length ?? 0) > 0);
  });

  it('for another name than the tunnel (fronting) is refused as that name, through a permitted host too', async () => {
    const web = kept(await upstream(() => undefined));
    const target = `allowed.test:${web.port}`;
    const policy = { mode: 'registry', allow: [target] } as const;
    const gateway = await sinking({ policy, names: { 'allowed.test': ['127.0.0.1'] } });
    const tls = await handshaken(gateway, {}, target);
    tls.write(GET);
    expect(statusOf(await rest(tls))).toBe(404);
    expect(gateway.records()).toContainEqual(
      expect.objectContaining({
        host: NAME,
        allowed: false,
        requests: [expect.objectContaining({ path: '/a' })],
        unread: [{ reason: 'other-name', serverName: NAME, count: 1 }],
      }),
    );
  });
});
const inside = (head: string, body = '') =>
  `${head}\r\nHost: ${NAME}\r\nConnection: close\r\n${body === '' ? '\r\n' : body}`;

describe('in a tunnel to a refused host', () => {
  it.each<[what: string, bytes: string, status: number, recorded: object]>([
    ['a GET', inside('GET /x?y=1 HTTP/1.1'), 404, { path: '/x?y=1', status: 404 }],
    ['a POST', inside('POST /x HTTP/1.1', 'Content-Length: 2\r\n\r\nhi'), 200, { body: 'hi', status: 200 }],
    ['a PUT', inside('PUT /x HTTP/1.1', 'Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n'), 200, { body: 'hi' }],
    ['a body that never ends', inside('POST /x HTTP/1.1', 'Content-Length: 99\r\n\r\nhi'), 200, { bodyBytes: 2 }],
    ['Upgrade: websocket', inside('GET /w HTTP/1.1\r\nUpgrade: websocket'), 404, { path: '/w' }],
    ['a path of 4 KiB', inside(`GET /${'p'.repeat(4_000)} HTTP/1.1`), 404, { path: `/${'p'.repeat(499)}` }],
    ['a GET with a body', inside('GET /x HTTP/1.1', 'Content-Length: 2\r\n\r\nhi'), 404, { body: 'hi' }],
    ['another Host', GET.replace(`Host: ${NAME}`, 'Host: y.invalid'), 421, { status: 421 }],
    ['no Host', 'GET /n HTTP/1.1\r\nConnection: close\r\n\r\n', 404, { path: '/n' }],
    ['CONNECT', inside(`CONNECT ${NAME}:443 HTTP/1.1`), 405, { method: 'CONNECT' }],
  ])('%s is answered and on record', async (_what, bytes, status, recorded) => {
    const gateway = await sinking();
    expect(statusOf(await securely(gateway, `${NAME}:443`, gateway.authority, bytes))).toBe(status);
    const requests = gateway.records().flatMap((record) => record.requests);
    expect(requests).toEqual([expect.objectContaining(recorded)]);
    expect(gateway.records().some(({ allowed }) => allowed)).toBe(false);
  });

  it.each([200, 404, 503])('nothing that a shell could run is answered: %d', async (status) => {
    const gateway = await sinking({ sink: { status } });
    const answer = await securely(gateway, `${NAME}:443`, gateway.authority, GET);
    const [head, body] = answer.split('\r\n\r\n');
    expect([statusOf(answer), body]).toEqual([status, '']);
    expect(head).toContain('nothing was sent on');
  });

  it.each([
    ['a body that comes late', [50, 250], 'hello', []],
    ['a body that comes slowly', [50, 200, 350, 400], 'hello', []],
    ['a body that does not come', [], '', [{ reason: 'unfinished', serverName: null, count: 1 }]],
  ])('%s is waited for as long as something comes', async (_what, at, body, unread) => {
    const gateway = await sinking();
    const socket = await tunnel(gateway, `${NAME}:80`);
    const answer = rest(socket);
    socket.write(`POST /x HTTP/1.1\r\nHost: ${NAME}\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const bytes = at.length === 0 ? '' : '5\r\nhello\r\n0\r\n\r\n';
    const size = Math.ceil(bytes.length / Math.max(1, at.length));
    for (const [i, ms] of at.entries()) {
      await later(ms - (at[i - 1] ?? 0));
      socket.write(bytes.slice(i * size, (i + 1) * size));
    }
    expect(statusOf(await answer)).toBe(200);
    expect(gateway.records()[0]).toMatchObject({ requests: [{ body }], unread });
  });

  it('Expect: 100-continue is answered with 100', async () => {
    const gateway = await sinking();
    const head = inside('POST /x HTTP/1.1', 'Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi');
    expect(await securely(gateway, `${NAME}:443`, gateway.authority, head)).toMatch(
      /^HTTP\/1.1 100 [\s\S]*HTTP\/1.1 200 /,
    );
  });

  it.each([
    ['an endless header', `GET / HTTP/1.1\r\nHost: ${NAME}\r\nX: ${'h'.repeat(40_000)}`, 431],
    ['HTTP/2 with prior knowledge', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['an SSH banner', 'SSH-2.0-x\r\n', NaN],
    ['noise', '\x00\x01\x02', NaN],
  ])('%s ends, and is on record', async (_what, bytes, status) => {
    const gateway = await sinking();
    const answer = await exchange(gateway.ports.proxy, host(`${NAME}:443`) + bytes);
    expect(statusOf(answer.replace(/^[\s\S]*?\r\n\r\n/, ''))).toBe(status);
    expect(gateway.records()).toEqual([
      expect.objectContaining({ allowed: false, unread: [expect.objectContaining({ reason: 'not-http' })] }),
    ]);
  });

  it('a word that the client ends its tunnel after is on record', async () => {
    const gateway = await sinking();
    const socket = connect(gateway.ports.proxy, '127.0.0.1', () => socket.end(`${host(`${NAME}:443`)}hello`));
    socket.on('error', () => undefined).resume();
    await until(() => (gateway.records()[0]?.unread ?? []).length > 0);
    expect(gateway.records()).toEqual([
      expect.objectContaining({ allowed: false, unread: [expect.objectContaining({ reason: 'not-http' })] }),
    ]);
  });

  it('an address instead of a name is answered for like a name', async () => {
    const gateway = await sinking();
    const target = '192.0.2.7:443';
    const bytes = GET.replace(NAME, '192.0.2.7');
    const tls = await handshaken(gateway, { host: '192.0.2.7', servername: '' }, target);
    tls.write(bytes);
    expect(statusOf(await rest(tls))).toBe(404);
    expect(gateway.records()).toEqual([expect.objectContaining({ host: '192.0.2.7', allowed: false })]);
  });

  it('a thousand requests are answered, and cost the rows of some', async () => {
    const gateway = await sinking();
    const tls = await handshaken(gateway, {});
    const many = Array.from({ length: 1_000 }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`);
    tls.write(many.join(''));
    tls.resume();
    await until(() => (gateway.records()[0]?.requestsLeft ?? 0) > 0 || tls.destroyed);
    expect(gateway.records()[0]?.requests.length).toBeLessThanOrEqual(20);
    tls.destroy();
  });
});
