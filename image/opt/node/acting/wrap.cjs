// Wraps functions so that they look unchanged and do one more thing first: graceful-fs and others take them for Node's own and replace them in turn.
'use strict';
const { apply, construct, defineProperty, getOwnPropertyDescriptor } = Reflect;
const { get: mapGet, has: mapHas, set: mapSet } = WeakMap.prototype;

/** @typedef {ReturnType<typeof import('./whose.cjs').whoseCode>} Whose */
/** What a call is about, by its arguments. @typedef {(given: readonly any[]) => string | undefined} Subject */

/** @param {Whose} whose */
function wrapper(whose) {
  /** @type {WeakMap<object, Function>} */
  const originals = new WeakMap();

  /** @param {Function} original @param {ProxyHandler<any>} handler */
  const lookAlike = (original, handler) => {
    const proxy = new Proxy(original, handler);
    apply(mapSet, originals, [proxy, original]);
    return proxy;
  };

  /** @param {any} owner @param {string} name @param {(original: Function) => Function} change */
  const replace = (owner, name, change) => {
    const found = getOwnPropertyDescriptor(owner, name);
    if (found?.set !== undefined && typeof owner[name] === 'function') owner[name] = change(owner[name]);
    if (typeof found?.value !== 'function' || found.writable !== true) return;
    defineProperty(owner, name, { ...found, value: change(found.value) });
  };

  // A stack has ten lines: ours is one of them, and not more.
  /** @param {any} owner @param {string} name @param {{ subject?: Subject, isLater?: boolean }} [how] */
  const begins = (owner, name, { subject = () => undefined, isLater = false } = {}) =>
    replace(owner, name, (original) =>
      lookAlike(original, {
        apply: (target, self, given) => {
          const before = whose.begin(subject(given), isLater, given[0]);
          try {
            return apply(target, self, given);
          } finally {
            whose.end(before);
          }
        },
        construct: (target, given, as) => {
          const before = whose.begin(subject(given), isLater, given[0]);
          try {
            return construct(target, given, as);
          } finally {
            whose.end(before);
          }
        },
      }),
    );

  /** Of the function that loads a library, whose second argument is the file. @param {any} owner @param {string} name */
  const loadsLibrary = (owner, name) =>
    replace(owner, name, (original) =>
      lookAlike(original, {
        apply: (target, self, given) => {
          if (typeof given[1] === 'string') whose.library(given[1]);
          return apply(target, self, given);
        },
      }),
    );

  replace(Function.prototype, 'toString', (original) =>
    lookAlike(original, {
      apply: (target, self, given) => {
        const isOurs = typeof self === 'function' && apply(mapHas, originals, [self]);
        return apply(target, isOurs ? apply(mapGet, originals, [self]) : self, given);
      },
    }),
  );
  return { begins, loadsLibrary };
}

module.exports = { wrapper };
