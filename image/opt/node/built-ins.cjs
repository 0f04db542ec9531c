// Finds which built-ins a package replaced, by comparing them before and after.
'use strict';
const { createRequire } = require('node:module');

const requireHere = createRequire(__filename);
const MODULES =
  'fs fs/promises http https http2 net tls dns dns/promises dgram crypto child_process module os path url util events stream zlib vm worker_threads readline buffer querystring timers timers/promises string_decoder async_hooks';
/** Where a page keeps a user's money and texts; listed first, whatever else was replaced. */
const IN_PAGES = ['ethereum', 'solana', 'phantom', 'tronWeb', 'navigator', 'localStorage', 'document', 'location'];
const DEEPER = [
  ['navigator', 'clipboard'],
  ['phantom', 'solana'],
  ['tronWeb', 'trx'],
];
/** What is inside of another object of this list, and counts by itself where that one was replaced as a whole. */
const CLIPBOARD = 'navigator.clipboard';
/** These change when they are used. */
const CHANGING =
  /^process\.(?:env|exitCode|allowedNodeEnvironmentFlags|std\w+|mainModule|domain|_\w+|setUncaughtExceptionCaptureCallback)=?$|\.constructor$/;

// As they are before any package has run.
const { getOwnPropertyDescriptor, ownKeys } = Reflect;
const { is } = Object;
const NativeMap = Map;
const NativeSet = Set;

/**
 * The names of what programs take for Node's or the browser's own, each with what is found there: a value, or a getter.
 * @returns {Map<string, unknown>}
 */
function builtIns() {
  /** @type {Map<string, unknown>} */
  const found = new NativeMap();
  const all = /** @type {any} */ (globalThis);
  for (const name of IN_PAGES) {
    found.set(name, all[name]);
    noteMembers(found, name, all[name]);
  }
  for (const [name = '', part = ''] of DEEPER) {
    const value = all[name]?.[part];
    found.set(`${name}.${part}`, value);
    noteMembers(found, `${name}.${part}`, value);
  }
  const { emitWarning } = process;
  process.emitWarning = () => {};
  const modules = MODULES.split(' ').map((name) => ({ name, module: requireHere(`node:${name}`) }));
  for (const { module } of modules) settle(module);
  process.emitWarning = emitWarning;
  for (const { name, module } of modules) noteModule(found, name, module);
  for (const key of ownKeys(all)) {
    // The module of that name is another thing.
    if (key !== 'crypto') noteGlobal(found, String(key), all[key]);
  }
  noteGlobal(found, 'window.crypto', all.crypto);
  return found;
}

/** @param {Map<string, unknown>} found @param {string} path @param {any} value */
function noteMembers(found, path, value) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
  for (const key of ownKeys(value)) {
    const name = `${path}.${String(key)}`;
    if (CHANGING.test(name)) continue;
    const { value: member, get, set } = getOwnPropertyDescriptor(value, key) ?? {};
    if (typeof member === 'function') found.set(name, member);
    if (get !== undefined) found.set(name, get);
    if (set !== undefined) found.set(`${name}=`, set);
  }
}

/** Node makes some members when they are first asked for, and some of those warn: whoever asks has replaced nothing. @param {any} module */
function settle(module) {
  for (const key of ownKeys(module)) {
    if (getOwnPropertyDescriptor(module, key)?.get === undefined) continue;
    try {
      void module[key];
    } catch {
      // It is not there on this machine.
    }
  }
}

/** Classes of modules with their methods. @param {Map<string, unknown>} found @param {string} name @param {any} module */
function noteModule(found, name, module) {
  found.set(name, module);
  noteMembers(found, name, module);
  for (const key of ownKeys(module)) {
    const { value } = getOwnPropertyDescriptor(module, key) ?? {};
    if (typeof value === 'function' && /^[A-Z]/.test(String(key))) {
      noteMembers(found, `${name}.${String(key)}.prototype`, value.prototype);
    }
  }
}

/** A function, a class, or a namespace (`JSON`, `Math`). @param {Map<string, unknown>} found @param {string} name @param {any} value */
function noteGlobal(found, name, value) {
  if (typeof value === 'function') {
    found.set(name, value);
    noteMembers(found, name, value);
    noteMembers(found, `${name}.prototype`, value.prototype);
  } else if (/^(?:[A-Z]|performance$|process$|console$|window\.)/.test(name)) {
    found.set(name, value);
    noteMembers(found, name, value);
  }
}

/**
 * The names of the built-ins that changed or are gone. What a package adds, as polyfills do, is not among them; if an object was
 * replaced as a whole, its members are not listed separately.
 * @param {Map<string, unknown>} before @returns {string[]}
 */
function replacedSince(before) {
  const now = builtIns();
  const names = [...before].filter(([name, value]) => !is(now.get(name), value)).map(([name]) => name);
  const whole = new NativeSet(names);
  return names.filter((name) => {
    const end = name.indexOf('.');
    return end === -1 || name === CLIPBOARD || !whole.has(name.slice(0, end));
  });
}

module.exports = { builtIns, replacedSince };
