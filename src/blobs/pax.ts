import { ArchiveError } from './errors.js';

/** The records of a PAX header that affect an entry; others (owners, other times, extended attributes) are ignored. */
export interface PaxRecords {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  /** Whole seconds since 1970, negative before; absent without a valid value. */
  readonly mtime?: number;
  /** Set if the entry is a sparse file in one of GNU's PAX formats; null if that format is not supported. */
  readonly sparse?: SparseRecords | null;
}

/** A sparse file in GNU's PAX format 1.0, as bsdtar writes it for any file with holes (GNU tar's manual, "Sparse Formats"). */
export interface SparseRecords {
  /** The file's path; `path` contains a different one in this case. */
  readonly name: string;
  /** Size of the file including its holes. */
  readonly realSize: number;
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
const SPARSE = 'GNU.sparse.';
/** Seconds with any fraction (POSIX.1-2017, pax, "pax Extended Header File Times"). */
const TIME = /^-?\d{1,15}(?:\.\d*)?$/;

/**
 * Parses the records of a PAX extended header by their lengths, in bytes (POSIX.1-2017, pax, "pax Extended Header"). Values may contain
 * line feeds and arbitrary bytes, so a parser that splits lines would see other paths than GNU tar.
 *
 * @throws ArchiveError `corrupt-entry` or `entry-name`
 */
export function readPax(header: Buffer): PaxRecords {
  const records: { -readonly [Key in keyof PaxRecords]: PaxRecords[Key] } = {};
  const sparse = new Map<string, Buffer>();
  for (let start = 0; start < header.length; ) {
    const { key, value, end } = readRecord(header, start);
    if (key === 'path' || key === 'linkpath') records[key] = readName(value);
    if (key === 'size') records.size = readSize(value);
    if (key === 'mtime' && TIME.test(value.toString('latin1'))) records.mtime = Math.floor(Number(value));
    if (key.startsWith(SPARSE)) sparse.set(key.slice(SPARSE.length), value);
    start = end;
  }
  return sparse.size === 0 ? records : { ...records, sparse: readSparse(sparse) };
}

function readSparse(records: ReadonlyMap<string, Buffer>): SparseRecords | null {
  const version = ['major', 'minor'].map((key) => records.get(key)?.toString('latin1')).join('.');
  const name = records.get('name');
  const realSize = records.get('realsize');
  if (version !== '1.0' || records.size !== 4 || name === undefined || realSize === undefined) return null;
  return { name: readName(name), realSize: readSize(realSize) };
}

/** The records that `readPax` parses as a sparse file. */
export function sparseRecords({ name, realSize }: SparseRecords): Readonly<Record<string, string | number>> {
  return {
    [`${SPARSE}major`]: 1,
    [`${SPARSE}minor`]: 0,
    [`${SPARSE}name`]: name,
    [`${SPARSE}realsize`]: realSize,
  };
}

/** A name in a tar header, up to the first NUL. @throws ArchiveError `entry-name` if it is not UTF-8 */
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

/** Encodes the records of a PAX header, each preceded by its length. */
export function writePax(records: Readonly<Record<string, string | number>>): Buffer {
  return Buffer.from(Object.entries(records).map(writeRecord).join(''));
}

function writeRecord([key, value]: [string, string | number]): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  const guess = bytes + String(bytes).length;
  // The length includes its own digits, which may make it one digit longer.
  const length = bytes + String(guess).length;
  return `${length}${rest}`;
}
