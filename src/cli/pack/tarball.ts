import { constants, createReadStream } from 'node:fs';
import { copyFile, cp, lstat, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { create as createTar } from 'tar';
import type { Selection } from './selection.js';

/** A tarball that can be sent more than once. */
export interface Tarball {
  readonly bytes: number;
  open(): Readable;
  /** Removes its temporary files. */
  dispose(): Promise<void>;
}

/** A tarball that the user has made, sent unchanged. */
export async function existingTarball(path: string): Promise<Tarball> {
  const { size } = await stat(path);
  return { bytes: size, open: () => createReadStream(path), dispose: async () => undefined };
}

/** Packs a selection into a temporary file. */
export async function packSelection(selection: Selection): Promise<Tarball> {
  const folder = await mkdtemp(join(tmpdir(), 'packwarden-'));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const content = join(folder, 'content');
    await mkdir(content);
    for (const [path, replacement] of selection.files) await place(selection, path, replacement, content);
    const file = join(folder, 'project.tgz');
    await createTar({ cwd: content, file, gzip: true, portable: true }, ['.']);
    return { ...(await existingTarball(file)), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Copies a file into the folder that is packed; a copy, because some files get another content than they have on disk. */
async function place(selection: Selection, path: string, replacement: string | null, content: string): Promise<void> {
  const source = join(selection.project.root, path);
  const target = join(content, path);
  await mkdir(dirname(target), { recursive: true });
  if (replacement !== null) await writeFile(target, replacement);
  else if ((await lstat(source)).isSymbolicLink()) await cp(source, target, { verbatimSymlinks: true });
  else await copyFile(source, target, constants.COPYFILE_FICLONE);
}
