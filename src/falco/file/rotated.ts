import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** The followed file, or one that logrotate made of it. */
export interface Generation {
  readonly path: string;
  /** Device and inode. */
  readonly id: string;
  readonly size: bigint;
  readonly changedNs: bigint;
}

/** The names that logrotate gives to rotated files: `events.json.1`, `events.json-20261129`; without compressed ones. */
const ROTATED = /^[.-]\d[\d.-]*$/;

/** The file at `path`; null if there is none. @throws other errors of the file system */
export async function generationAt(path: string): Promise<Generation | null> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return { path, id: `${dev}:${ino}`, size, changedNs: mtimeNs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The file at `path` and its rotated predecessors, in the order in which they were written. */
export async function generationsOf(path: string): Promise<readonly Generation[]> {
  const name = basename(path);
  const names = await readdir(dirname(path));
  const rotated = names.filter((other) => other.startsWith(name) && ROTATED.test(other.slice(name.length)));
  const found = await Promise.all([...rotated.map((other) => join(dirname(path), other)), path].map(generationAt));
  return found
    .filter((generation) => generation !== null)
    .sort((a, b) => (a.path === path ? 1 : b.path === path ? -1 : Number(a.changedNs - b.changedNs)));
}
