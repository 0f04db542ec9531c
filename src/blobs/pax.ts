import { ArchiveError } from './errors.js';

/** The records of a PAX header that say what an entry is; the rest (owners, other times, extended attributes) is left out. */
export interface PaxRecords {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  /** Whole seconds since 1970, negative before; without it nothing sound was said. */
  readonly mtime?: number;
  /** The entry is a sparse file in one of GNU's PAX formats. */
  readonly sparse: boolean;
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
/** Seconds with any fraction (POSIX.1-2017, pax, "pax Extended Header File Times"). */
const TIME = /^-?\d{1,15}(?:\.\d*)?$/;

/**
 * Reads the records of a PAX extended header by their lengths, in bytes (POSIX.1-2017, pax, "pax Extended Header").
 * Values may hold line feeds and any bytes, so a reader that goes by lines sees other paths than GNU tar does.
 * @throws ArchiveError `corrupt-entry` or `entry-name`
 */
export function readPax(header: Buffer): PaxRecords {
  const records: { -readonly [Key in keyof PaxRecords]: PaxRecords[Key] } = { sparse: false };
  for (let start = 0; start < header.length; ) {
    const { key, value, end } = readRecord(header, start);
    if (key === 'path' || key === 'linkpath') records[key] = readName(value);
    if (key === 'size') records.size = readSize(value);
    if (key === 'mtime' && TIME.test(value.toString('latin1'))) records.mtime = Math.floor(Number(value));
    if (key.startsWith('GNU.sparse.')) records.sparse = true;
    start = end;
  }
  return records;
}

/** A name in a tar header, up to the first NUL. @throws ArchiveError `entry-name` when it is not UTF-8 */
export function readName(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  const name = nul === -1 ? bytes : bytes.subarray(0, nul);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch (cause) {
    throw new ArchiveError('entry-name', 'its name is not UTF-8', { entry: name.toString('latin1'), cause });
  }
}

function readRecord(header: Buffer, start: number): { key: string; value: Buffer; end: number } {
  const space = header.indexOf(SPACE, start);
  const digits = header.toString('latin1', start, space);
  const end = start + Number(digits);
  const equals = header.indexOf(EQUALS, space);
  const sound = /^[1-9]\d{0,9}$/.test(digits) && end <= header.length && equals > space && equals < end - 1;
  if (!sound || header[end - 1] !== NEWLINE) throw new ArchiveError('corrupt-entry', 'damaged PAX header');
  return { key: header.toString('latin1', space + 1, equals), value: header.subarray(equals + 1, end - 1), end };
}

function readSize(value: Buffer): number {
  const size = Number(value.toString('latin1'));
  if (!Number.isSafeInteger(size) || size < 0) throw new ArchiveError('corrupt-entry', 'damaged size in a PAX header');
  return size;
}
