// The objects of a web page: malware hooks wallets, the clipboard or requests where it finds them, often when the page has finished loading.
'use strict';
const { answering, quiet } = require('./arguments.cjs');

const MAX_LISTENERS = 300;

/** @typedef {{type: unknown, listener: any}} Listener */

/** Defines the page's objects. The returned function calls whoever listens to its events, as often as it is called. */
function pretendBrowser() {
  const all = /** @type {any} */ (globalThis);
  /** @type {Listener[]} */
  let listeners = [];
  const addEventListener = (/** @type {unknown} */ type, /** @type {unknown} */ listener) => {
    if (listeners.length < MAX_LISTENERS) listeners.push({ type, listener });
  };
  const element = () => elementWith(addEventListener);
  const define = (/** @type {string} */ name, /** @type {unknown} */ value) =>
    Object.defineProperty(all, name, { value, writable: true, configurable: true, enumerable: true });
  const page = pageOf(element, addEventListener);
  for (const [name, value] of Object.entries({ window: all, self: all, top: all, parent: all, ...page }))
    define(name, value);
  for (const [name, value] of Object.entries({
    addEventListener,
    removeEventListener() {},
    dispatchEvent: () => true,
  })) {
    if (all[name] === undefined) define(name, value);
  }
  for (const name of ['requestAnimationFrame', 'requestIdleCallback']) {
    if (all[name] === undefined) define(name, (/** @type {() => void} */ then) => setTimeout(then, 0));
  }
  const { document } = page;
  return () => {
    const due = listeners;
    listeners = [];
    document.readyState = 'complete';
    for (const { type, listener } of due) {
      notify(typeof listener === 'function' ? listener : listener?.handleEvent, listener, type);
    }
    for (const [owner, name] of HANDLERS) {
      const target = owner === 'window' ? all : document;
      const handler = target[name];
      if (typeof handler !== 'function') continue;
      target[name] = null;
      notify(handler, target, name.slice('on'.length));
    }
  };
}

/** Handlers that are set as a property. */
const HANDLERS = /** @type {const} */ ([
  ['window', 'onload'],
  ['window', 'onmessage'],
  ['window', 'onpageshow'],
  ['document', 'onreadystatechange'],
  ['document', 'onclick'],
  ['document', 'oncopy'],
  ['document', 'onpaste'],
]);

/** @param {unknown} handler @param {unknown} self @param {unknown} type */
function notify(handler, self, type) {
  if (typeof handler !== 'function') return;
  const event = new Proxy({ type }, { get: (target, key) => (key === 'type' ? target.type : answering()[key]) });
  try {
    quiet(Reflect.apply(handler, self, [event]));
  } catch {
    // The handler got a meaningless event.
  }
}

/** @param {unknown} addEventListener */
function elementWith(addEventListener) {
  return {
    style: {},
    addEventListener,
    setAttribute() {},
    appendChild() {},
    removeChild() {},
    removeEventListener() {},
  };
}

/** @param {() => object} element @param {unknown} addEventListener */
function pageOf(element, addEventListener) {
  class XMLHttpRequest {
    open() {}
    send() {}
    setRequestHeader() {}
    addEventListener() {}
  }
  const signer = { isConnected: true, connect: async () => ({}), signTransaction: async () => ({}), on() {} };
  const solana = () => ({
    isPhantom: true,
    ...signer,
    signAndSendTransaction: async () => ({}),
    request: async () => ({}),
  });
  return {
    XMLHttpRequest,
    ethereum: {
      isMetaMask: true,
      request: async () => ['0x52908400098527886E0F7030069857D2E4169EE7'],
      send() {},
      sendAsync() {},
      enable: async () => [],
      on() {},
    },
    solana: solana(),
    phantom: { solana: solana(), ethereum: { request: async () => [] } },
    tronWeb: { ready: true, trx: { sign: async () => ({}), sendRawTransaction: async () => ({}) } },
    navigator: {
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
      clipboard: { writeText: async () => {}, readText: async () => '', write: async () => {}, read: async () => [] },
    },
    location: {
      href: 'https://app.corp.invalid/',
      hostname: 'app.corp.invalid',
      protocol: 'https:',
      search: '',
      origin: 'https://app.corp.invalid',
    },
    localStorage: { getItem: () => null, setItem() {}, removeItem() {} },
    document: {
      ...element(),
      readyState: 'loading',
      addEventListener,
      body: element(),
      head: element(),
      documentElement: element(),
      cookie: '',
      createElement: element,
      createTextNode: element,
      querySelector: () => null,
      querySelectorAll: () => [],
      getElementsByTagName: () => [],
      getElementById: () => null,
    },
  };
}

module.exports = { pretendBrowser };
