// The packages on the disk in a project's node_modules folders, independent of any record.
import { statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { entriesOf, packagesIn, readManifest, realPathOf } from './files.mjs';

/**
 * @typedef {import('./types.d.ts').Found} Found
 * @typedef {import('./types.d.ts').InstallRecord} InstallRecord
 */

const MAX_PACKAGES = 50_000;
const MAX_DEPTH = 64;

/** Walks through the node_modules folders, each real folder once. */
export class Disk {
  #project;
  /** @type {Map<string, Found>} */
  #found = new Map();
  /** Whether there was more than is listed. */
  isCut = false;

  /** @param {string} project absolute, with links resolved @param {InstallRecord} record */
  constructor(project, record) {
    this.#project = project;
    for (const folder of [project, ...record.workspaces]) {
      this.#visitRoot(folder);
      if (record.store !== null) this.#visitStore(join(folder, 'node_modules', record.store));
    }
  }

  /** The project first, then what lies on the way through the folders. */
  get packages() {
    return [...this.#found.values()];
  }

  /** @param {Omit<Found, 'manifest'>} place @returns {Found} */
  #add(place) {
    const found = { ...place, manifest: readManifest(place.folder) };
    this.#found.set(place.folder, found);
    return found;
  }

  /**
   * The project, or a workspace that no link leads to.
   * @param {string} folder
   */
  #visitRoot(folder) {
    if (this.#found.has(folder)) return;
    const path = relative(this.#project, folder) || '.';
    const root = this.#add({ folder, path, name: basename(folder), isLink: false, within: undefined });
    this.#visitModules(join(folder, 'node_modules'), folder === this.#project ? undefined : root, 0);
  }

  /** @param {string} modules @param {Found | undefined} within @param {number} depth */
  #visitModules(modules, within, depth) {
    // A node_modules that is a link belongs to another place.
    if (depth > MAX_DEPTH || realPathOf(modules) !== modules) return;
    for (const { name, folder: place, isLink } of packagesIn(modules)) {
      const folder = realPathOf(place);
      if (folder === undefined || this.#found.has(folder) || !isFolder(folder)) continue;
      if (this.#found.size > MAX_PACKAGES) {
        this.isCut = true;
        return;
      }
      const path = relative(this.#project, modules === join(this.#project, 'node_modules') ? place : folder);
      const isPackage = isLink || entriesOf(folder).some((entry) => entry.name !== 'node_modules');
      const found = isPackage ? this.#add({ folder, path, name, isLink, within }) : within;
      this.#visitModules(join(folder, 'node_modules'), found, depth + 1);
    }
  }

  /**
   * A folder of folders, each with a node_modules of its own.
   * @param {string} store
   */
  #visitStore(store) {
    for (const entry of entriesOf(store)) {
      if (entry.isDirectory()) this.#visitModules(join(store, entry.name, 'node_modules'), undefined, 1);
    }
  }
}

/** @param {string} path */
function isFolder(path) {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
