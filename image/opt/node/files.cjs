// Files of a package besides those that Node would load by its name: what a bundler uses instead, and what another program may load
// by the file's own name (`require('pkg/register')`).
'use strict';
const { readdirSync } = require('node:fs');
const { join, normalize } = require('node:path');
const { shuffled } = require('./shuffled.cjs');

const CODE = /\.(?:js|cjs|mjs)$/;
/** In which a package without `exports` keeps what others ask for by its name. */
const PUBLIC = ['', 'lib'];
/** What builds or tests the package, and nobody loads. */
const TOOLS =
  /(?:^|\/)(?:\.|(?:gulpfile|gruntfile|test|tests|spec|bench|benchmark|example|examples)\.\w+$)|\.(?:config|test|spec|min|bundle)\.\w+$/i;
/** Fields of a manifest by which bundlers and other machines find their entry. */
const FIELDS = [
  'browser',
  'module',
  'react-native',
  'jsnext:main',
  'jsnext',
  'es2015',
  'esnext',
  'unpkg',
  'jsdelivr',
  'source',
  'worker',
  'electron',
  'deno',
  'bun',
];
const LIFECYCLE = ['preinstall', 'install', 'postinstall', 'prepare'];
const MAX_DEPTH = 4;
const MAX_LISTED = 4000;

/** @typedef {Record<string, any>} Manifest */

/**
 * Relative to the folder: first what the manifest names under any condition, then other files that may be loaded.
 * @param {string} folder @param {Manifest} manifest @returns {string[]}
 */
function otherFiles(folder, manifest) {
  const named = FIELDS.flatMap((field) => textsOf(manifest[field]));
  const exported = textsOf(manifest.exports);
  const plain = [...named, ...exported].filter((file) => !file.includes('*')).map(normalize);
  const patterns = exported.filter((file) => file.includes('*')).map(normalize);
  const files = patterns.length === 0 && manifest.exports !== undefined ? [] : filesIn(folder);
  const open =
    manifest.exports === undefined
      ? files.filter((file) => PUBLIC.includes(file.split('/').slice(0, -1).join('/')) && !isRun(file, manifest))
      : files.filter((file) => patterns.some((pattern) => isMatch(file, pattern)));
  const inside = plain.filter((file) => CODE.test(file) && !file.startsWith('..') && !file.startsWith('/'));
  return [...new Set([...inside, ...shuffled(open.filter((file) => !TOOLS.test(file)))])];
}

/** Every text in nested conditions, lists and maps. @param {any} value @returns {string[]} */
function textsOf(value) {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsOf);
}

/** What an install runs, and what is asked for help, was seen there. @param {string} file @param {Manifest} manifest */
function isRun(file, { bin, scripts }) {
  const commands = LIFECYCLE.map((name) => String(scripts?.[name] ?? ''));
  return textsOf(bin).some((one) => normalize(one) === file) || commands.some((command) => command.includes(file));
}

/** @param {string} file @param {string} pattern */
function isMatch(file, pattern) {
  const [before = '', ...rest] = pattern.split('*');
  return file.startsWith(before) && file.endsWith(rest.at(-1) ?? '') && file.length > before.length;
}

/** @param {string} folder @returns {string[]} */
function filesIn(folder) {
  /** @type {string[]} */
  const found = [];
  const look = (/** @type {string} */ below, /** @type {number} */ depth) => {
    try {
      for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
        if (found.length >= MAX_LISTED || entry.name === 'node_modules') continue;
        const path = join(below, entry.name);
        if (entry.isDirectory() && depth > 1) look(path, depth - 1);
        else if (entry.isFile() && CODE.test(entry.name)) found.push(path);
      }
    } catch {
      // A folder that is not there any more.
    }
  };
  look('', MAX_DEPTH);
  return found;
}

module.exports = { otherFiles };
