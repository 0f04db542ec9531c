import type { IncomingMessage } from 'node:http';

/** How much of a refused request's body is read, and for how long. It is evidence of what would have been exfiltrated. */
export interface RestCaps {
  readonly refusedBytes: number;
  /** Milliseconds without a byte. */
  readonly refusedMs: number;
  /** Milliseconds in total. */
  readonly refusedTotalMs: number;
}

/** Why a body was not read completely. */
export type Cut = 'too-much' | 'unfinished';

/** Resolves when a refused body has been read, up to the limits; with the reason if it was not read completely. */
export function readRest(request: IncomingMessage, caps: RestCaps): Promise<Cut | undefined> {
  return new Promise((resolve) => {
    let bytes = 0;
    const done = (cut?: Cut): void => {
      clearTimeout(silence);
      clearTimeout(deadline);
      resolve(cut);
    };
    const silence = setTimeout(() => done('unfinished'), caps.refusedMs);
    const deadline = setTimeout(() => done('unfinished'), caps.refusedTotalMs);
    request.on('data', (chunk: Buffer) => {
      silence.refresh();
      bytes += chunk.length;
      if (bytes >= caps.refusedBytes) done('too-much');
    });
    request
      .once('end', () => done())
      .once('close', () => done())
      .resume();
  });
}
