// Which entry of yarn 1's record lies in which folder.
import { relative } from 'node:path';
import { linkedTo } from './origin.mjs';
import { isSameVersion, textOf, textsOf } from './values.mjs';
import { reachable } from './yarn-entries.mjs';

/**
 * @typedef {import('./types.d.ts').Found} Found
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./yarn-entries.mjs').Entry} Entry
 */

/** Finds the entries that lie in folders. */
export class YarnFolders {
  #project;
  #entries;
  #workspaces;
  /** @type {Map<string, Entry[]>} */
  #byName = new Map();
  /** @type {Map<Found, Entry | undefined>} */
  #found = new Map();
  /** @type {Map<Entry, Set<Entry>>} */
  #closures = new Map();

  /** @param {string} project @param {ReadonlyMap<string, Entry>} entries @param {ReadonlySet<string>} workspaces */
  constructor(project, entries, workspaces) {
    this.#project = project;
    this.#entries = entries;
    this.#workspaces = workspaces;
    for (const entry of new Set(entries.values())) {
      this.#byName.set(entry.name, [...(this.#byName.get(entry.name) ?? []), entry]);
    }
  }

  /** @param {Found} found @returns {Recorded | undefined} */
  lookUp(found) {
    if (found.isLink) {
      const link = this.#byName.get(found.name)?.find(({ isLink }) => isLink);
      if (link === undefined && !this.#workspaces.has(found.name)) return undefined;
      const delivered = linkedTo(link ? 'link' : 'workspace', found.name, relative(this.#project, found.folder));
      return { ...delivered, version: null, dependencies: [], optionalDependencies: [] };
    }
    return this.#entryOf(found)?.recorded;
  }

  /**
   * A folder inside of another package is yarn's only where that package needs what is in it: it may as well have come in its
   * tarball, and then it can have the name and version of any other package.
   * @param {Found} found @returns {Entry | undefined}
   */
  #entryOf(found) {
    if (this.#found.has(found)) return this.#found.get(found);
    const { name, within, manifest } = found;
    let candidates = (this.#byName.get(name) ?? []).filter(({ isLink }) => !isLink);
    if (within !== undefined && !within.isLink) {
      const around = bundles(within, name) ? undefined : this.#entryOf(within);
      const closure = around === undefined ? new Set() : this.#closureOf(around);
      candidates = candidates.filter((entry) => closure.has(entry));
    }
    const version = textOf(manifest?.version);
    const same = candidates.filter(({ recorded }) => isSameVersion(recorded.version, version));
    const [only] = candidates.length === 1 ? candidates : [];
    // Of several candidates, the least trusted one.
    const entry = same.find(({ recorded }) => recorded.from.kind !== 'registry') ?? same[0] ?? only;
    this.#found.set(found, entry);
    return entry;
  }

  /** @param {Entry} entry */
  #closureOf(entry) {
    const known = this.#closures.get(entry);
    if (known !== undefined) return known;
    /** @param {Entry} entry */
    const below = ({ needs, wants }) => [...needs, ...wants];
    const closure = reachable(this.#entries, below(entry), below);
    this.#closures.set(entry, closure);
    return closure;
  }
}

/** @param {Found} found @param {string} name */
function bundles({ manifest = {} }, name) {
  const declared = manifest.bundleDependencies ?? manifest.bundledDependencies;
  return declared === true || textsOf(declared).includes(name);
}
