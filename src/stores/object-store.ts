import type { Readable } from 'node:stream';

/** A local file that is moved into a store. */
export interface LocalFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of its content, as hex digits. */
  readonly sha256: string;
}

/** An object in a list. */
export interface ObjectEntry {
  readonly key: string;
  /** When it was stored, in milliseconds since the epoch. */
  readonly storedAt: number;
}

/**
 * Keeps objects of one kind (tarballs, reports), each written once as a whole. Keys consist of letters, digits, `.`, `-`, with at most one
 * `/`. All methods but `fault` reject with StoreError.
 */
export interface ObjectStore {
  /** Resolves when the object is durable; an earlier one with this key is replaced. Leaves nothing behind when it rejects. */
  put(key: string, content: Buffer): Promise<void>;
  /** The same with the content of a file, which is gone afterwards, also when it rejects. */
  take(key: string, file: LocalFile): Promise<void>;
  /** @throws StoreError `object-missing` */
  open(key: string): Promise<Readable>;
  /** No error if there is no such object. */
  remove(key: string): Promise<void>;
  /** The objects whose keys begin with `prefix`, in the order of their keys. */
  list(prefix?: string): AsyncIterable<ObjectEntry>;
  /** Why the store can't be used at the moment; null if it can. Never rejects. */
  fault(): Promise<string | null>;
}

/**
 * `store-unavailable`: it can't be used at the moment, which `message` explains; a later try may succeed. `object-missing`: it has no such
 * object. `object-damaged`: the object is not as it was stored. `bad-key`: not a key.
 */
export type StoreErrorCode = 'store-unavailable' | 'object-missing' | 'object-damaged' | 'bad-key';

/** A store can't do what was asked. `message` names no secret, and clients may read it. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

const KEY = /^(?:[\w-][\w.-]{0,99}\/)?[\w-][\w.-]{0,99}$/;

/** @throws StoreError `bad-key` for what could lead out of the store's folder */
export function checkKey(key: string): string {
  if (!KEY.test(key)) throw new StoreError('bad-key', 'not the key of an object');
  return key;
}
