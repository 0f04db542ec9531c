import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { split } from './archive-tree.js';
import { fromZlib, GUNZIP_CHUNK, isOfZlib } from './gunzip.js';
import { sparseRecords, writePax } from './pax.js';
import { BLOCK, type TarEntry } from './tar-entry.js';
import { TarReader } from './tar-reader.js';

/** The largest time that a header can hold in octal digits: the year 2242. */
const MAX_TIME = 0o77777777777;

const TYPES = { file: 'File', directory: 'Directory', symlink: 'SymbolicLink', link: 'Link' } as const;

/** How many bytes are buffered while the sandbox is being created. */
const READ_AHEAD_BYTES = 32 * 1024 * 1024;

/** The input for the sandbox. */
export interface ProjectArchive {
  readonly tar: Readable;
  /** Paths of everything in it except folders, relative to the folder in which it is unpacked; complete once `tar` has ended. */
  readonly paths: ReadonlySet<string>;
}

/**
 * An uncompressed tar with the files of a checked archive (gzipped), for GNU tar in the sandbox. It only contains what the check has
 * interpreted: names, kinds, content, link targets, permissions, whole seconds. So GNU tar can't interpret anything differently, and
 * peculiarities of other programs don't matter: owners and times that GNU tar rejects as out of range, extended attributes, folders and
 * files without permissions for their owner. The stream fails with ArchiveError if the archive is damaged, or with the error of `archive`.
 * Reading starts immediately, so that data is available when the sandbox is; an unused stream must be destroyed.
 */
export function rewritten(archive: Readable): ProjectArchive {
  const paths = new Set<string>();
  const tar = Readable.from(
    rewrite(archive, (path) => paths.add(path)),
    {
      objectMode: false,
      highWaterMark: READ_AHEAD_BYTES,
    },
  );
  // If it fails before it is read, the reader finds the error in `errored`.
  tar.on('error', () => undefined);
  tar.read(0);
  return { tar, paths };
}

async function* rewrite(archive: Readable, onPath: (path: string) => void): AsyncGenerator<Buffer> {
  const writer = new Rewriter(onPath);
  try {
    // The reader of the last stream gets the error of either.
    const gunzip = pipeline(archive, createGunzip({ chunkSize: GUNZIP_CHUNK }), () => undefined);
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      const written = writer.push(chunk);
      if (written.length > 0) yield written;
    }
  } catch (error) {
    throw isOfZlib(error) ? fromZlib(error) : error;
  }
  yield writer.finish();
}

class Rewriter {
  readonly #reader = new TarReader({
    entry: (entry) => this.#begin(entry),
    body: (chunk) => this.#take(chunk),
  });
  readonly #onPath: (path: string) => void;
  #parts: Buffer[] = [];
  /** Bytes of the current body that are still to come. */
  #remaining = 0;
  #padding = 0;

  constructor(onPath: (path: string) => void) {
    this.#onPath = onPath;
  }

  /** Returns the output for a part of the archive. @throws ArchiveError */
  push(chunk: Buffer): Buffer {
    this.#reader.push(chunk);
    const written = Buffer.concat(this.#parts);
    this.#parts = [];
    return written;
  }

  /** Returns the end of the tar. @throws ArchiveError if the archive is truncated */
  finish(): Buffer {
    this.#reader.finish();
    return Buffer.alloc(2 * BLOCK);
  }

  #begin(entry: TarEntry): boolean {
    const path = split(entry.path).join('/');
    // The worker creates the root, with its own mode; devices don't pass the check.
    if (path === '' || entry.kind === 'device') return false;
    if (entry.kind !== 'directory') this.#onPath(path);
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
