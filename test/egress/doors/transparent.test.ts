import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { Gateway, GatewayOptions } from '../../../src/egress/gateway.js';
import { exchange, gatewayWith, keeper, statusOf, until } from '../harness.js';

const kept = keeper();
const SECRETS = [{ name: 'npm token', value: 'npm_0123456789abcdefghijABCDEFGHIJ012345' }];
const opened = async (more: Partial<GatewayOptions> = {}): Promise<Gateway> =>
  kept(await gatewayWith({ sink: { status: 404 }, secrets: SECRETS, ...more }));

/** What came back for bytes that were sent by TLS, without a proxy. `servername`: '' for a handshake that names nobody. */
function tls({ ports }: Gateway, servername: string, ca: string | undefined, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const name = servername === '' ? '127.0.0.1' : servername;
    const socket = connect({
      port: ports.https,
      host: '127.0.0.1',
      servername,
      ca,
      checkServerIdentity: () => undefined,
    });
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
    });
    socket.once('error', (error) => (answer === '' ? reject(new Error(`${name}: ${error.message}`)) : resolve(answer)));
    socket.once('close', () => resolve(answer));
    socket.write(bytes, 'latin1');
  });
}

const post = (host: string, path = '/in'): string =>
  `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\nsecret=1`;
const row = (gateway: Gateway, host: string) => gateway.records().find((record) => record.host === host);
const SENT = expect.objectContaining({ method: 'POST', path: '/in', body: 'secret=1', status: 200 });

describe('a program that knows no proxy', () => {
  it.each<[what: string, send: (gateway: Gateway) => Promise<string>, port: number]>([
    ['by TLS', (gateway) => tls(gateway, 'x.invalid', gateway.authority, post('x.invalid')), 443],
    ['by TLS that names nobody', (gateway) => tls(gateway, '', gateway.authority, post('x.invalid')), 443],
    ['by plain HTTP', (gateway) => exchange(gateway.ports.http, post('x.invalid')), 80],
    [
      'by plain HTTP, as for a proxy',
      (gateway) => exchange(gateway.ports.http, post('x.invalid').replace('/in', 'http://x.invalid/in')),
      80,
    ],
    ['by plain HTTP on the other port', (gateway) => exchange(gateway.ports.https, post('x.invalid')), 443],
  ])('is answered in the place of the host that it means, and what it sends is read: %s', async (_what, send, port) => {
    const gateway = await opened();
    expect(statusOf(await send(gateway))).toBe(200);
    const sent = {
      host: 'x.invalid',
      port,
      via: 'transparent',
      allowed: false,
      count: 1,
      bytesSent: 0,
      requests: [SENT],
    };
    expect(gateway.records()).toEqual([expect.objectContaining(sent)]);
    expect(gateway.records()[0]?.clientPorts).toHaveLength(1);
  });

  it('belongs to the host of its handshake: a request for another host is reported and not forwarded', async () => {
    const gateway = await opened({
      policy: { mode: 'registry', allow: ['cdn.test'] },
      names: { 'cdn.test': ['127.0.0.1'] },
    } as never);
    expect(statusOf(await tls(gateway, 'cdn.test', gateway.authority, post('evil.invalid')))).toBe(421);
    expect(row(gateway, 'cdn.test')).toMatchObject({ allowed: true, via: 'transparent', bytesSent: 0 });
    expect(row(gateway, 'evil.invalid')).toMatchObject({
      allowed: false,
      port: 443,
      requests: [expect.objectContaining({ body: 'secret=1' })],
    });
  });

  it('that trusts only its own authority is reported under the name it asked for', async () => {
    const gateway = await opened();
    await expect(tls(gateway, 'pinned.invalid', undefined, post('pinned.invalid'))).rejects.toThrow();
    await until(() => row(gateway, 'pinned.invalid')?.unread.length === 1);
    expect(row(gateway, 'pinned.invalid')).toMatchObject({
      allowed: false,
      count: 1,
      unread: [{ serverName: 'pinned.invalid', count: 1 }],
    });
  });

  it.each<[what: string, bytes: string]>([
    ['a protocol of its own', `HELO ${SECRETS[0]?.value}\r\n`],
    ['a word, and nothing after it', SECRETS[0]?.value ?? ''],
    ['the beginning of SSH', `SSH-${SECRETS[0]?.value}`],
    ['a request without a host', `GET /${SECRETS[0]?.value} HTTP/1.0\r\n\r\n`],
    ['a host that is none', `GET /${SECRETS[0]?.value} HTTP/1.1\r\nHost: a b\r\n\r\n`],
    ['a tunnel', `CONNECT ${SECRETS[0]?.value}.invalid:443 HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('and names nobody is refused, and what it sends is looked through: %s', async (_what, bytes) => {
    const gateway = await opened();
    const socket = connectTcp(gateway.ports.http, '127.0.0.1');
    socket.on('error', () => undefined).end(bytes, 'latin1');
    await until(() => gateway.leaks().length > 0 && row(gateway, '(unnamed)') !== undefined);
    expect(row(gateway, '(unnamed)')).toMatchObject({ allowed: false, via: 'transparent', port: 80 });
    expect(gateway.leaks()).toEqual([expect.objectContaining({ secret: 'npm token', via: 'transparent' })]);
  });

  it('and goes away without a word has sent nothing', async () => {
    const gateway = await opened();
    const socket = connectTcp(gateway.ports.https, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
    expect(statusOf(await exchange(gateway.ports.http, post('x.invalid')))).toBe(200);
    expect(gateway.records().map(({ host }) => host)).toEqual(['x.invalid']);
  });

  it('gets an error for a permitted host that does not answer', async () => {
    const gateway = await opened({ policy: { mode: 'registry', allow: ['gone.test'] } });
    expect(statusOf(await exchange(gateway.ports.http, post('gone.test')))).toBe(502);
    expect(row(gateway, 'gone.test')).toMatchObject({ allowed: true });
  });
});
