import { createGunzip, gunzipSync } from 'node:zlib';
import { ArchiveError } from './errors.js';

/** Limit for unpacking a small body in one go. */
const SMALL_UNPACKED = 1024 ** 2;
/** Four times Node's default: reduces the time for a tar of many small files by a quarter. */
export const GUNZIP_CHUNK = 64 * 1024;

/** Unpacks a complete small body; undefined if it unpacks to more than 1 MiB. @throws ArchiveError `truncated`, `corrupt-gzip` */
export function gunzipSmall(body: Buffer): { readonly content: Buffer; readonly consumed: number } | undefined {
  try {
    // `info` is documented (zlib, class Options) and missing in @types/node.
    const unpacked: unknown = gunzipSync(body, { maxOutputLength: SMALL_UNPACKED, info: true });
    const { buffer, engine } = unpacked as { buffer: Buffer; engine: { bytesWritten: number } };
    return { content: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw fromZlib(error);
  }
}

/**
 * Unpacks a body while it is received, on zlib's threads. An error thrown by the receiver stops it, and is rethrown to the caller that
 * awaits.
 */
export class GunzipStream {
  readonly #gunzip = createGunzip({ chunkSize: GUNZIP_CHUNK });
  #failure: unknown;

  constructor(receive: (chunk: Buffer) => void) {
    this.#gunzip.on('data', (chunk: Buffer) => {
      if (this.#failure !== undefined) return;
      try {
        receive(chunk);
      } catch (error) {
        this.#failure = error;
        this.#gunzip.destroy();
      }
    });
    this.#gunzip.on('error', (error) => {
      this.#failure ??= fromZlib(error);
    });
  }

  /** Resolves when the part has been unpacked. @throws ArchiveError, or the receiver's error */
  write(chunk: Buffer): Promise<void> {
    return this.#until((done) => this.#gunzip.write(chunk, done));
  }

  /** Resolves with the number of bytes that belong to the gzip data. @throws ArchiveError, or the receiver's error */
  async end(): Promise<number> {
    await this.#until((done) => this.#gunzip.once('end', done).end());
    return this.#gunzip.bytesWritten;
  }

  /** Frees zlib's memory. */
  close(): void {
    this.#gunzip.destroy();
  }

  /** Starts an operation and waits for it, or for the end of the stream: zlib drops callbacks when it fails. */
  async #until(start: (done: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#gunzip.once('close', resolve);
      start(() => {
        this.#gunzip.off('close', resolve);
        resolve();
      });
    });
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Whether an error is zlib's, and not that of the stream it reads. */
export function isOfZlib(error: unknown): boolean {
  return String(codeOf(error)).startsWith('Z_');
}

/** Converts an error of zlib. */
export function fromZlib(cause: unknown): ArchiveError {
  if (codeOf(cause) === 'Z_BUF_ERROR') {
    return new ArchiveError('truncated', 'the gzip data is truncated', { cause });
  }
  return new ArchiveError('corrupt-gzip', 'the gzip data is damaged, or something else follows it', { cause });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
