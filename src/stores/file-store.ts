import { constants } from 'node:fs';
import {
  access,
  chown,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { hasCode } from '../errors/code.js';
import { FolderSync } from './folder-sync.js';
import { checkKey, type LocalFile, type ObjectEntry, type ObjectStore, StoreError } from './object-store.js';

export interface FileStoreOptions {
  /** Created if missing; only its owner can read it. Hosts that share objects share this folder. */
  readonly folder: string;
  /** What follows the key in the names of files. */
  readonly suffix: string;
}

/** Follows the name of a file that is being written. */
const UNFINISHED = '.tmp';

/** Objects as files in a folder; the part of a key before its `/` is a folder in it. */
export class FileStore implements ObjectStore {
  readonly #folder: string;
  readonly #suffix: string;
  readonly #sync: FolderSync;

  private constructor({ folder, suffix }: FileStoreOptions, sync: FolderSync) {
    this.#folder = folder;
    this.#suffix = suffix;
    this.#sync = sync;
  }

  /** @throws if the folder can't be created or used */
  static async open(options: FileStoreOptions): Promise<FileStore> {
    await makeFolder(options.folder);
    return new FileStore(options, await FolderSync.open(options.folder));
  }

  async put(key: string, content: Buffer): Promise<void> {
    const path = this.#path(key);
    const unfinished = path + UNFINISHED;
    try {
      await this.#makeParent(path);
      await writeFile(unfinished, content, { mode: 0o600 });
      await this.#place(unfinished, path);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw unavailable(error);
    }
  }

  async take(key: string, file: LocalFile): Promise<void> {
    const path = this.#path(key);
    try {
      await this.#makeParent(path);
      await this.#place(file.path, path);
    } catch (error) {
      await rm(file.path, { force: true }).catch(() => undefined);
      throw unavailable(error);
    }
  }

  async open(key: string): Promise<Readable> {
    return (await this.#openFile(this.#path(key))).createReadStream();
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    try {
      await rm(path, { force: true });
      await rm(path + UNFINISHED, { force: true });
    } catch (error) {
      throw unavailable(error);
    }
    // The folder goes with its last object; as a rule it is not empty.
    if (dirname(path) !== this.#folder) await rmdir(dirname(path)).catch(() => undefined);
  }

  async *list(prefix = ''): AsyncIterable<ObjectEntry> {
    for (const { name, isFolder } of await this.#names('')) {
      if (!isFolder) yield* this.#entry(name, prefix);
      else if (name.startsWith(prefix) || prefix.startsWith(`${name}/`)) {
        for (const file of await this.#names(name)) yield* this.#entry(`${name}/${file.name}`, prefix);
      }
    }
  }

  async fault(): Promise<string | null> {
    return access(this.#folder, constants.R_OK | constants.W_OK).then(
      () => null,
      (error: Error) => `the folder ${this.#folder} can't be used: ${error.message}`,
    );
  }

  /** To be called when nothing is being stored. */
  close(): Promise<void> {
    return this.#sync.close();
  }

  #path(key: string): string {
    return join(this.#folder, checkKey(key) + this.#suffix);
  }

  async #makeParent(path: string): Promise<void> {
    const parent = dirname(path);
    if (parent === this.#folder) return;
    if (await makeFolder(parent)) await this.#sync.run();
  }

  /** Nobody knows the key yet, so content and name can be synced at the same time. */
  async #place(from: string, path: string): Promise<void> {
    let handle: FileHandle | undefined;
    try {
      await giveToOwnerOf(dirname(path), from);
      await rename(from, path);
      handle = await open(path, 'r');
      const done = await Promise.allSettled([handle.sync(), this.#syncFolder(dirname(path))]);
      for (const outcome of done) if (outcome.status === 'rejected') throw outcome.reason;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await handle?.close();
    }
  }

  async #syncFolder(folder: string): Promise<void> {
    if (folder === this.#folder) return this.#sync.run();
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  }

  async #openFile(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'r');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) throw new StoreError('object-missing', 'no such object', { cause: error });
      throw unavailable(error);
    }
  }

  async #names(folder: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
    try {
      const found = await readdir(join(this.#folder, folder), { withFileTypes: true });
      return found
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw unavailable(error);
    }
  }

  /** Nothing for a file that is no object, or has just been removed. What a crash left unfinished is listed, so that it is removed, too. */
  async *#entry(name: string, prefix: string): AsyncIterable<ObjectEntry> {
    const plain = name.endsWith(UNFINISHED) ? name.slice(0, -UNFINISHED.length) : name;
    if (!plain.startsWith(prefix) || !plain.endsWith(this.#suffix)) return;
    const found = await stat(join(this.#folder, name)).catch(() => undefined);
    if (found?.isFile()) yield { key: plain.slice(0, plain.length - this.#suffix.length), storedAt: found.mtimeMs };
  }
}

/** Resolves with whether the folder was missing. */
async function makeFolder(folder: string): Promise<boolean> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await giveToOwnerOf(dirname(folder), folder);
  return made !== undefined;
}

/** A worker runs as root, and an API that shares its folder does not: what root makes there belongs to the owner of the folder. */
async function giveToOwnerOf(folder: string, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  if (uid !== 0) await chown(path, uid, gid);
}

function unavailable(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const reason = isFull(error) ? 'there is no space left' : 'its folder can’t be used';
  return new StoreError('store-unavailable', `the store of tarballs and reports does not work: ${reason}`, {
    cause: error,
  });
}

function isFull(error: unknown): boolean {
  return hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
}
