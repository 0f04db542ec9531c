import { relative } from 'node:path';
import { Header } from 'tar';
import type { HomeFile } from '../../../ecosystems/manager.js';
import { HOME } from '../../../ecosystems/places.js';

/** A file to be unpacked in a sandbox by the sandbox's user. */
export interface TarFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly content: string | Buffer;
}

const BLOCK = 512;
/** Readable by its owner only, as usual for credentials. */
const MODE = 0o600;

/** An uncompressed tar of small files in memory. */
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
 * Files for HOME. The contents of files with the same path are concatenated, since a decoy may also contain settings. Two major versions of
 * a package manager have the same settings; these are written once, because a YAML file with a duplicate key is rejected.
 */
export function homeTarFiles(files: readonly HomeFile[]): readonly TarFile[] {
  const contents = new Map<string, Set<string>>();
  for (const { path, content } of files) contents.set(path, (contents.get(path) ?? new Set()).add(content));
  return [...contents].map(([path, parts]) => ({ path: relative(HOME, path), content: [...parts].join('') }));
}
