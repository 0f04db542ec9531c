import type { IncomingMessage } from 'node:http';

/** How much of a refused request's body is read, and for how long: what it would have carried out is evidence. */
export interface RestCaps {
  readonly refusedBytes: number;
  /** Milliseconds. */
  readonly refusedMs: number;
}

/** Resolves when a refused body has been seen, as far as it is read. */
export function readRest(request: IncomingMessage, caps: RestCaps): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const deadline = setTimeout(resolve, caps.refusedMs);
    const done = (): void => {
      clearTimeout(deadline);
      resolve();
    };
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes >= caps.refusedBytes) done();
    });
    request.once('end', done).once('close', done).resume();
  });
}
