import { ArchiveTree, tooMany } from './archive-tree.js';
import { ArchiveError } from './errors.js';
import { GunzipStream, gunzipSmall } from './gunzip.js';
import type { ArchiveLimits } from './limits.js';
import type { Manifest } from './manifest.js';
import { ManifestFinder } from './manifest-finder.js';
import type { ProjectText } from './project-text.js';
import type { TarEntry } from './tar-entry.js';
import { TarReader, type TarVisitor } from './tar-reader.js';

/** RFC 1952, 2.3.1: ID1 and ID2. */
const GZIP_MAGIC = 0x1f8b;

/**
 * Judges a gzipped tar archive as it comes by: nothing is unpacked to disk, and only the manifest, and the baseline beside it, are kept in memory.
 * `write` each part of the body, waiting for the one before, then `end`; `close` in any case.
 */
export class ArchiveCheck {
  readonly #content: ContentCheck;
  readonly #smallBytes: number;
  /** The body so far, as long as it may turn out to be small: zlib's threads would cost a small one ten times as much. */
  #held: Buffer = Buffer.alloc(0);
  #stream: GunzipStream | undefined;
  #received = 0;

  constructor(manifest: Manifest, limits: ArchiveLimits) {
    this.#content = new ContentCheck(manifest, limits);
    this.#smallBytes = limits.smallBytes;
  }

  /** Resolves when the part has been read. @throws ArchiveError */
  async write(chunk: Buffer): Promise<void> {
    this.#received += chunk.length;
    if (this.#stream !== undefined) return this.#stream.write(chunk);
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#held.length >= 2 && this.#held.readUInt16BE() !== GZIP_MAGIC) throw notGzip();
    if (this.#held.length > Math.max(this.#smallBytes, 2)) await this.#startStream().write(this.#held);
  }

  /** The body is complete. @returns the project's baseline, null where it has none @throws ArchiveError */
  async end(): Promise<ProjectText | null> {
    if (this.#received === 0) throw new ArchiveError('empty-body', 'the body is empty');
    if (this.#received === 1) throw notGzip();
    const consumed = this.#stream === undefined ? await this.#readHeld() : await this.#stream.end();
    const trailing = this.#received - consumed;
    if (trailing > 0) throw new ArchiveError('corrupt-gzip', `${trailing} bytes follow the end of the gzip data`);
    return this.#content.finish();
  }

  /** Gives memory back, also in the middle of a body. */
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

/** What the entries of an archive have to keep to, and the manifest among them. */
class ContentCheck implements TarVisitor {
  readonly #reader = new TarReader(this);
  readonly #tree: ArchiveTree;
  readonly #finder: ManifestFinder;
  readonly #limits: ArchiveLimits;
  #entries = 0;
  #unpacked = 0;
  #current: string | undefined;

  constructor(manifest: Manifest, limits: ArchiveLimits) {
    this.#limits = limits;
    this.#tree = new ArchiveTree(limits);
    this.#finder = new ManifestFinder(manifest, limits);
  }

  /** `received`: bytes of the body so far. */
  push(chunk: Buffer, received: number): void {
    this.#unpacked += chunk.length;
    this.#checkSize(received);
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
    return this.#finder.entry(entry, this.#tree.add(entry));
  }

  body(chunk: Buffer): void {
    this.#finder.body(chunk);
  }

  #checkSize(received: number): void {
    const { unpackedBytes, ratio, ratioFloorBytes } = this.#limits;
    const tooMuch = this.#unpacked > unpackedBytes;
    const tooDense = this.#unpacked > ratioFloorBytes && this.#unpacked > received * ratio;
    if (!tooMuch && !tooDense) return;
    const reason = tooMuch
      ? `more than ${unpackedBytes} bytes (PACKWARDEN_MAX_UNPACKED_BYTES)`
      : `more than ${ratio} times its size`;
    const entry = this.#current === undefined ? {} : { entry: this.#current };
    throw new ArchiveError('bomb', `the archive unpacks to ${reason}`, entry);
  }
}

function notGzip(): ArchiveError {
  return new ArchiveError('not-gzip', 'the body is not gzip: send a .tar.gz or .tgz');
}
