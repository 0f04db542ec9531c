// What yarn 1 resolved, as a graph: an entry is what one or more patterns (`is-odd@^3.0.0`) led to.
import { deliveredFrom, linkedTo } from './origin.mjs';
import { isName, textOf, versionOf } from './values.mjs';

/**
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./types.d.ts').Registries} Registries
 * @typedef {import('./yarn-lock.mjs').LockEntry} LockEntry
 */

/**
 * `name`: what dependents call it, and so its folder; `needs` and `wants`: the patterns that it must have, and may do without.
 * @typedef {{name: string, isLink: boolean, recorded: Recorded, needs: readonly string[], wants: readonly string[]}} Entry
 */

/**
 * `@a/b` of `@a/b@^1.0.0`.
 * @param {string} pattern
 */
export function nameIn(pattern) {
  return pattern.slice(0, Math.max(0, pattern.indexOf('@', 1)));
}

/**
 * `resolved`: the address that each pattern led to; `lock`: what the lock file has beside it.
 * @param {Readonly<Record<string, unknown>>} resolved @param {ReadonlyMap<string, LockEntry>} lock
 * @param {Registries} registries @returns {Map<string, Entry>} by pattern
 */
export function entriesOf(resolved, lock, registries) {
  /** @type {Map<LockEntry | string, Entry>} */
  const made = new Map();
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  for (const [pattern, address] of Object.entries(resolved)) {
    const name = nameIn(pattern);
    if (!isName(name)) continue;
    const locked = lock.get(pattern);
    // Patterns with other names for one address (aliases) lie in folders of their own.
    const key = `${name}\n${locked?.fields.get('version')}\n${textOf(address) ?? pattern}`;
    const entry = made.get(key) ?? newEntry(name, pattern, textOf(address), locked, registries);
    made.set(key, entry);
    entries.set(pattern, entry);
  }
  return entries;
}

/**
 * @param {string} name @param {string} pattern @param {string | undefined} address
 * @param {LockEntry | undefined} locked @param {Registries} registries @returns {Entry}
 */
function newEntry(name, pattern, address, locked, registries) {
  const range = pattern.slice(name.length + 1);
  const isLink = range.startsWith('link:');
  const { needs, wants } = { needs: locked?.dependencies ?? [], wants: locked?.optionalDependencies ?? [] };
  const plain = address?.startsWith('git') ? address : address?.replace(/#[0-9a-f]{40}$/, '');
  const integrity = locked?.fields.get('integrity') ?? sha1Of(address);
  const delivered = isLink
    ? linkedTo('link', name, range.slice('link:'.length))
    : deliveredFrom({ address: plain ?? range, integrity, name, registries });
  const version = isLink ? null : versionOf(locked?.fields.get('version') ?? /-(\d[^/]*)\.tgz$/.exec(plain ?? '')?.[1]);
  const names = {
    dependencies: needs.map(nameIn).filter(isName),
    optionalDependencies: wants.map(nameIn).filter(isName),
  };
  return { name, isLink, needs, wants, recorded: { ...delivered, version, ...names } };
}

/**
 * The hash that old lock files have behind the address, as other records write it.
 * @param {string | undefined} address
 */
function sha1Of(address) {
  const hex = /^(?!git).*#([0-9a-f]{40})$/.exec(address ?? '')?.[1];
  return hex === undefined ? undefined : `sha1-${Buffer.from(hex, 'hex').toString('base64')}`;
}

/**
 * The entries that patterns lead to, and all that those lead to in turn.
 * @param {ReadonlyMap<string, Entry>} entries @param {readonly string[]} patterns
 * @param {(entry: Entry) => readonly string[]} next @returns {Set<Entry>}
 */
export function reachable(entries, patterns, next) {
  /** @type {Set<Entry>} */
  const reached = new Set();
  const waiting = [...patterns];
  for (let pattern = waiting.pop(); pattern !== undefined; pattern = waiting.pop()) {
    const entry = entries.get(pattern);
    if (entry === undefined || reached.has(entry)) continue;
    reached.add(entry);
    waiting.push(...next(entry));
  }
  return reached;
}
