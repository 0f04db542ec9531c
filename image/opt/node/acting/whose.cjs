// Finds whose code acts, from the stack: the innermost file of a package. Everything used here is saved before any package runs;
// lists are read by index, because iteration uses `Array.prototype`, which a package may have changed.
'use strict';
const { createHook } = require('node:async_hooks');
const { openSync } = require('node:fs');
const { fileURLToPath } = require('node:url');
// Newer than the types that check this file.
const { getCallSites } = /** @type {any} */ (require('node:util'));

const { apply } = Reflect;
const { indexOf, lastIndexOf, slice, startsWith } = String.prototype;
const { hexSlice } = /** @type {any} */ (Buffer.prototype);
const bytesOf = Buffer.from.bind(Buffer);
const NativeURL = URL;
const href = /** @type {() => string} */ (Object.getOwnPropertyDescriptor(URL.prototype, 'href')?.get);

/** How far a stack is looked at: as far as whoever called us (`innermost`, `begin` and the trap are ours), where a package's file mostly is, as far as Node allows. */
const CALLER = 4;
const NEAR = 12;
const FAR = 200;
const IN_MODULES = '/node_modules/';
const NODES_OWN = 'node:';
const LOADER = 'node:internal/modules/';
/** Marks of single files and hosts are many where a package reads many; this many are enough. */
const MAX_LABELS = 2000;
/** What the runtime does in a package's name, and is not done yet. */
const MAX_OWNED = 20_000;

/** A dictionary whose members nobody else can set. @returns {any} */
const dictionary = () => ({ __proto__: null });

/** @param {string} secret @param {string} project */
function whoseCode(secret, project) {
  const root = `${project}/`;
  const keys = dictionary();
  const written = dictionary();
  const labelled = dictionary();
  let labels = 0;
  let owned = dictionary();
  let ownedCount = 0;
  let last = '';
  /** Folder of the package in whose name the runtime works on. @type {string | null} */
  let within = null;
  let isLoading = false;

  /** @param {string} file @returns {string | null} */
  const folderOf = (file) => {
    const known = keys[file];
    if (known !== undefined) return known;
    const folder = packageFolder(file, root);
    keys[file] = folder;
    return folder;
  };

  /** @param {string} folder @param {string} [label] */
  const mark = (folder, label) => {
    if (label === undefined && folder === last) return;
    last = folder;
    written[folder] ??= apply(hexSlice, bytesOf(folder), []);
    try {
      openSync(`/opt/ci/at/${secret}/${written[folder]}${label === undefined ? '' : `.${label}`}`, 'r');
    } catch {
      // There is no such file.
    }
  };

  /**
   * The folder of the package whose code is the innermost; the other packages in the stack are marked as present. Undefined if the
   * module loader asks, null where no package's file is in the stack.
   * @returns {string | null | undefined}
   */
  const innermost = () => {
    const caller = getCallSites(CALLER)[CALLER - 1]?.scriptName ?? '';
    if (apply(startsWith, caller, [LOADER])) return undefined;
    if (within !== null && apply(startsWith, caller, [NODES_OWN])) return within;
    if (folderOf(caller) === last) return last;
    const near = getCallSites(NEAR);
    return within !== null || near.length < NEAR ? search(near) : (search(near) ?? search(getCallSites(FAR)));
  };

  /** @param {readonly { scriptName: string }[]} frames @returns {string | null} */
  const search = (frames) => {
    let found = null;
    for (let at = 0; at < frames.length; at += 1) {
      const folder = folderOf(frames[at]?.scriptName ?? '');
      if (folder === null) continue;
      if (written[folder] === undefined) mark(folder);
      found ??= folder;
    }
    return found;
  };

  /**
   * A module's package is known from when it is read. A function of ours around its evaluation would be in every stack,
   * of which code that looks for its caller sees only ten lines.
   * @param {unknown} file
   */
  const found = (file) => {
    const name = typeof file === 'string' ? file : hrefOf(file);
    const folder = folderOf(name);
    if (folder !== null && written[folder] === undefined) mark(folder);
  };

  /**
   * Something starts: marks the package that asked for it. What the module loader reads is its own. Returns the argument for `end`.
   * @param {string | undefined} subject the file or host that it is about
   * @param {boolean} isLater whether that happens while somebody else's code may already run
   * @param {unknown} file what is read may be a module that is about to be evaluated, by the module loader or by who reads it
   */
  const begin = (subject, isLater, file) => {
    const before = { isLoading, within };
    if (isLoading) return before;
    const asker = innermost();
    isLoading = asker === undefined;
    found(file);
    const folder = asker ?? within;
    if (!isLoading && folder !== null) {
      mark(folder, labelFor(folder, subject, isLater));
      within = folder;
    }
    return before;
  };

  /** @param {{ isLoading: boolean, within: string | null }} before */
  const end = (before) => {
    isLoading = before.isLoading;
    within = before.within;
  };

  /** @param {string} folder @param {string | undefined} subject @param {boolean} isLater @returns {string | undefined} */
  const labelFor = (folder, subject, isLater) => {
    if (subject === undefined || labels >= MAX_LABELS) return undefined;
    const before = labelled[subject];
    if (before === folder || (before === undefined && !isLater)) return undefined;
    labels += 1;
    labelled[subject] = folder;
    return hashOf(subject);
  };

  /** A native library acts when it is loaded. @param {string} file */
  const library = (file) => {
    const folder = folderOf(file);
    if (folder !== null) mark(folder);
  };

  // What the runtime continues later (it connects once a host's address is resolved) is done in the same name.
  createHook({
    init: (id) => {
      if (within === null) return;
      if (ownedCount >= MAX_OWNED) {
        owned = dictionary();
        ownedCount = 0;
      }
      owned[id] = within;
      ownedCount += 1;
    },
    before: (id) => {
      const folder = owned[id];
      within = folder ?? null;
      if (folder !== undefined) mark(folder);
    },
    after: () => {
      within = null;
    },
  }).enable();

  return { begin, end, library };
}

/** The folder of the package that a file lies in; outside of `node_modules` the file's own. @param {string} file @param {string} root */
function packageFolder(file, root) {
  const path = apply(startsWith, file, ['file://']) ? pathOf(file) : file;
  if (!apply(startsWith, path, [root])) return null;
  const modules = apply(lastIndexOf, path, [IN_MODULES]);
  if (modules === -1) return apply(slice, path, [0, apply(lastIndexOf, path, ['/'])]);
  const name = modules + IN_MODULES.length;
  const scope = path[name] === '@' ? apply(indexOf, path, ['/', name]) + 1 : name;
  const end = apply(indexOf, path, ['/', scope]);
  return end === -1 ? null : apply(slice, path, [0, end]);
}

/** @param {unknown} url @returns {string} */
function hrefOf(url) {
  return url instanceof NativeURL ? apply(href, url, []) : '';
}

/** @param {string} url @returns {string} */
function pathOf(url) {
  try {
    return fileURLToPath(url);
  } catch {
    return '';
  }
}

/** FNV-1a of 32 bits over the text's UTF-8: a name in a mark would be taken for the file itself by a rule. @param {string} text */
function hashOf(text) {
  const bytes = bytesOf(text);
  let hash = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193) >>> 0;
  return `${hash}`;
}

module.exports = { whoseCode };
