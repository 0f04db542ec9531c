// Functions that look as they did and do one thing more before: graceful-fs and its like take them for Node's own and replace them in turn.
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

  /** @param {any} owner @param {string} name @param {{ subject?: Subject, isLater?: boolean }} [how] */
  const begins = (owner, name, { subject = () => undefined, isLater = false } = {}) =>
    replace(owner, name, (original) =>
      lookAlike(original, {
        apply: (target, self, given) => whose.inNameOf(() => apply(target, self, given), subject(given), isLater),
        construct: (target, given, as) => whose.inNameOf(() => construct(target, given, as), subject(given), isLater),
      }),
    );

  /** Of functions whose second argument is the file of the module. @param {any} owner @param {string} name @param {boolean} isLibrary */
  const evaluates = (owner, name, isLibrary) =>
    replace(owner, name, (original) =>
      lookAlike(original, {
        apply: (target, self, given) => {
          const file = typeof given[1] === 'string' ? given[1] : '';
          return whose.evaluated(() => apply(target, self, given), file, isLibrary);
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
  return { begins, evaluates };
}

module.exports = { wrapper };
