// What a package's functions are called with: a bounded, fixed set.
'use strict';

/** How often functions that are handed to an answering object are called, in all. */
const MAX_CALLBACKS = 300;
let callbacks = 0;
/** What asks more within one call waits for an end that never comes (`while ((found = pattern.exec(text)) !== null)`). */
const MAX_ANSWERS = 5000;
let answers = 0;

/** To be called before each call. */
function answerAnew() {
  answers = 0;
}

function countAnswer() {
  answers += 1;
  if (answers > MAX_ANSWERS) throw new Error('there is no answer');
}

/**
 * An object that answers anything: every property is another one, calling it calls the functions it is given (a plugin's hooks), and it
 * is an empty list and a short text where one is wanted.
 * @returns {any}
 */
function answering() {
  return new Proxy(() => {}, {
    get: (_target, key) => {
      countAnswer();
      if (key === 'then' || key === 'prototype') return undefined;
      if (key === Symbol.toPrimitive) return () => 'a';
      if (key === Symbol.iterator) return () => [].values();
      if (key === 'length') return 0;
      if (key === 'toString' || key === 'toJSON') return () => 'a';
      return answering();
    },
    apply: (_target, _self, given) => {
      countAnswer();
      for (const one of given) if (typeof one === 'function' && callbacks < MAX_CALLBACKS) callBack(one);
      return answering();
    },
    construct: () => answering(),
    has: () => true,
    set: () => true,
  });
}

/** @param {Function} given */
function callBack(given) {
  callbacks += 1;
  try {
    quiet(Reflect.apply(given, undefined, [answering(), answering()]));
  } catch {
    // Nobody expects it to work.
  }
}

/** @param {unknown} result */
function quiet(result) {
  if (result instanceof Promise) result.catch(() => {});
}

/** @returns {unknown[][]} */
function argumentLists() {
  return [[], ['a'], ['a', () => {}], [answering(), answering()], [answering(), answering(), () => {}]];
}

module.exports = { answerAnew, answering, argumentLists, quiet };
