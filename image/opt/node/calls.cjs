// Calls what packages export: functions, classes, getters, and what these return as far as somebody would call that.
'use strict';
const { types } = require('node:util');
const { answerAnew, answering, argumentLists, quiet } = require('./arguments.cjs');
const { isHook } = require('./plugins.cjs');
const { shuffled } = require('./shuffled.cjs');

const MAX_DEPTH = 3;
/** A server's handler, a plugin's factory: what a function returns is called so far down. */
const MAX_RETURNED = 2;
/** Far above what an honest package exports; the time is over before. */
const MAX_FUNCTIONS = 5000;
const MAX_FOLLOWED = 2000;
/** What every function has. */
const NOT_EXPORTED = new Set(['prototype', 'length', 'name', 'arguments', 'caller', 'constructor']);

// As they are before any package has run.
const { apply, construct, getPrototypeOf, ownKeys } = Reflect;
const { isPromise } = types;
const { then } = Promise.prototype;
const { toString: textOf } = Function.prototype;
const { now } = Date;

let followed = 0;

/**
 * The functions of a module, in random order: whoever exports sixty others before his own must not be passed over each time.
 * @param {unknown} exported @param {Set<unknown>} seen what is no code of the package's
 * @returns {Function[]}
 */
function functionsOf(exported, seen) {
  /** @type {Function[]} */
  const found = [];
  const look = (/** @type {any} */ value, /** @type {number} */ depth) => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
    if (found.length >= MAX_FUNCTIONS) return;
    seen.add(value);
    if (typeof value === 'function') found.push(value);
    if (depth > 0) for (const member of membersOf(value)) look(member, depth - 1);
  };
  look(exported, MAX_DEPTH);
  return shuffled(found);
}

/** Of exports that are not enumerable, too. @param {any} value @returns {unknown[]} */
function membersOf(value) {
  /** @type {unknown[]} */
  const members = [];
  try {
    for (const key of ownKeys(value)) {
      if (typeof key === 'string' && NOT_EXPORTED.has(key)) continue;
      try {
        members.push(value[key]);
      } catch {
        // A getter that fails.
      }
    }
  } catch {
    // A proxy that does not tell.
  }
  return members;
}

/**
 * Calls each function once before any is called with something else, so that a slow one keeps others waiting as little as can be.
 * Resolves with how many were not called at all.
 * @param {readonly Function[]} functions @param {number} end no call is begun after it
 * @returns {Promise<number>}
 */
async function callEach(functions, end) {
  let called = 0;
  for (const [round, list] of argumentLists().entries()) {
    for (const callee of functions) {
      if (now() > end) return functions.length - called;
      if (round === 0) called += 1;
      answerAnew();
      call(callee, list);
      await null;
    }
  }
  return functions.length - called;
}

/** @param {Function} callee @param {unknown[]} list */
function call(callee, list) {
  try {
    const isClass = /^class\b/.test(apply(textOf, callee, []));
    follow(isClass ? construct(callee, list) : apply(callee, answering(), list), MAX_RETURNED);
  } catch {
    // It was asked for nonsense.
  }
}

/** Calls what came of a call: a function, what a promise brings, a plugin's hooks. @param {any} result @param {number} depth */
function follow(result, depth) {
  if (result === null || (typeof result !== 'object' && typeof result !== 'function') || followed >= MAX_FOLLOWED)
    return;
  if (isPromise(result)) {
    apply(then, result, [(/** @type {unknown} */ value) => follow(value, depth), () => {}]);
    return;
  }
  if (depth === 0) return;
  followed += 1;
  try {
    if (typeof result === 'function')
      follow(apply(result, answering(), [answering(), answering(), () => {}]), depth - 1);
    callHooks(result, 2);
  } catch {
    // As above.
  }
}

/** @param {any} plugin @param {number} depth */
function callHooks(plugin, depth) {
  if (plugin === null || typeof plugin !== 'object' || isPromise(plugin)) return;
  const keys = new Set([...ownKeys(plugin), ...ownKeys(getPrototypeOf(plugin) ?? {})]);
  for (const key of keys) {
    if (key === 'constructor' || (depth === 2 && !isHook(key))) continue;
    try {
      const hook = plugin[key];
      if (typeof hook === 'function') quiet(hook.call(plugin, answering(), answering(), answering()));
      else if (depth > 1) callHooks(hook, depth - 1);
    } catch {
      // As above.
    }
  }
}

module.exports = { callEach, functionsOf };
