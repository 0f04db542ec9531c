import type { Socket } from 'node:net';

/**
 * Joins a program with a permitted host in a protocol of their own, which is read as it passes. Either side's end ends the other; what
 * is still on its way to the client is delivered first.
 */
export function join(near: Socket, far: Socket, read: (chunk: Buffer) => void): void {
  near.on('data', read);
  near.pipe(far);
  far.pipe(near);
  far.once('close', (failed) => (failed ? near.destroy() : near.end()));
  if (far.destroyed) near.destroy();
}

/** Reads what comes for a host that is refused, up to so many bytes and milliseconds, and ends the connection. */
export function readAndEnd(
  near: Socket,
  read: (chunk: Buffer) => void,
  { refusedBytes, refusedMs }: { readonly refusedBytes: number; readonly refusedMs: number },
): void {
  let bytes = 0;
  const deadline = setTimeout(() => near.destroy(), refusedMs);
  near.once('close', () => clearTimeout(deadline)).once('end', () => near.destroy());
  near.on('data', (chunk: Buffer) => {
    read(chunk);
    bytes += chunk.length;
    if (bytes >= refusedBytes) near.destroy();
  });
  near.resume();
}
