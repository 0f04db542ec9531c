import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Gateway } from '../../../src/egress/gateway.js';
import { host } from '../harness.js';

/** A refused host. */
export const NAME = 'x.invalid';
/** A gateway that answers for refused hosts itself, with short time limits. */
export const SINKING = { sink: { status: 404 }, caps: { refusedMs: 300, headMs: 400, idleMs: 2_000 } };

/** A tunnel that was granted. */
export function tunnel(gateway: Gateway, target = `${NAME}:443`): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(gateway.ports.proxy, '127.0.0.1', () => socket.write(host(target)));
    socket.on('error', () => undefined);
    socket.once('data', () => resolve(socket));
  });
}

export async function handshaken(gateway: Gateway, options: object, target?: string): Promise<TLSSocket> {
  const socket = await tunnel(gateway, target);
  const tls = connectTls({ socket, ca: gateway.authority, host: NAME, servername: NAME, ...options });
  await new Promise((resolve, reject) => tls.once('secureConnect', resolve).once('error', reject));
  return tls;
}

/** What came until the other side closed. */
export function rest(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined).once('close', () => resolve(text));
  });
}
export const GET = `GET /a HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`;

export const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
