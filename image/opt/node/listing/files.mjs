// Reads what packages and managers wrote on the disk. Packages are hostile: sizes are bounded, and nothing here throws.
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from './values.mjs';

/** @typedef {import('./types.d.ts').Manifest} Manifest */

const MAX_MANIFEST_BYTES = 1024 * 1024;

/**
 * The text of a file; undefined where it is none, can't be read, or is larger than `maxBytes`.
 * @param {string} file @param {number} maxBytes
 */
export function readText(file, maxBytes) {
  let fd;
  try {
    // Not blocking: a FIFO by that name must not hold the lister up.
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
    return realpathSync(path);
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
 * The packages of one node_modules folder, scoped ones too.
 * @param {string} modules @returns {{name: string, folder: string, isLink: boolean}[]}
 */
export function packagesIn(modules) {
  const found = [];
  for (const entry of entriesOf(modules)) {
    const isLink = entry.isSymbolicLink();
    if (entry.name.startsWith('.') || !(isLink || entry.isDirectory())) continue;
    const folder = join(modules, entry.name);
    if (!entry.name.startsWith('@')) {
      found.push({ name: entry.name, folder, isLink });
      continue;
    }
    for (const scoped of entriesOf(folder)) {
      const isScopedLink = scoped.isSymbolicLink();
      if (scoped.name.startsWith('.') || !(isScopedLink || scoped.isDirectory())) continue;
      found.push({ name: `${entry.name}/${scoped.name}`, folder: join(folder, scoped.name), isLink: isScopedLink });
    }
  }
  return found;
}
