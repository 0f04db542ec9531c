import { gzipSync } from 'node:zlib';

/** One entry as bytes in the archive: everything can be wrong, which a real tar would not let happen. */
export interface EntryFields {
  readonly path: string | Buffer;
  /** The type flag. @defaultValue `0`, a file */
  readonly type?: string;
  readonly body?: string | Buffer;
  readonly target?: string | Buffer;
  readonly mode?: number;
  readonly uid?: number | Buffer;
  readonly mtime?: number | Buffer;
  /** What the header says; the body's length otherwise. */
  readonly size?: number | Buffer;
  readonly magic?: string;
  readonly prefix?: string | Buffer;
  readonly checksum?: number;
}

const BLOCK = 512;

/** A header block, and the body padded to blocks. */
export function entry(fields: EntryFields): Buffer {
  const body = Buffer.from(fields.body ?? '');
  const header = Buffer.alloc(BLOCK);
  put(header, 0, 100, fields.path);
  put(header, 100, 8, octal(fields.mode ?? 0o644, 7));
  put(header, 108, 8, numeric(fields.uid ?? 0, 7));
  put(header, 116, 8, octal(0, 7));
  put(header, 124, 12, numeric(fields.size ?? body.length, 11));
  put(header, 136, 12, numeric(fields.mtime ?? 0, 11));
  put(header, 156, 1, fields.type ?? '0');
  put(header, 157, 100, fields.target ?? '');
  put(header, 257, 8, fields.magic ?? 'ustar\x0000');
  put(header, 345, 155, fields.prefix ?? '');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(header, 148, 8, `${octal(fields.checksum ?? sum, 6)}\0 `);
  return Buffer.concat([header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]);
}

export function file(path: string, body = ''): Buffer {
  return entry({ path, body });
}

export function folder(path: string): Buffer {
  return entry({ path, type: '5', mode: 0o755 });
}

export function symlink(path: string, target: string): Buffer {
  return entry({ path, type: '2', target });
}

export function hardLink(path: string, target: string): Buffer {
  return entry({ path, type: '1', target });
}

/** A PAX header (`x`, or `g` for a global one) in front of the entry it is for. */
export function pax(records: Readonly<Record<string, string | Buffer>>, type: 'x' | 'g' = 'x'): Buffer {
  return entry({ path: 'PaxHeaders/x', type, body: Buffer.concat(Object.entries(records).map(paxRecord)) });
}

/** GNU's long path (`L`) or long link target (`K`) in front of the entry it is for. */
export function gnuLong(type: 'L' | 'K', name: string): Buffer {
  return entry({ path: '././@LongLink', type, body: `${name}\0` });
}

/** The two blocks that end an archive. */
export const END = Buffer.alloc(2 * BLOCK);

/** The smallest manifest that passes. */
export const MANIFEST = file('package.json', '{"name":"a","version":"1.0.0"}');

/** A whole archive. */
export function tarball(...entries: readonly Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...entries, END]));
}

/** An archive of a project that has `entries` beside its manifest. */
export function project(...entries: readonly Buffer[]): Buffer {
  return tarball(MANIFEST, ...entries);
}

function paxRecord([key, value]: [string, string | Buffer]): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function put(header: Buffer, offset: number, length: number, value: string | Buffer): void {
  Buffer.from(value).copy(header, offset, 0, length);
}

function numeric(value: number | Buffer, digits: number): string | Buffer {
  return typeof value === 'number' ? octal(value, digits) : value;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
