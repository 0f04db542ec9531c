import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Header, Pax } from 'tar';
import { split } from './archive-tree.js';
import { GUNZIP_CHUNK } from './gunzip.js';
import { BLOCK, type TarEntry } from './tar-entry.js';
import { TarReader } from './tar-reader.js';

/** The largest time that a header holds in octal digits: the year 2242. */
const MAX_TIME = 0o77777777777;

const TYPES = { file: 'File', directory: 'Directory', symlink: 'SymbolicLink', link: 'Link' } as const;

/**
 * A plain tar with the files of a checked archive (gzipped), for GNU tar in the sandbox. Only what the check has understood is
 * written: names, kinds, content, link targets, permissions, whole seconds. So nothing can be read in another way there than
 * here, and what other programs add does not matter: owners and times that GNU tar calls out of range, extended attributes,
 * folders and files that their owner may not read or write.
 * The stream ends with an error where the archive is damaged or can't be read.
 */
export function rewritten(archive: Readable): Readable {
  // Whoever reads the last stream gets the error of any of them.
  return pipeline(archive, createGunzip({ chunkSize: GUNZIP_CHUNK }), new Rewriter(), () => undefined);
}

class Rewriter extends Transform {
  readonly #reader = new TarReader({
    entry: (entry) => this.#begin(entry),
    body: (chunk) => this.#take(chunk),
  });
  #parts: Buffer[] = [];
  /** Bytes of the present body that are still to come. */
  #remaining = 0;
  #padding = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pass(done, () => this.#reader.push(chunk));
  }

  override _flush(done: TransformCallback): void {
    this.#pass(done, () => {
      this.#reader.finish();
      this.#parts.push(Buffer.alloc(2 * BLOCK));
    });
  }

  #pass(done: TransformCallback, work: () => void): void {
    try {
      work();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const written = Buffer.concat(this.#parts);
    this.#parts = [];
    done(null, written.length === 0 ? undefined : written);
  }

  #begin(entry: TarEntry): boolean {
    const path = split(entry.path).join('/');
    // The root is made by the worker, with its own mode.
    if (path === '' || entry.kind === 'device') return false;
    const { size } = entry;
    const linkpath = entry.kind === 'link' ? split(entry.target).join('/') : entry.target;
    const mode = (entry.mode & 0o777) | (entry.kind === 'directory' ? 0o700 : 0o600);
    const mtime = new Date(Math.min(Math.max(entry.mtime, 0), MAX_TIME) * 1000);
    const header = new Header({ path, size, mode, mtime, linkpath, type: TYPES[entry.kind] });
    const block = Buffer.alloc(BLOCK);
    const needsPax = header.encode(block);
    if (needsPax) this.#parts.push(new Pax({ path, ...(linkpath === '' ? {} : { linkpath }), size }).encode());
    this.#parts.push(block);
    this.#remaining = size;
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
    return true;
  }

  #take(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#remaining -= chunk.length;
    if (this.#remaining === 0 && this.#padding > 0) this.#parts.push(Buffer.alloc(this.#padding));
  }
}
