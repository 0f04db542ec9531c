import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Why a request is not passed on to a registry: the status for the client, and the reason. */
export interface Fault {
  readonly status: 400 | 403 | 405 | 417;
  readonly reason: string;
}

/** Checks for anything that no package manager sends to install packages; undefined if there is nothing. */
export function faultOf({ method = '', url = '', headers }: IncomingMessage): Fault | undefined {
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, reason: 'only GET and HEAD are allowed for a registry' };
  if (headers.expect !== undefined) return { status: 417, reason: 'Expect is not supported for a registry' };
  if (headers.host === undefined) return { status: 400, reason: 'no Host' };
  // Node's parser drops whatever follows on the connection.
  if (headers.upgrade !== undefined) return { status: 400, reason: 'upgrades are not supported' };
  const length = headers['content-length'] ?? '0';
  if (headers['transfer-encoding'] !== undefined || length !== '0') {
    return { status: 400, reason: `a ${method} has no body` };
  }
  return url.startsWith('/') ? undefined : { status: 400, reason: 'the target is not a path' };
}

/** Answers in the gateway's own name and closes the connection. */
export function say(response: ServerResponse, status: number, why: string): void {
  if (status === 405) response.setHeader('allow', 'GET, HEAD');
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`proxy: ${STATUS_CODES[status]}: ${why}\n`);
}

/** The same for a connection without a request to answer. */
export function close(socket: Duplex, status: number): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;
  if (socket.writable) socket.end(head, () => socket.destroy());
  else socket.destroy();
}
