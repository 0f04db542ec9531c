import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { StoreError } from './object-store.js';

/** What an object was when it was stored. */
export interface ExpectedContent {
  readonly bytes: number;
  /** As hex digits. */
  readonly sha256: string;
}

/**
 * The same content, which fails at its end with StoreError `object-damaged` if it is not what was stored: a connection, a proxy or a disk may
 * have given half of it.
 */
export function checkedStream(content: Readable, expected: ExpectedContent): Readable {
  const checked = Readable.from(check(content, expected), { objectMode: false });
  // If it fails before it is read, its reader finds the error in `errored`.
  checked.on('error', () => undefined);
  return checked;
}

async function* check(content: Readable, { bytes, sha256 }: ExpectedContent): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    read += chunk.length;
    hash.update(chunk);
    yield chunk;
  }
  if (read === bytes && hash.digest('hex') === sha256) return;
  const what = read === bytes ? 'it has other content than' : `it has ${read} bytes instead of ${bytes} as`;
  throw new StoreError('object-damaged', `an object in the store is damaged: ${what} when it was stored`);
}
