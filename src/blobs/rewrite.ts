import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { split } from './archive-tree.js';
import { fromZlib, GUNZIP_CHUNK } from './gunzip.js';
import { sparseRecords, writePax } from './pax.js';
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
 * The stream ends with ArchiveError where the archive is damaged, with the error of `archive` where it can't be read.
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

  /** The error of an earlier stream arrives here. */
  override _destroy(error: (Error & { readonly code?: unknown }) | null, done: (error?: Error | null) => void): void {
    const isOfZlib = typeof error?.code === 'string' && error.code.startsWith('Z_');
    done(isOfZlib ? fromZlib(error) : error);
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
    // The root is made by the worker, with its own mode; a device has not passed the check.
    if (path === '' || entry.kind === 'device') return false;
    const linkpath = entry.kind === 'link' ? split(entry.target).join('/') : entry.target;
    this.#parts.push(...headersOf(entry, { type: TYPES[entry.kind], path, linkpath }));
    this.#remaining = entry.size;
    this.#padding = paddingOf(entry.size);
    return true;
  }

  #take(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#remaining -= chunk.length;
    if (this.#remaining === 0 && this.#padding > 0) this.#parts.push(Buffer.alloc(this.#padding));
  }
}

function headersOf(entry: TarEntry, names: Pick<HeaderData, 'type' | 'path' | 'linkpath'>): Buffer[] {
  const { kind, size, realSize } = entry;
  const mode = (entry.mode & 0o777) | (kind === 'directory' ? 0o700 : 0o600);
  const mtime = new Date(Math.min(Math.max(entry.mtime, 0), MAX_TIME) * 1000);
  const header = Buffer.alloc(BLOCK);
  const needsPax = new Header({ ...names, size, mode, mtime }).encode(header);
  const { path = '', linkpath = '' } = names;
  if (realSize !== undefined) return [paxHeader(sparseRecords({ name: path, realSize })), header];
  return needsPax ? [paxHeader({ path, size, ...(linkpath === '' ? {} : { linkpath }) }), header] : [header];
}

function paxHeader(records: Readonly<Record<string, string | number>>): Buffer {
  const body = writePax(records);
  const header = Buffer.alloc(BLOCK);
  new Header({ path: 'PaxHeader', size: body.length, type: 'ExtendedHeader' }).encode(header);
  return Buffer.concat([header, body, Buffer.alloc(paddingOf(body.length))]);
}

function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
