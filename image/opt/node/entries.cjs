// Loads a package the way a program that uses it would. Both ways in are taken, since a package may hold different code for
// require and for import; then its `exports` subpaths.
'use strict';
const { readFileSync } = require('node:fs');
const { builtinModules, createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const { otherFiles } = require('./files.cjs');
const { shuffled } = require('./shuffled.cjs');

const MAX_SUBPATHS = 64;
// After this long no further subpath is begun: the package's own entry is what matters.
const SUBPATHS_MS = 3000;
const MAX_ERROR_CHARS = 300;
/** Node, and the program that it runs. */
const STARTED = process.argv.slice(0, 2);

/**
 * `import(name)` as a module of that folder would do it: resolution starts there, not at this file.
 * @param {string} folder @param {string} name @returns {Promise<unknown>}
 */
function importFrom(folder, name) {
  // Node warns once that this constant is experimental; nobody who reads a report's log is helped by it.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  const dynamicImport = vm.runInThisContext('(name) => import(name)', {
    filename: join(folder, 'main.js'),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  process.emitWarning = emitWarning;
  return dynamicImport(name);
}

/** @param {unknown} error */
function messageOf(error) {
  let text;
  try {
    text = String(/** @type {{message?: unknown} | null | undefined} */ (error)?.message ?? error);
  } catch {
    text = 'an error that can not be shown';
  }
  return text.split('\n', 1).join().slice(0, MAX_ERROR_CHARS);
}

/** @param {string} folder @returns {{name?: unknown, exports?: unknown}} */
function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    return {};
  }
}

/** In random order: many before one must not hide it each time. @param {{exports?: unknown}} manifest */
function subpathsOf({ exports }) {
  if (exports === null || typeof exports !== 'object' || Array.isArray(exports)) return [];
  const all = Object.keys(exports).filter(
    (key) => key.startsWith('./') && !key.includes('*') && !key.endsWith('/') && !/\.(json|css|d\.ts)$/.test(key),
  );
  return (all.length > MAX_SUBPATHS ? shuffled(all) : all).slice(0, MAX_SUBPATHS);
}

/** @param {string} target @param {string} project */
function folderOf(target, project) {
  return target.startsWith('/') ? target : join(project, 'node_modules', target);
}

/**
 * Where the package is looked for, under which name, and its manifest. A direct dependency is found by name from the project,
 * another package by its folder.
 * @param {string} target @param {string} project
 */
function locate(target, project) {
  const isFolder = target.startsWith('/');
  const folder = folderOf(target, project);
  const manifest = readManifest(folder);
  if (!isFolder) return { from: project, name: target, manifest };
  // Only a package with `exports` can name itself; of the others the folder is the name.
  const name = manifest.exports !== undefined && typeof manifest.name === 'string' ? manifest.name : folder;
  return { from: folder, name, manifest };
}

/**
 * @param {string} from @param {string} specifier
 * @returns {Promise<{error: string | null, modules: unknown[]}>}
 */
async function loadEntry(from, specifier) {
  const requireFrom = createRequire(join(from, 'package.json'));
  const errors = [];
  const modules = [];
  try {
    modules.push(requireFrom(specifier));
  } catch (error) {
    errors.push(error);
  }
  try {
    // A folder is no name for `import`, and a trailing slash neither.
    const isFile = specifier.startsWith('/') || specifier.endsWith('/');
    modules.push(await importFrom(from, isFile ? pathToFileURL(requireFrom.resolve(specifier)).href : specifier));
  } catch (error) {
    errors.push(error);
  }
  return { error: errors.length === 2 ? messageOf(errors[0]) : null, modules };
}

/**
 * Loads the package's own entry and its subpaths. `tell` is called for each; resolves with what they export.
 * @param {string} target @param {string} project @param {(entry: string, error: string | null) => void} tell
 * @returns {Promise<unknown[]>}
 */
async function loadPackage(target, project, tell) {
  const { from, name, manifest } = locate(target, project);
  // A package may be called like a module of Node's own (`events`, `process`), which would be found first.
  const { error, modules } = await loadEntry(from, builtinModules.includes(name) ? `${name}/` : name);
  tell('.', error);
  const started = Date.now();
  for (const subpath of subpathsOf(manifest)) {
    if (Date.now() - started > SUBPATHS_MS) break;
    const loaded = await loadEntry(from, `${manifest.name}${subpath.slice(1)}`);
    tell(subpath, loaded.error);
    modules.push(...loaded.modules);
  }
  return modules;
}

/**
 * Loads what bundlers, and programs that ask for a file by its name, take of the package. Resolves with what the files export, and
 * how many there was no time for.
 * @param {string} target @param {string} project @param {number} ms
 * @returns {Promise<{modules: unknown[], left: number}>}
 */
async function loadOtherFiles(target, project, ms) {
  const folder = folderOf(target, project);
  const files = otherFiles(folder, readManifest(folder));
  const end = Date.now() + ms;
  const modules = [];
  for (const [at, file] of files.entries()) {
    if (Date.now() > end) return { modules, left: files.length - at };
    modules.push(await loadFile(join(folder, file)));
  }
  return { modules, left: 0 };
}

/**
 * The files of a package that others may ask for: its entry, then those of `loadOtherFiles`.
 * @param {string} target @param {string} project @returns {string[]}
 */
function filesOf(target, project) {
  const folder = folderOf(target, project);
  const { from, name, manifest } = locate(target, project);
  const others = otherFiles(folder, manifest).map((file) => join(folder, file));
  try {
    return [...new Set([createRequire(join(from, 'package.json')).resolve(name), ...others])];
  } catch {
    return others;
  }
}

/** Undefined where it can't be loaded. @param {string} file @returns {Promise<unknown>} */
async function loadFile(file) {
  // It runs in any case. Without an argument a tool would do its work: an assistant begins a session with the credentials that it finds.
  const isAsked = isProgram(file);
  if (isAsked) setArguments(['--help']);
  try {
    return createRequire(file)(file);
  } catch {
    // What is written for `import` alone, or needs what is not here.
  }
  try {
    return await importFrom(dirname(file), pathToFileURL(file).href);
  } catch {
    return undefined;
  } finally {
    if (isAsked) setArguments([]);
  }
}

/** @param {readonly string[]} args */
function setArguments(args) {
  try {
    process.argv = [...STARTED, ...args];
  } catch {
    // The package has fixed them.
  }
}

/** Whether it begins with `#!`: it is made to be started, not to be loaded. @param {string} file */
function isProgram(file) {
  try {
    return readFileSync(file).subarray(0, 2).toString() === '#!';
  } catch {
    return false;
  }
}

module.exports = { filesOf, loadOtherFiles, loadPackage, messageOf };
