import { ArchiveError } from './errors.js';
import { formatOf } from './format.js';
import { type PaxRecords, readName, readPax } from './pax.js';
import {
  BLOCK,
  type ExtensionKind,
  type Pending,
  readHeader,
  resolveEntry,
  type TarEntry,
  type TarHeader,
} from './tar-entry.js';

/** Receives the reader's events in the archive's order. An exception stops the reader. */
export interface TarVisitor {
  /** True if the entry's body is needed. */
  entry(entry: TarEntry): boolean;
  /** A part of a needed body, only valid during the call. */
  body(chunk: Buffer): void;
}

/** The same limit as in node-tar: extended attributes of macOS take some hundred KiB. */
const EXTENDED_HEADER_LIMIT = 1024 ** 2;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * Splits a tar stream into entries without buffering it. node-tar's own Parser is not suitable: it decodes extended headers chunk by chunk
 * and line by line, and skips what it does not understand. That is fine for an unpacker, but not for a check whose result must agree with
 * another unpacker (GNU tar in the sandbox).
 */
export class TarReader {
  #state: 'header' | 'extension' | 'body' | 'end' = 'header';
  /** The incomplete header block or extended header. */
  #collected: Buffer[] = [];
  /** Bytes still to come in this state, including padding; and how many of them are padding. */
  #remaining = BLOCK;
  #padding = 0;
  #wanted = false;
  #extension: ExtensionKind = 'pax';
  #pending: Pending = {};
  #sawHeader = false;
  #sawZeros = false;

  constructor(private readonly visitor: TarVisitor) {}

  /** @throws ArchiveError, like `readHeader` and `resolveEntry`, and errors of the visitor */
  push(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length && this.#state !== 'end'; ) {
      const part = chunk.subarray(offset, offset + this.#remaining);
      offset += part.length;
      this.#remaining -= part.length;
      if (this.#state === 'body') this.#passBody(part);
      else this.#collected.push(part);
      if (this.#remaining === 0) this.#finishPart();
    }
  }

  /** Must be called at the end of the stream. @throws ArchiveError `truncated`, or `not-tar` without a single block */
  finish(): void {
    const whole = this.#state === 'end' || (this.#state === 'header' && this.#remaining === BLOCK);
    if (!this.#sawHeader && !this.#sawZeros) throw notTar(Buffer.concat(this.#collected));
    if (!whole || Object.keys(this.#pending).length > 0) {
      throw new ArchiveError('truncated', 'the archive ends in the middle of an entry');
    }
  }

  #passBody(part: Buffer): void {
    if (!this.#wanted) return;
    const beyond = Math.max(0, this.#padding - this.#remaining);
    const body = part.subarray(0, Math.max(0, part.length - beyond));
    if (body.length > 0) this.visitor.body(body);
  }

  #finishPart(): void {
    const collected = Buffer.concat(this.#collected);
    this.#collected = [];
    if (this.#state === 'header') {
      this.#takeHeader(collected);
      return;
    }
    if (this.#state === 'extension') {
      const size = collected.length - this.#padding;
      // GNU tar reads a long name up to its first NUL, beyond the header's end into the padding.
      if (!collected.subarray(size).equals(ZEROS.subarray(0, this.#padding))) {
        throw new ArchiveError('corrupt-entry', 'an extended header that does not end where it says');
      }
      this.#takeExtension(collected.subarray(0, size));
    }
    this.#expect('header', BLOCK);
  }

  #takeHeader(block: Buffer): void {
    const header = this.#read(block);
    if (header === undefined) {
      // POSIX: two blocks of zeros end the archive. Whatever follows is ignored by every reader.
      this.#expect(this.#sawZeros ? 'end' : 'header', BLOCK);
      this.#sawZeros = true;
      return;
    }
    // GNU tar stops at a single block of zeros, other programs continue.
    if (this.#sawZeros) throw new ArchiveError('corrupt-entry', 'an entry after a block of zeros');
    this.#sawHeader = true;
    if (header.kind === 'entry') {
      const entry = resolveEntry(header, this.#pending);
      this.#pending = {};
      this.#wanted = this.visitor.entry(entry);
      this.#expectPadded('body', entry.size);
      return;
    }
    // GNU tar interprets an empty one as an empty name, others ignore it.
    if (header.size === 0) throw new ArchiveError('corrupt-entry', 'an extended header without an entry');
    if (header.size > EXTENDED_HEADER_LIMIT) {
      throw new ArchiveError('unsupported-entry', 'an extended header over 1 MiB');
    }
    this.#extension = header.kind;
    this.#expectPadded('extension', header.size);
  }

  #read(block: Buffer): TarHeader | undefined {
    try {
      return readHeader(block);
    } catch (error) {
      if (!(error instanceof ArchiveError && error.code === 'not-tar')) throw error;
      if (!this.#sawHeader) throw notTar(block, error);
      throw new ArchiveError('corrupt-entry', 'the archive is damaged: a header is invalid', { cause: error });
    }
  }

  #takeExtension(content: Buffer): void {
    const pending = this.#pending;
    const extension = this.#extension;
    if (extension === 'global-pax') {
      checkGlobal(readPax(content));
      return;
    }
    // Two of the same kind for one entry: some programs use the first, others the last.
    if (pending[extension] !== undefined) throw new ArchiveError('corrupt-entry', `two ${extension} headers in a row`);
    if (extension === 'pax') pending.pax = readPax(content);
    else pending[extension] = readName(content);
  }

  #expectPadded(state: 'body' | 'extension', size: number): void {
    this.#padding = (BLOCK - (size % BLOCK)) % BLOCK;
    this.#expect(size === 0 ? 'header' : state, size === 0 ? BLOCK : size + this.#padding);
  }

  #expect(state: 'header' | 'extension' | 'body' | 'end', bytes: number): void {
    this.#state = state;
    this.#remaining = bytes;
  }
}

function notTar(head: Buffer, cause?: unknown): ArchiveError {
  const what = formatOf(head);
  const reason = what === undefined ? 'not a tar archive, or a damaged one' : `${what}, not a tar archive`;
  return new ArchiveError('not-tar', `the content of the gzip data is ${reason}`, { cause });
}

/** Global headers are meant for comments and times. GNU tar applies names and sizes in them, others don't. */
function checkGlobal(records: PaxRecords): void {
  const names = records.path !== undefined || records.linkpath !== undefined || records.size !== undefined;
  if (!names && records.sparse === undefined) return;
  throw new ArchiveError('unsupported-entry', 'a global PAX header that names or sizes entries');
}
