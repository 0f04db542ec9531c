// Removes from a project's files what would stop its package manager or hide packages, and what neither flags nor variables
// can override: `node sanitize.mjs PROJECT TOP REMOVALS`, the last one the JSON of `Removals` (src/ecosystems/node/sanitize.ts). TOP is
// the folder that the archive was unpacked to. Prints what was taken out, one line each, for the report.
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_LOCK_BYTES = 128 * 1024 * 1024;
const MAX_DEPTH = 32;
const MAX_NAME_CHARS = 100;

const [project = '', top = '', plan = '{}'] = process.argv.slice(2);
/** @type {{guards?: string[][], manifest?: string[][], otherManifests?: string[][], locked?: string[], npmrc?: string, yarnrcYml?: string[], yarnrcYmlInner?: string[], yarnrc?: string}} */
const removals = JSON.parse(plan);

/** @typedef {{text: string, taken: string[]}} Change */

/** @param {string} line */
function print(line) {
  console.log(line);
}

/**
 * Only plain files are changed, and only if something is removed.
 * @param {string} file @param {(text: string) => Change} change @param {(line: string) => void} name @param {number} maxBytes
 */
function edit(file, change, name = print, maxBytes = MAX_BYTES) {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > maxBytes) return;
  const { text, taken } = change(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  if (taken.length === 0) return;
  writeFileSync(file, text);
  for (const what of new Set(taken)) name(`${what} of ${relative(project, file)}`);
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * Deletes the members at a path and returns their names.
 * @param {unknown} holder @param {string[]} path @param {string} before @returns {string[]}
 */
function deleted(holder, [first = '', ...rest], before = '') {
  if (!isRecord(holder)) return [];
  const names = first === '*' ? Object.keys(holder) : Object.hasOwn(holder, first) ? [first] : [];
  return names.flatMap((name) => {
    const path = `${before}${name.slice(0, MAX_NAME_CHARS)}`;
    if (rest.length > 0) return deleted(holder[name], rest, `${path}.`);
    delete holder[name];
    return [path];
  });
}

/**
 * A manifest that is not JSON is left unchanged: the program that reads it reports the error.
 * @param {string[][]} paths @returns {(text: string) => Change}
 */
function withoutMembers(paths) {
  return (text) => {
    try {
      const manifest = JSON.parse(text);
      const taken = paths.flatMap((path) => deleted(manifest, path));
      return { text: `${JSON.stringify(manifest, null, 2)}\n`, taken };
    } catch {
      return { text, taken: [] };
    }
  };
}

/**
 * Of a lock file of npm's, in what it says of folders that are the project's own.
 * @param {string[]} members @returns {(text: string) => Change}
 */
function withoutLocked(members) {
  return (text) => {
    try {
      const lock = JSON.parse(text);
      const own = Object.keys(isRecord(lock.packages) ? lock.packages : {}).filter(
        (key) => !key.includes('node_modules/'),
      );
      const taken = own.flatMap((key) => members.flatMap((name) => deleted(lock, ['packages', key, name])));
      return { text: `${JSON.stringify(lock, null, 2)}\n`, taken };
    } catch {
      return { text, taken: [] };
    }
  };
}

/** @param {string} folder @param {number} depth @param {(file: string) => void} visit */
function eachManifestBelow(folder, depth, visit) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < MAX_DEPTH && entry.name !== 'node_modules' && entry.name !== '.git') {
      eachManifestBelow(path, depth + 1, visit);
    } else if (entry.name === 'package.json' && folder !== project) visit(path);
  }
}

/**
 * Of yarn 1's settings, which it adds to its flags.
 * @param {string} kept @returns {(text: string) => Change}
 */
function withoutSettings(kept) {
  const stays = new RegExp(`^\\s*(?:#|$)|^\\s*"?(?:${kept})"?(?:\\s|:)`);
  return (text) => {
    const lines = text.split(/\r?\n/);
    const taken = lines.filter((line) => !stays.test(line));
    return {
      text: lines.filter((line) => stays.test(line)).join('\n'),
      taken: taken.map((line) => line.trim().split(/[\s:]/, 1).join().slice(0, MAX_NAME_CHARS)),
    };
  };
}

/**
 * Of the settings that every manager of node_modules reads.
 * @param {string} pattern of the lines that go @returns {(text: string) => Change}
 */
function withoutLines(pattern) {
  const goes = new RegExp(pattern);
  return (text) => {
    const lines = text.split(/\r?\n/);
    const taken = lines.filter((line) => goes.test(line));
    return {
      text: lines.filter((line) => !goes.test(line)).join('\n'),
      taken: taken.map((line) => (line.split('=', 1)[0] ?? '').trim().slice(0, MAX_NAME_CHARS)),
    };
  };
}

const TOP_LEVEL_KEY = /^(["']?)([\w@./-]+)\1\s*:/;

/** @param {string[]} keys @param {string[]} innerKeys whose value is on their line @returns {(text: string) => Change} */
function withoutKeys(keys, innerKeys) {
  return (text) => {
    const kept = [];
    const taken = [];
    let skipping = false;
    let hasKey = false;
    for (const line of text.split(/\r?\n/)) {
      const key = TOP_LEVEL_KEY.exec(line)?.[2];
      hasKey ||= key !== undefined;
      const isPlain =
        key !== undefined || /^(\s*#|\s*$|---\s*$)/.test(line) || (hasKey && /^(\s|-\s|[}\]])/.test(line));
      // A mapping in braces or deeper in, an anchor, a tag: YAML that could hold anything.
      if (!isPlain) return { text: '', taken: ['everything (it is not written in lines of `key: value`)'] };
      if (key !== undefined) {
        skipping = keys.includes(key);
        if (skipping) taken.push(key);
      }
      const inner = /^\s+(["']?)(\w+)\1\s*:/.exec(line)?.[2] ?? '';
      if (!skipping && innerKeys.includes(inner)) taken.push(inner);
      else if (!skipping) kept.push(line);
    }
    return { text: kept.join('\n'), taken };
  };
}

/** From the root's folder up to the archive's, as yarn reads them. @param {string} name @param {(text: string) => Change} change */
function editUpwards(name, change) {
  for (let folder = project; folder.startsWith(top); folder = dirname(folder)) edit(join(folder, name), change);
}

const { guards = [], manifest = [], otherManifests = [], locked = [] } = removals;
const { npmrc = '', yarnrcYml = [], yarnrcYmlInner = [], yarnrc = '' } = removals;
if (guards.length > 0) edit(join(project, 'package.json'), withoutMembers(guards), () => {});
if (manifest.length > 0) edit(join(project, 'package.json'), withoutMembers(manifest));
if (otherManifests.length > 0) {
  eachManifestBelow(project, 0, (file) => edit(file, withoutMembers(otherManifests)));
}
for (const file of locked.length > 0 ? ['npm-shrinkwrap.json', 'package-lock.json'] : []) {
  edit(join(project, file), withoutLocked(locked), () => {}, MAX_LOCK_BYTES);
}
if (npmrc !== '') editUpwards('.npmrc', withoutLines(npmrc));
if (yarnrcYml.length > 0) editUpwards('.yarnrc.yml', withoutKeys(yarnrcYml, yarnrcYmlInner));
if (yarnrc !== '') editUpwards('.yarnrc', withoutSettings(yarnrc));
