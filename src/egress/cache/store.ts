import { mkdir, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import cacache from 'cacache';
import ssri from 'ssri';
import { z } from 'zod';
import { LeastUsed } from './least-used.js';
import { type KeptHeaders, keptHeaders } from './lifetime.js';
import type { Spool } from './spool.js';

const metadataSchema = z.object({ headers: z.record(z.string(), z.string()), lifetimeMs: z.number() });

/** A stored answer of a registry. */
export interface Entry {
  readonly key: string;
  /** The hash by which its content is found and verified. */
  readonly integrity: string;
  readonly path: string;
  readonly size: number;
  readonly headers: KeptHeaders;
  /** When it was stored, in milliseconds since the epoch. */
  readonly time: number;
  /** When the registry last confirmed that it is unchanged; initially `time`. */
  readonly confirmed: number;
  /** How long after `confirmed` it may be served without revalidation; milliseconds. */
  readonly lifetimeMs: number;
}

export interface StoreOptions {
  /** Created if missing; used by this process only. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly now: () => number;
}

/** Larger content is read twice (to verify it, then to serve it); smaller content is verified in memory. */
const MAX_IN_MEMORY_BYTES = 4 * 1024 ** 2;
const PIECE_BYTES = 1024 ** 2;
/** The accuracy of the order of last use after a restart. */
const MARK_INTERVAL_MS = 3_600_000;
/** `removeFully` removes all files of the key (cacache's README, `rm.entry`); it is missing in the types. */
const removeEntry: (folder: string, key: string, options: { removeFully: boolean }) => Promise<unknown> =
  cacache.rm.entry;

/**
 * Answers on disk, in the format of npm's own cache: content addressed by SHA-512, and an index of keys. Content is renamed into place once
 * it is complete, and each index line carries its own hash, so the process may be killed at any time. Content is served only after its hash
 * was verified. When `maxBytes` of disk are used, the least recently used entries are removed.
 */
export class Store {
  readonly #options: StoreOptions;
  readonly #rows: LeastUsed;
  #damaged = 0;
  #isReady = false;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#rows = new LeastUsed();
  }

  /**
   * Reads what an earlier process stored, and removes content without a key. Until then nothing is found and nothing is stored: a large
   * folder takes some seconds. @throws when the folder can't be created or read
   */
  async takeOver(): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    await this.#readEntries();
    this.#isReady = true;
  }

  /** How many entries were found damaged or missing when they were read. */
  get damaged(): number {
    return this.#damaged;
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  /** Undefined if there is none. */
  async find(key: string): Promise<Entry | undefined> {
    const row = this.#isReady ? this.#rows.get(key) : undefined;
    if (row === undefined) return undefined;
    const info = await cacache.get.info(this.#options.folder, key).catch(() => null);
    const metadata = metadataSchema.safeParse(info?.metadata);
    if (info === null || !metadata.success) return undefined;
    const { integrity, path, size = 0, time } = info;
    const { headers, lifetimeMs } = metadata.data;
    return { key, integrity, path, size, headers: keptHeaders(headers), time, confirmed: row.confirmed, lifetimeMs };
  }

  /** When the answer of a key was stored; undefined if it is not. */
  timeOf(key: string): number | undefined {
    return this.#rows.get(key)?.time;
  }

  /** Records that the registry has revalidated the entry. */
  confirm(key: string): void {
    this.#rows.confirm(key, this.#options.now());
  }

  /** The verified content; undefined if it is missing or damaged, and then the entry is removed. */
  async read(entry: Entry): Promise<Readable | undefined> {
    try {
      const body = await (entry.size > MAX_IN_MEMORY_BYTES ? checkedFile(entry) : this.#checkedBytes(entry));
      this.#use(entry);
      return body;
    } catch {
      this.#damaged += 1;
      await this.#remove(entry.key, true);
      return undefined;
    }
  }

  /** Stores the content of a spool. @throws errors of the disk, `EINTEGRITY` */
  async put(key: string, spool: Spool, kept: { headers: KeptHeaders; lifetimeMs: number }): Promise<void> {
    if (!this.#isReady) return;
    const { folder, now } = this.#options;
    await this.#makeRoom(spool.size);
    // Remove the previous entry instead of overwriting it, since its index file would grow.
    if (this.#rows.has(key)) await this.#remove(key, false);
    const writing = cacache.put.stream(folder, key, { metadata: kept, size: spool.size });
    let integrity = '';
    writing.on('integrity', (found) => {
      integrity = String(found);
    });
    const done = writing.promise();
    done.catch(() => undefined);
    for await (const chunk of spool.read()) if (!writing.write(chunk)) await drained(writing, done);
    writing.end();
    await done;
    const time = now();
    this.#rows.add({ key, integrity, size: spool.size, time, confirmed: time, marked: time });
  }

  async #checkedBytes({ integrity, size }: Entry): Promise<Readable> {
    const bytes = await cacache.get.byDigest(this.#options.folder, integrity, { size, memoize: false });
    return Readable.from([bytes]);
  }

  #use({ key, path }: Entry): void {
    const row = this.#rows.use(key);
    const now = this.#options.now();
    if (row === undefined || now - row.marked < MARK_INTERVAL_MS) return;
    row.marked = now;
    utimes(path, now / 1000, now / 1000).catch(() => undefined);
  }

  async #makeRoom(size: number): Promise<void> {
    for (const key of this.#rows.over(this.#options.maxBytes, size)) await this.#remove(key, false);
  }

  /** Removes an entry. Its content is removed too, unless another key still uses it and it is intact. */
  async #remove(key: string, isDamaged: boolean): Promise<void> {
    const { folder } = this.#options;
    const row = this.#rows.remove(key);
    if (row === undefined) return;
    await removeEntry(folder, key, { removeFully: true }).catch(() => undefined);
    if (isDamaged || !this.#rows.hasContent(row.integrity)) {
      await cacache.rm.content(folder, row.integrity).catch(() => undefined);
    }
  }

  /** Reads the stored entries in the order of their last use. */
  async #readEntries(): Promise<void> {
    const { folder, maxBytes } = this.#options;
    await rm(join(folder, 'tmp'), { recursive: true, force: true });
    const found = new Map<string, { path: string; key: string; integrity: string; size: number; time: number }[]>();
    for await (const each of cacache.ls.stream(folder) as unknown as AsyncIterable<Listed>) {
      const same = found.get(each.path) ?? [];
      found.set(each.path, [...same, each]);
    }
    const used: { at: number; path: string }[] = [];
    for (const path of await filesBelow(join(folder, 'content-v2'))) {
      const status = await stat(path).catch(() => undefined);
      if (found.has(path) && status !== undefined) used.push({ at: status.mtimeMs, path });
      else await rm(path, { force: true });
    }
    for (const { at, path } of used.sort((a, b) => a.at - b.at)) {
      for (const { key, integrity, size, time } of found.get(path) ?? []) {
        this.#rows.add({ key, integrity, size, time, confirmed: time, marked: at });
      }
      found.delete(path);
    }
    for (const { key } of [...found.values()].flat()) await removeEntry(folder, key, { removeFully: true });
    for (const key of this.#rows.over(maxBytes, 0)) await this.#remove(key, false);
  }
}

interface Listed {
  readonly key: string;
  readonly integrity: string;
  readonly path: string;
  readonly size: number;
  readonly time: number;
}

async function drained(writing: NodeJS.EventEmitter, failed: Promise<void>): Promise<void> {
  await Promise.race([new Promise<void>((resolve) => writing.once('drain', resolve)), failed]);
}

/** Verifies the hash and returns the same open file, so that changes to its name in between have no effect. */
async function checkedFile({ path, integrity, size }: Entry): Promise<Readable> {
  const file = await open(path);
  try {
    const hash = ssri.create({ algorithms: ['sha512'] });
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let at = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead === 0) break;
      hash.update(piece.subarray(0, bytesRead));
      at += bytesRead;
    }
    if (at !== size || hash.digest().toString() !== integrity) throw new Error(`${path} is damaged`);
    return file.createReadStream({ start: 0, end: size - 1, autoClose: true });
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
