import type { Socket } from 'node:net';

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
