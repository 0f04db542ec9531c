import { createSocket } from 'node:dgram';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { encode } from 'dns-packet';
import { pino } from 'pino';
import { afterEach } from 'vitest';
import { type Gateway, type GatewayOptions, openGateway } from '../../src/egress/gateway.js';

export const silent = pino({ level: 'silent' });

/** A gateway on loopback with ephemeral ports; names resolve by `names` only. */
export function gatewayWith(
  options: Partial<GatewayOptions> & { names?: Readonly<Record<string, readonly string[]>> },
): Promise<Gateway> {
  const { names = {}, ...rest } = options;
  return openGateway({
    address: '127.0.0.1',
    policy: { mode: 'registry' },
    clock: { now: () => Date.now() },
    logger: silent,
    ports: { proxy: 0, dns: 0, https: 0, http: 0 },
    resolve: async (host) => {
      const found = names[host];
      if (found === undefined) throw new Error(`ENOTFOUND ${host}`);
      return found;
    },
    ...rest,
  });
}

/** Sends raw bytes to a port and resolves with everything that came back once the other side is done. */
export function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

/**
 * Sends raw bytes to `target` by CONNECT and TLS, as a program in the sandbox does that trusts one certificate. Resolves with what
 * came back when the other side is done, or has been silent for `silenceMs` after an answer.
 */
export async function securely(
  { ports }: Pick<Gateway, 'ports'>,
  target: string,
  ca: string,
  bytes: string,
  silenceMs?: number,
): Promise<string> {
  const raw = await new Promise<Socket>((resolve) => {
    const socket = connect(ports.proxy, '127.0.0.1', () => socket.write(host(target)));
    socket.once('data', () => resolve(socket));
  });
  const name = target.replace(/:\d+$/, '');
  const tls = connectTls({ socket: raw, servername: name, host: name, ca });
  return new Promise((resolve, reject) => {
    let answer = '';
    tls.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
      if (silenceMs !== undefined) raw.setTimeout(silenceMs);
    });
    raw.once('timeout', () => raw.destroy());
    tls.once('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    tls.once('close', () => resolve(answer));
    tls.write(bytes, 'latin1');
  });
}

/** The status line's number. */
export function statusOf(answer: string): number {
  return Number(answer.split(' ')[1]);
}

/** A TCP server of our own on loopback. */
export async function upstream(serve: (socket: Socket) => void): Promise<{ port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Waits until `condition` holds. @throws after `deadlineMs` */
export async function until(condition: () => boolean, deadlineMs = 5_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The head of a CONNECT for `name` (`host:port`). */
export const host = (name: string) => `CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n\r\n`;

/** Answers any request head with a page, then closes. */
export const page = () =>
  upstream((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello')));

/** Closes what it is given when the test is over. */
export function keeper(): <T extends { close(): Promise<void> }>(one: T) => T {
  const closing: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of closing.splice(0).reverse()) await one.close();
  });
  return (one) => {
    closing.push(one);
    return one;
  };
}

/** A gateway that permits a registry of ours on `port`. */
export function registryOn(port: number, more: Parameters<typeof gatewayWith>[0] = {}): Promise<Gateway> {
  return gatewayWith({
    policy: { mode: 'registry', allow: [`registry.test:${port}`] },
    names: { 'registry.test': ['127.0.0.1'] },
    ...more,
  });
}

/** Asks for a name's address, and waits for the answer. */
export async function lookUp({ ports }: Pick<Gateway, 'ports'>, name: string): Promise<void> {
  const socket = createSocket('udp4');
  const answered = new Promise((resolve) => socket.once('message', resolve));
  socket.send(encode({ type: 'query', id: 1, questions: [{ type: 'A', name }] }), ports.dns, '127.0.0.1');
  await answered;
  socket.close();
}
