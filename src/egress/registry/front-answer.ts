import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a request is not passed on to a registry: the status that it is answered with, and the reason. */
export interface Fault {
  readonly status: 400 | 403 | 405 | 417;
  readonly reason: string;
}

/** What of a request no package manager sends to install something; undefined where there is nothing. */
export function faultOf({ method = '', url = '', headers }: IncomingMessage): Fault | undefined {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, reason: 'a registry is read here, nothing else' };
  if (headers.expect !== undefined) return { status: 417, reason: 'nothing is expected of a registry' };
  if (headers.host === undefined) return { status: 400, reason: 'no Host' };
  // Node's parser drops what follows on the connection.
  if (headers.upgrade !== undefined) return { status: 400, reason: 'no other protocol is spoken here' };
  const length = headers['content-length'] ?? '0';
  if (headers['transfer-encoding'] !== undefined || length !== '0') {
    return { status: 400, reason: `a ${method} has no body` };
  }
  return url.startsWith('/') ? undefined : { status: 400, reason: 'the target is not a path' };
}

/** Answers in the gateway's own name, and ends the connection. */
export function say(response: ServerResponse, status: number, why: string): void {
  if (status === 405) response.setHeader('allow', 'GET, HEAD');
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`proxy: ${STATUS_CODES[status]}: ${why}\n`);
}

/** The same where there is no request to answer. */
export function close(socket: Duplex, status: number): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
  if (socket.writable) socket.end(head, () => socket.destroy());
  else socket.destroy();
}
