import { Header } from 'tar';

/** A file to be unpacked in a sandbox by its own user. */
export interface TarFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly content: string | Buffer;
}

const BLOCK = 512;
/** For its owner only, as credentials are. */
const MODE = 0o600;

/** An uncompressed tar of small files that are in memory. */
export function tarOf(files: readonly TarFile[], mtime: Date): Buffer {
  const blocks = files.flatMap(({ path, content }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(BLOCK);
    new Header({ path, size: body.length, mode: MODE, type: 'File', mtime }).encode(header);
    return [header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}
