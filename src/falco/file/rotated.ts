import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file beside the followed one that logrotate made of it, or the followed one itself. */
export interface Generation {
  readonly path: string;
  /** Device and inode. */
  readonly id: string;
  readonly size: bigint;
  readonly changedNs: bigint;
}

/** How logrotate names what it moved away: `events.json.1`, `events.json-20261129`; not what it has compressed. */
const MOVED = /^[.-]\d[\d.-]*$/;

/** The file at `path`; null when there is none. @throws what the file system throws otherwise */
export async function generationAt(path: string): Promise<Generation | null> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return { path, id: `${dev}:${ino}`, size, changedNs: mtimeNs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The file at `path` and what was moved away from there, in the order in which they were written. */
export async function generationsOf(path: string): Promise<readonly Generation[]> {
  const name = basename(path);
  const names = await readdir(dirname(path));
  const moved = names.filter((other) => other.startsWith(name) && MOVED.test(other.slice(name.length)));
  const found = await Promise.all([...moved.map((other) => join(dirname(path), other)), path].map(generationAt));
  return found
    .filter((generation) => generation !== null)
    .sort((a, b) => (a.path === path ? 1 : b.path === path ? -1 : Number(a.changedNs - b.changedNs)));
}
