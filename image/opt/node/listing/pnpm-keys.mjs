// The keys of pnpm's lock file, e.g. `is-odd@3.0.1`, `a@file:a.tgz`, `b@1.0.0(react@18.0.0)`, and the folders that they get in
// `node_modules/.pnpm` (https://github.com/pnpm/pnpm, packages/dependency-path; what pnpm 12 adds was tried with 12.21).
import { createHash } from 'node:crypto';
import { deliveredFrom, fromRegistry } from './origin.mjs';
import { recordOf, textOf } from './values.mjs';

/** @typedef {import('./types.d.ts').Registries} Registries */

/** The hash in a folder's name that replaces what was cut off or would be ambiguous. */
const HASHED = /_([0-9a-f]{32})$/;

/** The folders in a `.pnpm`, by the keys that they are made from. */
export class PnpmFolders {
  /** @type {Map<string, string>} */
  #keys = new Map();

  /** @param {string} key */
  add(key) {
    const plain = this.folderOf(key);
    this.#keys.set(plain, key);
    for (const text of [key, plain]) this.#keys.set(hashOf(text), key);
  }

  /**
   * The key that a folder was made from.
   * @param {string} folder its name in `.pnpm`
   */
  keyOf(folder) {
    return this.#keys.get(folder) ?? this.#keys.get(HASHED.exec(folder)?.[1] ?? '');
  }

  /**
   * What a folder is called where its name is short and plain.
   * @param {string} key
   */
  folderOf(key) {
    const plain = key.replace(/[\\/:*?"<>|#]/g, '+');
    return plain.includes('(') ? plain.replace(/\)$/, '').replace(/\)\(|[()]/g, '_') : plain;
  }
}

/** @param {string} text */
function hashOf(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/**
 * The key without the peers that a package was given, as the lock file's `packages` have it.
 * @param {string} key
 */
export function packageKey(key) {
  const cut = key.indexOf('(');
  return cut < 0 ? key : key.slice(0, cut);
}

/**
 * Where the package of a key came from. `storeName`: the folder that it has in its place of the store, by its manifest's name.
 * `aliases`: what those who depend on a key call it; `base`: the lock file's folder relative to the project.
 * @param {string} key @param {Readonly<Record<string, unknown>>} entry
 * @param {{aliases: ReadonlyMap<string, string>, registries: Registries, base: string}} context
 */
export function deliver(key, entry, { aliases, registries, base }) {
  const plain = packageKey(key);
  const at = plain.indexOf('@', 1);
  const storeName = at < 0 ? plain : plain.slice(0, at);
  const reference = at < 0 ? '' : plain.slice(at + 1);
  const resolution = recordOf(entry.resolution);
  const tarball = textOf(resolution.tarball);
  // A patched package is no longer what the hash is of.
  const integrity = key.includes('(patch_hash=') ? undefined : resolution.integrity;
  const version = /^\d[^:]*$/.test(reference) ? reference : null;
  if (version !== null && tarball === undefined) return { ...fromRegistry(storeName, integrity), storeName, version };
  const name = aliases.get(key) ?? storeName;
  const address = resolution.type === 'git' ? gitAddress(resolution) : (tarball ?? reference);
  const delivered = deliveredFrom({ address, integrity, name, registries, base });
  if (resolution.gitHosted !== 'true') return { ...delivered, storeName, version };
  return { ...delivered, from: { ...delivered.from, kind: /** @type {const} */ ('git') }, storeName, version };
}

/** @param {Readonly<Record<string, unknown>>} resolution */
function gitAddress({ repo, commit }) {
  const address = `${String(repo)}#${String(commit)}`;
  return /^(?:git|ssh)/.test(address) ? address : `git+${address}`;
}
