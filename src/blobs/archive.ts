import { ArchiveTree, tooMany } from './archive-tree.js';
import { ArchiveError } from './errors.js';
import { formatOf } from './format.js';
import { GunzipStream, gunzipSmall } from './gunzip.js';
import type { ArchiveLimits } from './limits.js';
import type { Manifest } from './manifest.js';
import { ManifestFinder } from './manifest-finder.js';
import type { ProjectText } from './project-text.js';
import { BLOCK, type TarEntry } from './tar-entry.js';
import { TarReader, type TarVisitor } from './tar-reader.js';

/** RFC 1952, 2.3.1: ID1 and ID2. */
const GZIP_MAGIC = 0x1f8b;
/** Maximum overhead per entry in an ordinary archive: its header, a PAX header with its records, and the padding of the last block. */
const HEADER_BYTES = 4 * BLOCK;

/**
 * Checks a gzipped tar archive while it is received: nothing is written to disk, and only the manifest and the baseline next to it are kept
 * in memory. Call `write` for each part of the body, awaiting the previous call, then `end`; and `close` in any case.
 */
export class ArchiveCheck {
  readonly #content: ContentCheck;
  readonly #smallBytes: number;
  /** The body so far, while it may still turn out to be small: for a small one, zlib's threads would cost ten times as much. */
  #held: Buffer = Buffer.alloc(0);
  #stream: GunzipStream | undefined;
  #received = 0;

  constructor(manifest: Manifest, limits: ArchiveLimits) {
    this.#content = new ContentCheck(manifest, limits);
    this.#smallBytes = limits.smallBytes;
  }

  /** Resolves when the part has been processed. @throws ArchiveError */
  async write(chunk: Buffer): Promise<void> {
    this.#received += chunk.length;
    if (this.#stream !== undefined) return this.#stream.write(chunk);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    // Checked as early as possible, so that the sender of an invalid body need not send the rest.
    if (this.#held.length >= 2 && this.#held.readUInt16BE() !== GZIP_MAGIC) throw notGzip(this.#held);
    if (this.#held.length > Math.max(this.#smallBytes, 2)) await this.#startStream().write(this.#held);
  }

  /** Must be called when the body is complete. @returns the project's baseline, null if it has none @throws ArchiveError */
  async end(): Promise<ProjectText | null> {
    if (this.#received === 0) throw new ArchiveError('empty-body', 'the body is empty');
    if (this.#received === 1) throw notGzip(this.#held);
    const consumed = this.#stream === undefined ? await this.#readHeld() : await this.#stream.end();
    const trailing = this.#received - consumed;
    if (trailing > 0) throw new ArchiveError('corrupt-gzip', `${trailing} bytes follow the end of the gzip data`);
    return this.#content.finish();
  }

  /** Frees memory, even in the middle of a body. */
  close(): void {
    this.#stream?.close();
  }

  async #readHeld(): Promise<number> {
    const small = gunzipSmall(this.#held);
    if (small !== undefined) {
      this.#content.push(small.content, this.#received);
      return small.consumed;
    }
    const stream = this.#startStream();
    await stream.write(this.#held);
    return stream.end();
  }

  #startStream(): GunzipStream {
    this.#stream = new GunzipStream((chunk) => this.#content.push(chunk, this.#received));
    return this.#stream;
  }
}

/** Checks the entries of an archive, and looks for the manifest. */
class ContentCheck implements TarVisitor {
  readonly #reader = new TarReader(this);
  readonly #tree: ArchiveTree;
  readonly #finder: ManifestFinder;
  readonly #limits: ArchiveLimits;
  #entries = 0;
  #received = 0;
  #unpacked = 0;
  #current: string | undefined;

  constructor(manifest: Manifest, limits: ArchiveLimits) {
    this.#limits = limits;
    this.#tree = new ArchiveTree(limits);
    this.#finder = new ManifestFinder(manifest, limits);
  }

  /** `received`: bytes of the body so far. */
  push(chunk: Buffer, received: number): void {
    this.#received = received;
    this.#count(chunk.length);
    this.#reader.push(chunk);
  }

  finish(): ProjectText | null {
    this.#reader.finish();
    return this.#finder.finish();
  }

  entry(entry: TarEntry): boolean {
    this.#entries++;
    this.#current = entry.path;
    if (this.#entries > this.#limits.entries) {
      throw new ArchiveError('too-many-entries', tooMany(this.#limits.entries), { entry: entry.path });
    }
    this.#count(Math.max(0, (entry.realSize ?? 0) - entry.size));
    return this.#finder.entry(entry, this.#tree.add(entry));
  }

  body(chunk: Buffer): void {
    this.#finder.body(chunk);
  }

  #count(bytes: number): void {
    this.#unpacked += bytes;
    const { unpackedBytes, ratio, ratioFloorBytes } = this.#limits;
    const tooMuch = this.#unpacked > unpackedBytes;
    // Headers are similar and compress a hundredfold in any archive of many small files, so they are excluded; their number has a limit of
    // its own.
    const content = this.#unpacked - this.#entries * HEADER_BYTES;
    const tooDense = content > ratioFloorBytes && content > this.#received * ratio;
    if (!tooMuch && !tooDense) return;
    const reason = tooMuch
      ? `more than ${unpackedBytes} bytes (PACKWARDEN_MAX_UNPACKED_BYTES)`
      : `more than ${ratio} times its size`;
    const entry = this.#current === undefined ? {} : { entry: this.#current };
    throw new ArchiveError('bomb', `the archive unpacks to ${reason}`, entry);
  }
}

function notGzip(head: Buffer): ArchiveError {
  const what = formatOf(head);
  return new ArchiveError('not-gzip', `the body is ${what ?? 'not gzip'}: send a .tar.gz or .tgz`);
}
