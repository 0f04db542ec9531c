import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/egress/gateway.js';
import { gatewayWith, host, keeper, statusOf, until, upstream } from '../harness.js';
import { GET, later, NAME, rest, SINKING, tunnel } from './tunnel-client.js';

const kept = keeper();
const sinking = (more: Parameters<typeof gatewayWith>[0] = {}): Promise<Gateway> =>
  gatewayWith({ ...SINKING, ...more }).then(kept);

/** A permitted host that keeps what it hears, and a gateway that permits it. */
async function permitted(answer: string | undefined, greeting = '') {
  const heard: string[] = [];
  const web = kept(
    await upstream((socket) => {
      if (greeting !== '') socket.write(greeting);
      socket.on('data', (bytes) => {
        heard.push(bytes.toString('latin1'));
        if (answer !== undefined) socket.end(answer);
      });
    }),
  );
  const target = `allowed.test:${web.port}`;
  const policy = { mode: 'registry', allow: [target] } as const;
  const gateway = await sinking({ policy, names: { 'allowed.test': ['127.0.0.1'] } });
  return { gateway, target, heard };
}
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi';

describe('a permitted host that is no registry', () => {
  it.each<[what: string, greeting: string, first: string]>([
    ['where it speaks first', '220 hello\r\n', ''],
    ['where both do (SSH)', 'SSH-2.0-far\r\n', 'SSH-2.0-near a comment\r\n'],
    ['where the client does (Redis)', '', '*1\r\n$4\r\nPING\r\n'],
  ])('is joined in another protocol, which is read: %s', async (_what, greeting, first) => {
    const { gateway, target, heard } = await permitted(undefined, greeting);
    let told = '';
    const socket = connect(gateway.ports.proxy, '127.0.0.1', () => socket.write(host(target) + first));
    socket.setEncoding('latin1').on('data', (text) => {
      told += text;
    });
    await until(() => told.endsWith(`\r\n\r\n${greeting}`));
    socket.write('more\r\n');
    await until(() => heard.join('') === `${first}more\r\n`);
    socket.destroy();
    expect(gateway.records()[0]).toMatchObject({ allowed: true, unread: [{ reason: 'not-http' }] });
  });

  const evil = (line: string) => `${line}\r\nHost: ${NAME}\r\nContent-Length: 3\r\n\r\nxyz`;
  it.each<[what: string, pieces: readonly string[], status: number]>([
    ['behind an empty line', [`\r\n${evil('POST / HTTP/1.1')}`], 421],
    ['with a method in small letters', [evil('post / HTTP/1.1')], 400],
    ['with a method of its own', [evil('X-Y / HTTP/1.1')], 400],
    ['with a method like SSH', [evil('SSH-2.0-x / HTTP/1.1')], 400],
    ['late', ['', evil('POST / HTTP/1.1')], 421],
    ['late, and its beginning before', ['PO', evil('ST / HTTP/1.1')], 421],
    ['late, behind an empty line', ['\r\n', evil('POST / HTTP/1.1')], 421],
    ['whose Host is a second one', [`GET / HTTP/1.1\r\nHost: allowed.test\r\nHost: ${NAME}\r\n\r\n`], 421],
    ['whose Host is the first of two', [`GET / HTTP/1.1\r\nHost: ${NAME}\r\nHost: allowed.test\r\n\r\n`], 421],
    ['with a Host over two lines', [`GET / HTTP/1.1\r\nHost: allowed.test\r\n ${NAME}\r\n\r\n`], 400],
    ['with a list as Host', [`GET / HTTP/1.1\r\nHost: allowed.test, ${NAME}\r\n\r\n`], 421],
  ])('is no way to another one: a request %s', async (_what, pieces, status) => {
    const { gateway, target, heard } = await permitted(OK);
    const socket = await tunnel(gateway, target);
    const answer = rest(socket);
    for (const [at, piece] of pieces.entries()) {
      if (at > 0) await later(500);
      socket.write(piece);
    }
    expect(statusOf(await answer)).toBe(status);
    expect(heard).toEqual([]);
    expect(gateway.records().filter(({ allowed }) => !allowed)).toHaveLength(1);
  });

  it('is no way to another one: TLS for another name that comes late', async () => {
    const { gateway, target, heard } = await permitted(OK);
    const socket = await tunnel(gateway, target);
    await later(500);
    const tls = connectTls({ socket, ca: gateway.authority, host: NAME, servername: NAME });
    tls.write(GET);
    expect(statusOf(await rest(tls))).toBe(404);
    expect(heard).toEqual([]);
  });

  it.each<[what: string, head: string, host: string]>([
    ['as it is', 'Host: allowed.test', 'allowed.test:PORT'],
    ['with its port', 'Host: allowed.test:PORT', 'allowed.test:PORT'],
    ['in other letters', 'HOST: Allowed.Test.', 'allowed.test:PORT'],
    ['empty', 'Host:', 'allowed.test:PORT'],
    ['not at all', 'X: y', 'allowed.test:PORT'],
    ['as one of the connection', 'Host: allowed.test\r\nConnection: host', 'allowed.test:PORT'],
  ])('is told one Host, whichever way the client says it: %s', async (_what, head, host) => {
    const { gateway, target, heard } = await permitted(OK);
    const port = target.split(':')[1] ?? '';
    const socket = await tunnel(gateway, target);
    const answer = rest(socket);
    await later(300);
    socket.write(`GET /a HTTP/1.1\r\n${head.replace('PORT', port)}\r\n\r\n`);
    expect(await answer).toContain('hi');
    expect(heard.join('').match(/^host: .*$/gim)).toEqual([`host: ${host.replace('PORT', port)}`]);
  });

  it('that gave up a connection meanwhile is asked by another one', async () => {
    let connections = 0;
    const web = kept(
      await upstream((socket) => {
        connections += 1;
        if (connections === 1) socket.end();
        else socket.once('data', () => socket.end(OK));
      }),
    );
    const target = `allowed.test:${web.port}`;
    const policy = { mode: 'registry', allow: [target] } as const;
    const gateway = await sinking({ policy, names: { 'allowed.test': ['127.0.0.1'] } });
    const socket = await tunnel(gateway, target);
    await later(300);
    const answer = rest(socket);
    socket.write('GET /a HTTP/1.1\r\nHost: allowed.test\r\nConnection: close\r\n\r\n');
    expect(await answer).toContain('hi');
  });
});
