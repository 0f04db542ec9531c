import { readFile, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Redis } from 'ioredis';
import { checkKey, type LocalFile, type ObjectEntry, type ObjectStore, StoreError } from './object-store.js';

export interface RedisStoreOptions {
  /** The caller's, who closes it. */
  readonly redis: Redis;
  /** What precedes the key in Redis. */
  readonly prefix: string;
  /** How long an object is kept, in seconds. */
  readonly keptS: number;
  readonly now: () => number;
}

const SCANNED = 1_000;

/** Objects as hashes in Redis, for trials: each is in memory as a whole. */
export class RedisStore implements ObjectStore {
  readonly #options: RedisStoreOptions;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
  }

  async put(key: string, content: Buffer): Promise<void> {
    const { redis, keptS, now } = this.#options;
    const name = this.#name(key);
    const transaction = redis.multi().hset(name, { content, storedAt: now() }).expire(name, keptS);
    await guarded(async () => {
      for (const [error] of (await transaction.exec()) ?? []) if (error !== null) throw error;
    });
  }

  async take(key: string, { path }: LocalFile): Promise<void> {
    try {
      await this.put(key, await readFile(path));
    } finally {
      await rm(path, { force: true });
    }
  }

  async open(key: string): Promise<Readable> {
    const name = this.#name(key);
    const content = await guarded(() => this.#options.redis.hgetBuffer(name, 'content'));
    if (content === null) throw new StoreError('object-missing', 'no such object');
    return Readable.from([content], { objectMode: false });
  }

  async remove(key: string): Promise<void> {
    const name = this.#name(key);
    await guarded(() => this.#options.redis.unlink(name));
  }

  async *list(prefix = ''): AsyncIterable<ObjectEntry> {
    const { redis, prefix: own } = this.#options;
    const names = new Set<string>();
    let cursor = '0';
    do {
      const [next, found] = await guarded(() => redis.scan(cursor, 'MATCH', `${own}${prefix}*`, 'COUNT', SCANNED));
      for (const name of found) names.add(name);
      cursor = next;
    } while (cursor !== '0');
    for (const name of [...names].sort()) {
      const storedAt = await guarded(() => redis.hget(name, 'storedAt'));
      if (storedAt !== null) yield { key: name.slice(own.length), storedAt: Number(storedAt) };
    }
  }

  /** The queue, which is in the same Redis, tells of its absence. */
  async fault(): Promise<string | null> {
    return null;
  }

  #name(key: string): string {
    return this.#options.prefix + checkKey(key);
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StoreError('store-unavailable', 'the store of tarballs and reports (Redis) does not answer', {
      cause: error,
    });
  }
}
