import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ArchiveCheck } from './archive.js';
import { readFiles, type WantedFiles } from './archive-files.js';
import { ArchiveError, BlobError } from './errors.js';
import { FolderSync } from './folder-sync.js';
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

export interface SpoolOptions {
  /** Created if missing; only readable by this user. */
  readonly folder: string;
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

/** Tarballs as files in one folder: the `BlobStore` of `src/jobs/ports.ts`, and its maintenance. */
export interface Spool {
  /**
   * Stores a body while checking the archive; resolves when file and folder are synced. Never destroys `body`, so that the sender can still
   * be answered. Leaves nothing behind when it rejects.
   *
   * @throws ArchiveError, or BlobError `too-large`, `aborted`, `disk-full`, `bad-key`
   */
  put(key: string, body: Readable, wanted?: Manifest): Promise<StoredArchive>;
  /** Why uploads are currently refused; null if they are not. */
  fault(): Promise<string | null>;
  /** @throws BlobError `not-found`, `bad-key` */
  open(key: string): Promise<Readable>;
  /** Some files of an archive as text, by path. @throws BlobError `not-found`, `bad-key` */
  readFiles(key: string, wanted: WantedFiles): Promise<ReadonlyMap<string, string>>;
  /** Not an error if the blob does not exist. @throws BlobError `bad-key` */
  remove(key: string): Promise<void>;
  /**
   * Removes blobs without a job and unfinished uploads that have not been written to since `before` (milliseconds since the epoch).
   * Resolves with the number of removed files.
   */
  sweep(aliveKeys: ReadonlySet<string>, before: number): Promise<number>;
  /** Must only be called when no upload is running. */
  close(): Promise<void>;
}

const DEFAULT_MAX_BYTES = 200 * 1024 ** 2;
const KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FINISHED = '.tgz';
/** Suffix while it is written; becomes a blob by renaming. */
const UNFINISHED = '.part';

/** Opens the spool and creates its folder. @throws if the folder can't be created or used */
export async function createSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, manifest, maxBytes = DEFAULT_MAX_BYTES, limits = DEFAULT_ARCHIVE_LIMITS, minFreeBytes = 0 } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const folderSync = await FolderSync.open(folder);
  const path = (key: string, suffix: string) => {
    if (!KEY.test(key)) throw new BlobError('bad-key', 'a blob key is a UUID in lower case');
    return join(folder, key + suffix);
  };
  const fault = () => roomFault(folder, minFreeBytes);
  return {
    fault,
    async put(key, body, wanted = manifest) {
      const file = path(key, UNFINISHED);
      // The sender may disconnect before the first byte is read; the copying below then notices the stream's state.
      body.on('error', () => undefined);
      const noRoom = await fault();
      if (noRoom !== null) throw new BlobError('disk-full', noRoom);
      const handle = await openNew(file);
      try {
        const written = await copyChecked(handle, body, maxBytes, new ArchiveCheck(wanted, limits));
        // The key is not known to anyone yet, so content and name can be synced together.
        await rename(file, path(key, FINISHED));
        const content = handle.sync().then(() => handle.close());
        await bothDone(content, folderSync.run());
        return written;
      } catch (error) {
        await rm(file, { force: true });
        await rm(path(key, FINISHED), { force: true });
        throw toBlobError(error, body);
      } finally {
        await handle.close();
      }
    },
    async open(key) {
      return (await openBlob(path(key, FINISHED))).createReadStream();
    },
    async readFiles(key, wanted) {
      return readFiles((await openBlob(path(key, FINISHED))).createReadStream(), wanted);
    },
    async remove(key) {
      await rm(path(key, FINISHED), { force: true });
    },
    sweep: (aliveKeys, before) => sweepFolder(folder, aliveKeys, before),
    close: () => folderSync.close(),
  };
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

async function openBlob(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) throw new BlobError('not-found', 'no such blob', { cause });
    throw cause;
  }
}

async function sweepFolder(folder: string, aliveKeys: ReadonlySet<string>, before: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder)) {
    const alive = name.endsWith(FINISHED) && aliveKeys.has(name.slice(0, -FINISHED.length));
    const ours = name.endsWith(FINISHED) || name.endsWith(UNFINISHED);
    if (alive || !ours) continue;
    const file = join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined || found.mtimeMs >= before) continue;
    await rm(file, { force: true });
    removed++;
  }
  return removed;
}

function toBlobError(error: unknown, body: Readable): unknown {
  if (error instanceof ArchiveError || error instanceof BlobError) return error;
  if (body.readableAborted) return new BlobError('aborted', 'the sender disconnected', { cause: error });
  return fromDisk(error);
}

function fromDisk(error: unknown): unknown {
  if (!hasCode(error, 'ENOSPC') && !hasCode(error, 'EDQUOT')) return error;
  return new BlobError('disk-full', 'there is no space to store the archive', { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
