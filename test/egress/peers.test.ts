import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { exchange, host, keeper, registryOn, until, upstream } from './harness.js';

const kept = keeper();

/** Writes `bytes` again and again until the connection closes. */
const dripping =
  (bytes: string, everyMs: number, first = '') =>
  (socket: Socket) => {
    if (first !== '') socket.write(first);
    const timer = setInterval(() => socket.write(bytes), everyMs);
    socket.once('close', () => clearInterval(timer)).resume();
  };
const flooding = (first: string, bytes: string) => (socket: Socket) => {
  const chunk = bytes.repeat(1_000);
  const send = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', send).resume();
  socket.once('data', () => {
    socket.write(first);
    send();
  });
};
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** What the far side does once it has accepted. */
const PEERS: readonly [what: string, serve: (socket: Socket) => void][] = [
  ['never says a word', (socket) => socket.resume()],
  ['does not even read', (socket) => socket.pause()],
  ['sends a byte now and then', dripping('x', 20)],
  ['never ends its headers, slowly', dripping('X-A: b\r\n', 40, 'HTTP/1.1 200 OK\r\n')],
  ['never ends its headers, fast', flooding('HTTP/1.1 200 OK\r\n', 'X-A: b\r\n')],
  ['answers 100 Continue for ever', flooding('', 'HTTP/1.1 100 Continue\r\n\r\n')],
  ['never ends its body, slowly', dripping('1\r\nx\r\n', 40, CHUNKED)],
  ['never ends its body, fast', flooding(CHUNKED, '1\r\nx\r\n')],
  ['ends in the middle of its headers', (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nX-'))],
  ['resets', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ['speaks another language', (socket) => socket.once('data', () => socket.end('\0\u0001\u0002 220 smtp\r\n'))],
];
const caps = { idleMs: 300, idleBytes: 200, connectionBytes: 2_000_000, connectionMs: 1_500, dialMs: 500 };

describe('a far side that', () => {
  it.each(PEERS)('%s costs a bounded time, by either way', async (_what, serve) => {
    const web = kept(await upstream(serve));
    const gateway = kept(await registryOn(web.port, { caps }));
    const name = `registry.test:${web.port}`;
    const plain = `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`;
    const began = Date.now();
    const ended = await Promise.all([
      drained(gateway.ports.proxy, `${host(name)}GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`),
      drained(gateway.ports.proxy, plain),
    ]);
    expect(Date.now() - began).toBeLessThan(4_000);
    // What comes between two looks at the counters is over the allowance.
    expect(Math.max(...ended)).toBeLessThan(128_000_000);
    // The next one is served.
    expect(await exchange(gateway.ports.proxy, host('evil.invalid:443'))).toContain('403');
    const [record] = gateway.records();
    expect(record).toMatchObject({ host: 'registry.test', allowed: true, count: 2 });
  });
});

/** Sends, reads until the other side closes, and returns how many bytes came. */
function drained(port: number, bytes: string): Promise<number> {
  return new Promise((resolve) => {
    let received = 0;
    const client = connect(port, '127.0.0.1', () => client.write(bytes));
    client.on('data', (chunk) => {
      received += chunk.length;
    });
    client.on('error', () => undefined).once('close', () => resolve(received));
  });
}

describe('a connection', () => {
  it('that is busy for too long is closed', async () => {
    const web = kept(await upstream(dripping('x'.repeat(500), 10)));
    const gateway = kept(await registryOn(web.port, { caps: { connectionMs: 600 } }));
    const began = Date.now();
    await drained(gateway.ports.proxy, host(`registry.test:${web.port}`));
    expect(Date.now() - began).toBeGreaterThan(500);
    expect(Date.now() - began).toBeLessThan(3_000);
  });

  it('that is used now and then, and moves enough, stays', async () => {
    const web = kept(await upstream(dripping('x'.repeat(100), 50)));
    const gateway = kept(await registryOn(web.port, { caps: { idleMs: 300, idleBytes: 200 } }));
    const client = connect(gateway.ports.proxy, '127.0.0.1', () => client.write(host(`registry.test:${web.port}`)));
    let received = 0;
    client.on('data', (chunk) => {
      received += chunk.length;
    });
    await until(() => received > 3_000);
    expect(client.closed).toBe(false);
    client.destroy();
  });

  it('that nobody accepts is given up', async () => {
    // A documentation address (RFC 5737): nobody answers there.
    const gateway = kept(await registryOn(81, { names: { 'registry.test': ['192.0.2.1'] }, caps: { dialMs: 300 } }));
    const began = Date.now();
    expect(await exchange(gateway.ports.proxy, host('registry.test:81'))).toContain('502');
    expect(Date.now() - began).toBeLessThan(3_000);
  });
});
