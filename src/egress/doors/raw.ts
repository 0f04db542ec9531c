import type { Socket } from 'node:net';
import type { Inspector } from '../content/inspector.js';
import type { Origin } from '../record.js';
import type { Target } from '../target.js';
import type { Ended } from './carried.js';
import type { Gatekeeper } from './gatekeeper.js';

/**
 * Connects a client with a permitted host and inspects what the client sends; used for protocols that are neither HTTP nor TLS. When either
 * side closes, the other one is closed too, after pending data was delivered to the client.
 */
export function join(client: Socket, upstream: Socket, read: (chunk: Buffer) => void): void {
  client.on('data', read);
  client.pipe(upstream);
  upstream.pipe(client);
  upstream.once('close', (failed) => (failed ? client.destroy() : client.end()));
  if (upstream.destroyed) client.destroy();
}

/** Reads what a client sends to a refused host, up to these limits, and closes the connection. */
export function readAndEnd(
  client: Socket,
  read: (chunk: Buffer) => void,
  { refusedBytes, refusedMs }: { readonly refusedBytes: number; readonly refusedMs: number },
): void {
  let bytes = 0;
  const deadline = setTimeout(() => client.destroy(), refusedMs);
  client.once('close', () => clearTimeout(deadline)).once('end', () => client.destroy());
  client.on('data', (chunk: Buffer) => {
    read(chunk);
    bytes += chunk.length;
    if (bytes >= refusedBytes) client.destroy();
  });
  client.resume();
}

/** Records what a client sent before it closed the connection. It was too little to detect a protocol, and was not passed on. */
export function recordEnded(
  { gatekeeper, inspector }: { readonly gatekeeper: Gatekeeper; readonly inspector: Inspector },
  { all }: Ended,
  target: Target,
  from: Origin,
): void {
  gatekeeper.refuseRequest(target, from);
  gatekeeper.recordUnread({ ...target, via: from.via, allowed: false }, { reason: 'not-http', serverName: null });
  inspector.body(target, from)(all);
}
