// Reads what packages and managers wrote on the disk. Packages are hostile: sizes are bounded, and nothing here throws.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from './values.mjs';

/** @typedef {import('./types.d.ts').Manifest} Manifest */

const MAX_MANIFEST_BYTES = 1024 * 1024;

/**
 * The text of a file; undefined if it is no file, can't be read, or is larger than `maxBytes`.
 * @param {string} file @param {number} maxBytes
 */
export function readText(file, maxBytes) {
  let fd;
  try {
    // Non-blocking: a FIFO with that name must not block the lister.
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > maxBytes) return undefined;
    const buffer = Buffer.alloc(stat.size);
    let length = 0;
    for (let read = -1; read !== 0 && length < stat.size; length += read) {
      read = readSync(fd, buffer, length, stat.size - length, length);
    }
    return buffer.toString('utf8', 0, length).replace(/^\uFEFF/, '');
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/**
 * The package.json of a folder; undefined where it has none that can be read.
 * @param {string} folder @returns {Manifest | undefined}
 */
export function readManifest(folder) {
  const text = readText(join(folder, 'package.json'), MAX_MANIFEST_BYTES);
  if (text === undefined) return undefined;
  try {
    const manifest = JSON.parse(text);
    return isRecord(manifest) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A path with its links resolved; undefined where it leads nowhere.
 * @param {string} path
 */
export function realPathOf(path) {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/**
 * What a folder holds, sorted by name; nothing where it can't be read.
 * @param {string} folder
 */
export function entriesOf(folder) {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

/**
 * The packages of one node_modules folder, scoped ones too. What a link to a scope leads to comes last: it may be in a place
 * of its own as well.
 * @param {string} modules @returns {{name: string, folder: string, isLink: boolean}[]}
 */
export function packagesIn(modules) {
  const entries = foldersIn(modules);
  const scopes = entries.filter(({ name }) => name.startsWith('@'));
  return [
    ...scopes.filter(({ isLink }) => !isLink).flatMap(packagesOf),
    ...entries.filter(({ name }) => !name.startsWith('@')),
    ...scopes.filter(({ isLink }) => isLink).flatMap(packagesOf),
  ];
}

/** @param {{name: string, folder: string}} scope */
function packagesOf(scope) {
  const inside = foldersIn(scope.folder).filter(({ name }) => !name.startsWith('@'));
  return inside.map(({ name, ...place }) => ({ name: `${scope.name}/${name}`, ...place }));
}

/** @param {string} parent */
function foldersIn(parent) {
  return entriesOf(parent)
    .filter((entry) => !entry.name.startsWith('.') && (entry.isSymbolicLink() || entry.isDirectory()))
    .map((entry) => ({ name: entry.name, folder: join(parent, entry.name), isLink: entry.isSymbolicLink() }));
}
