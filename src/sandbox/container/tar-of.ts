import { relative } from 'node:path';
import { Header } from 'tar';
import type { HomeFile } from '../../ecosystems/manager.js';
import { HOME } from '../../ecosystems/places.js';

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

/**
 * Files for HOME; of several with one path the contents follow each other: a decoy may hold settings, too. Two majors of a package
 * manager give the same settings, which stand once: a YAML file with a key twice is refused.
 */
export function homeTarFiles(files: readonly HomeFile[]): readonly TarFile[] {
  const contents = new Map<string, Set<string>>();
  for (const { path, content } of files) contents.set(path, (contents.get(path) ?? new Set()).add(content));
  return [...contents].map(([path, parts]) => ({ path: relative(HOME, path), content: [...parts].join('') }));
}
