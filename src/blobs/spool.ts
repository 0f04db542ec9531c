import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { hasCode } from '../errors/code.js';
import { checkedStream, type ExpectedContent } from '../stores/checked-stream.js';
import { FileStore } from '../stores/file-store.js';
import { type ObjectStore, StoreError } from '../stores/object-store.js';
import { ArchiveCheck } from './archive.js';
import { readFiles, type WantedFiles } from './archive-files.js';
import { ArchiveError, BlobError } from './errors.js';
import { type ArchiveLimits, DEFAULT_ARCHIVE_LIMITS } from './limits.js';
import type { Manifest } from './manifest.js';
import type { ProjectText } from './project-text.js';

/** Facts about a stored body. */
export interface StoredArchive {
  readonly bytes: number;
  readonly sha256: string;
  /** The project's own baseline; null if it has none. */
  readonly baseline: ProjectText | null;
}

/** A stored body. */
export interface StoredBlob extends ExpectedContent {
  readonly key: string;
}

export interface SpoolOptions {
  /** Where bodies are written while they are received and checked. Created if missing; only readable by this user. */
  readonly folder: string;
  /** Where checked bodies are kept. @defaultValue `spoolStore(folder)`, which is closed with the spool */
  readonly store?: ObjectStore;
  /** The manifest that `put` requires by default. */
  readonly manifest: Manifest;
  /** Maximum bytes of a body as sent. @defaultValue 200 MiB */
  readonly maxBytes?: number;
  /** @defaultValue `DEFAULT_ARCHIVE_LIMITS` */
  readonly limits?: ArchiveLimits;
  /**
   * With less free space on its disk uploads are refused, because other data on it, such as Redis', needs the space. In bytes.
   * @defaultValue 0
   */
  readonly minFreeBytes?: number;
}

/** Receives tarballs and keeps them: the `BlobStore` of `src/jobs/ports.ts`, and its maintenance. */
export interface Spool {
  /**
   * Stores a body while checking the archive; resolves when it is durable. Never destroys `body`, so that the sender can still
   * be answered. Leaves nothing behind when it rejects.
   *
   * @throws ArchiveError, StoreError, or BlobError `too-large`, `aborted`, `disk-full`, `bad-key`
   */
  put(key: string, body: Readable, wanted?: Manifest): Promise<StoredArchive>;
  /** Why uploads are currently refused; null if they are not. */
  fault(): Promise<string | null>;
  /** Fails at its end if it is not what was stored. @throws BlobError `not-found`, `bad-key`; StoreError */
  open(blob: StoredBlob): Promise<Readable>;
  /** Some files of an archive as text, by path. @throws BlobError `not-found`, `bad-key`; StoreError */
  readFiles(key: string, wanted: WantedFiles): Promise<ReadonlyMap<string, string>>;
  /** Not an error if the blob does not exist. @throws BlobError `bad-key`; StoreError */
  remove(key: string): Promise<void>;
  /**
   * Removes blobs without a job and unfinished uploads that have not been written to since `before` (milliseconds since the epoch).
   * Resolves with their number. @throws StoreError
   */
  sweep(aliveKeys: ReadonlySet<string>, before: number): Promise<number>;
  /** Must only be called when no upload is running. */
  close(): Promise<void>;
}

const DEFAULT_MAX_BYTES = 200 * 1024 ** 2;
const KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FINISHED = '.tgz';
/** Suffix while it is received. */
const UNFINISHED = '.part';

/** Blobs as files in the folder in which they are received. @throws if the folder can't be created or used */
export function spoolStore(folder: string): Promise<FileStore> {
  return FileStore.open({ folder, suffix: FINISHED });
}

/** Opens the spool and creates its folder. @throws if the folder can't be created or used */
export async function createSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, manifest, maxBytes = DEFAULT_MAX_BYTES, limits = DEFAULT_ARCHIVE_LIMITS, minFreeBytes = 0 } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const store = options.store ?? (await spoolStore(folder));
  const fault = () => roomFault(folder, minFreeBytes);
  const openBlob = async (key: string): Promise<Readable> => {
    try {
      return await store.open(checked(key));
    } catch (cause) {
      if (!(cause instanceof StoreError && cause.code === 'object-missing')) throw cause;
      throw new BlobError('not-found', 'no such blob', { cause });
    }
  };
  return {
    fault,
    async put(key, body, wanted = manifest) {
      const path = join(folder, checked(key) + UNFINISHED);
      // The sender may disconnect before the first byte is read; the copying below then notices the stream's state.
      body.on('error', () => undefined);
      const noRoom = await fault();
      if (noRoom !== null) throw new BlobError('disk-full', noRoom);
      const handle = await openNew(path);
      try {
        const written = await copyChecked(handle, body, maxBytes, new ArchiveCheck(wanted, limits));
        await store.take(key, { path, bytes: written.bytes, sha256: written.sha256 });
        return written;
      } catch (error) {
        await rm(path, { force: true });
        throw toBlobError(error, body);
      } finally {
        await handle.close();
      }
    },
    open: async (blob) => checkedStream(await openBlob(blob.key), blob),
    readFiles: async (key, wanted) => readFiles(await openBlob(key), wanted),
    remove: async (key) => store.remove(checked(key)),
    async sweep(aliveKeys, before) {
      return (await sweepStore(store, aliveKeys, before)) + (await sweepUnfinished(folder, before));
    },
    async close() {
      if (options.store === undefined && store instanceof FileStore) await store.close();
    },
  };
}

function checked(key: string): string {
  if (!KEY.test(key)) throw new BlobError('bad-key', 'a blob key is a UUID in lower case');
  return key;
}

const MIB = 1024 ** 2;

async function roomFault(folder: string, minFreeBytes: number): Promise<string | null> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= minFreeBytes) return null;
  return `${Math.floor(free / MIB)} MiB are free on the disk of ${folder}, and ${Math.ceil(minFreeBytes / MIB)} are required`;
}

/** Copies `body` to a new file while `check` processes the same bytes; both apply backpressure to the sender. */
async function copyChecked(
  handle: FileHandle,
  body: Readable,
  maxBytes: number,
  check: ArchiveCheck,
): Promise<StoredArchive> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new BlobError('too-large', `the body is larger than ${maxBytes} bytes`);
      hash.update(chunk);
      await bothDone(handle.appendFile(chunk), check.write(chunk));
    }
    const baseline = await check.end();
    return { bytes, sha256: hash.digest('hex'), baseline };
  } finally {
    check.close();
  }
}

/** Waits for both even if one fails, so that nothing continues in the background. The second one's error takes precedence. */
async function bothDone(first: Promise<void>, second: Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled([second, first]);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', 0o600);
  } catch (error) {
    throw fromDisk(error);
  }
}

async function sweepStore(store: ObjectStore, aliveKeys: ReadonlySet<string>, before: number): Promise<number> {
  let removed = 0;
  for await (const { key, storedAt } of store.list()) {
    if (!KEY.test(key) || aliveKeys.has(key) || storedAt >= before) continue;
    await store.remove(key);
    removed++;
  }
  return removed;
}

async function sweepUnfinished(folder: string, before: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder)) {
    if (!name.endsWith(UNFINISHED)) continue;
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || found.mtimeMs >= before) continue;
    await rm(file, { force: true });
    removed++;
  }
  return removed;
}

function toBlobError(error: unknown, body: Readable): unknown {
  if (error instanceof ArchiveError || error instanceof BlobError || error instanceof StoreError) return error;
  if (body.readableAborted) return new BlobError('aborted', 'the sender disconnected', { cause: error });
  return fromDisk(error);
}

function fromDisk(error: unknown): unknown {
  if (!hasCode(error, 'ENOSPC') && !hasCode(error, 'EDQUOT')) return error;
  return new BlobError('disk-full', 'there is no space to store the archive', { cause: error });
}
