import { Header } from 'tar';
import { ArchiveError } from './errors.js';
import { type PaxRecords, readName } from './pax.js';

/** Size of a header, and the unit to which bodies are padded. */
export const BLOCK = 512;
const DEFAULT_MODE = 0o644;

export type TarEntryKind = 'file' | 'directory' | 'symlink' | 'link' | 'device';

/** An entry of an archive, with the names of extended headers applied. */
export interface TarEntry {
  /** As in the archive: not normalised. */
  readonly path: string;
  readonly kind: TarEntryKind;
  /** Bytes of the body. */
  readonly size: number;
  /** For a sparse file: its size including holes. The body starts with a map of them. */
  readonly realSize?: number;
  /** Empty if it is not a link. */
  readonly target: string;
  /** Permission bits; those of an ordinary file if the header has none. */
  readonly mode: number;
  /** Whole seconds since 1970, negative before; 0 without a valid value. */
  readonly mtime: number;
}

/** Extended headers: PAX's, and GNU tar's for long names. */
export type ExtensionKind = 'pax' | 'global-pax' | 'long-path' | 'long-target';

/** The meaning of a header block: an entry, or names and sizes for the following entry. */
export type TarHeader =
  | {
      readonly kind: 'entry';
      readonly type: string;
      readonly path: string;
      readonly size: number;
      readonly target: string;
      readonly mode: number;
      readonly mtime: number;
    }
  | { readonly kind: ExtensionKind; readonly size: number };

/** The content of extended headers for the next entry. */
export interface Pending {
  pax?: PaxRecords;
  'long-path'?: string;
  'long-target'?: string;
}

const EXTENSIONS: Readonly<Record<string, ExtensionKind>> = {
  ExtendedHeader: 'pax',
  GlobalExtendedHeader: 'global-pax',
  NextFileHasLongPath: 'long-path',
  NextFileHasLongLinkpath: 'long-target',
};

const KINDS: Readonly<Record<string, TarEntryKind>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'directory',
  SymbolicLink: 'symlink',
  Link: 'link',
  CharacterDevice: 'device',
  BlockDevice: 'device',
  FIFO: 'device',
};

/**
 * Decodes a header block; undefined for a block of zeros. node-tar decodes the numbers, the checksum and the prefix. What it repairs
 * silently (damaged sizes, unknown versions) is rejected here, because GNU tar repairs it differently.
 *
 * @throws ArchiveError `not-tar` (bad checksum or numbers), `corrupt-entry`, `entry-name`
 */
export function readHeader(block: Buffer): TarHeader | undefined {
  const header = decode(block);
  if (header.nullBlock) return undefined;
  if (!header.cksumValid) throw notTar();
  const size = readSize(block, header);
  const extension = EXTENSIONS[header.type];
  if (extension !== undefined) return { kind: extension, size };
  readName(block.subarray(0, 100));
  // GNU tar's own format has times in this place, as bytes.
  if (isUstar(block)) readName(block.subarray(345, 500));
  const target = readName(block.subarray(157, 257));
  const { mode = DEFAULT_MODE, mtime } = header;
  const seconds = Math.floor((mtime?.getTime() ?? 0) / 1000) || 0;
  return { kind: 'entry', type: header.type, path: header.path ?? '', size, target, mode, mtime: seconds };
}

function decode(block: Buffer): Header {
  try {
    return new Header(block, 0);
  } catch (error) {
    // Invalid numbers in base 256.
    throw notTar(error);
  }
}

function notTar(cause?: unknown): ArchiveError {
  return new ArchiveError('not-tar', 'the content is not a tar archive, or a damaged one', { cause });
}

function readSize(block: Buffer, header: Header): number {
  const field = block.toString('latin1', 124, 136);
  const path = header.path ?? '';
  const sound = field.charCodeAt(0) === 0x80 || /^ *[0-7]*[ \0]*$/.test(field);
  const size = header.type === 'Directory' && !/^[ 0\0]*$/.test(field) ? undefined : (header.size ?? 0);
  if (!sound || size === undefined || !Number.isSafeInteger(size)) {
    throw new ArchiveError('corrupt-entry', 'its header has no valid size', { entry: path });
  }
  if (isUstar(block) && block.toString('latin1', 263, 265) !== '00') {
    throw new ArchiveError('corrupt-entry', 'its header is of an unknown tar version', { entry: path });
  }
  return size;
}

function isUstar(block: Buffer): boolean {
  return block.toString('latin1', 257, 263) === 'ustar\0';
}

/** Applies the content of extended headers. @throws ArchiveError `unsupported-entry`, `corrupt-entry` */
export function resolveEntry(header: TarHeader & { kind: 'entry' }, pending: Pending): TarEntry {
  const sparse = pending.pax?.sparse;
  const path = sparse?.name ?? pending.pax?.path ?? pending['long-path'] ?? header.path;
  const size = pending.pax?.size ?? header.size;
  // In old tars a file whose name ends with a slash is a folder; GNU tar checks the long name, too.
  const kind = header.type === 'File' && path.endsWith('/') ? 'directory' : KINDS[header.type];
  if (kind === undefined && header.type !== 'GNUSparse') {
    throw new ArchiveError('unsupported-entry', `entries of type ${header.type} are not supported`, { entry: path });
  }
  if (kind === undefined || sparse === null || (sparse !== undefined && kind !== 'file')) {
    const reason = 'a sparse file in this format is not supported: pack without --sparse, or in the format pax';
    throw new ArchiveError('unsupported-entry', reason, { entry: path });
  }
  if (kind !== 'file' && size > 0) {
    throw new ArchiveError('corrupt-entry', `a ${kind} that has content`, { entry: path });
  }
  const isLink = kind === 'symlink' || kind === 'link';
  const target = isLink ? (pending.pax?.linkpath ?? pending['long-target'] ?? header.target) : '';
  const entry = { path, kind, size, target, mode: header.mode, mtime: pending.pax?.mtime ?? header.mtime };
  return sparse === undefined ? entry : { ...entry, realSize: sparse.realSize };
}
