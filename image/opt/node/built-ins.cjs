// Which built-ins a package replaced, by comparing them before and after.
'use strict';
const { createRequire } = require('node:module');

const requireHere = createRequire(__filename);
const MODULES = ['fs', 'http', 'https', 'net', 'crypto', 'child_process', 'module'];
const GLOBALS = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'JSON',
  'Function',
  'Promise',
  'crypto',
  'ethereum',
  'navigator',
];

/** @returns {Map<string, unknown>} */
function builtIns() {
  const found = new Map();
  /** @param {string} path @param {any} value @param {boolean} own */
  const note = (path, value, own) => {
    found.set(path, value);
    if (!own || value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
    for (const key of Object.getOwnPropertyNames(value)) {
      const { value: member } = Object.getOwnPropertyDescriptor(value, key) ?? {};
      if (typeof member === 'function') found.set(`${path}.${key}`, member);
    }
  };
  for (const name of MODULES) note(name, requireHere(`node:${name}`), true);
  for (const name of GLOBALS) {
    const value = /** @type {any} */ (globalThis)[name];
    note(name, value, true);
    if (typeof value === 'function') note(`${name}.prototype`, value.prototype, true);
  }
  note('navigator.clipboard', /** @type {any} */ (globalThis).navigator?.clipboard, true);
  return found;
}

/**
 * The names of those that are there no more as they were.
 * @param {Map<string, unknown>} before
 */
function replacedSince(before) {
  const now = builtIns();
  return [...before].filter(([name, value]) => now.get(name) !== value).map(([name]) => name);
}

/** What a page of a wallet has, so that whoever hooks it shows it. */
function pretendBrowser() {
  const all = /** @type {any} */ (globalThis);
  const define = (/** @type {string} */ name, /** @type {unknown} */ value) =>
    Object.defineProperty(all, name, { value, writable: true, configurable: true, enumerable: true });
  class XMLHttpRequest {
    open() {}
    send() {}
    setRequestHeader() {}
    addEventListener() {}
  }
  const node = () => ({ style: {}, setAttribute() {}, appendChild() {}, addEventListener() {}, removeChild() {} });
  define('window', all);
  define('self', all);
  define('XMLHttpRequest', XMLHttpRequest);
  define('ethereum', {
    isMetaMask: true,
    request: async () => ['0x52908400098527886E0F7030069857D2E4169EE7'],
    send() {},
    on() {},
  });
  define('navigator', {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
    clipboard: { writeText: async () => {}, readText: async () => '' },
  });
  define('location', {
    href: 'https://app.corp.invalid/',
    hostname: 'app.corp.invalid',
    protocol: 'https:',
    search: '',
    origin: 'https://app.corp.invalid',
  });
  define('localStorage', { getItem: () => null, setItem() {}, removeItem() {} });
  define('document', {
    ...node(),
    body: node(),
    head: node(),
    documentElement: node(),
    cookie: '',
    createElement: node,
    createTextNode: node,
    querySelector: () => null,
    querySelectorAll: () => [],
    getElementsByTagName: () => [],
    getElementById: () => null,
  });
  if (all.addEventListener === undefined) define('addEventListener', () => {});
}

module.exports = { builtIns, pretendBrowser, replacedSince };
