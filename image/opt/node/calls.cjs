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
/** How often a generator is asked for more. */
const MAX_YIELDS = 5;
/** Classes that extend each other: further up stand those of frameworks. */
const MAX_CLASSES = 4;
/** What every function has. */
const NOT_EXPORTED = new Set(['prototype', 'length', 'name', 'arguments', 'caller', 'constructor']);

// As they are before any package has run.
const { apply, construct, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const { isGeneratorObject, isPromise, isProxy } = types;
const ROOTS = new Set([Object.prototype, Function.prototype, Array.prototype, Promise.prototype]);
const { then } = Promise.prototype;
const { toString: textOf } = Function.prototype;
const { now } = Date;

let followed = 0;
/** No further method is called after it. */
let endAt = Number.POSITIVE_INFINITY;
/** What is no code of a package's: its functions are not called as methods. @type {ReadonlySet<unknown>} */
let notTheirs = new Set();

/**
 * The functions of a module, in random order: whoever exports sixty others before his own must not be passed over each time.
 * @param {unknown} exported @param {Set<unknown>} seen what is no code of the package's
 * @returns {Function[]}
 */
function functionsOf(exported, seen) {
  /** @type {Function[]} */
  const found = [];
  if (notTheirs.size === 0) notTheirs = new Set(seen);
  const look = (/** @type {any} */ value, /** @type {number} */ depth) => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
    if (found.length >= MAX_FUNCTIONS) return;
    seen.add(value);
    if (typeof value === 'function') found.push(value);
    if (depth === 0) return;
    for (const member of membersOf(value)) look(member, depth - 1);
    for (const prototype of classesOf(value)) for (const member of membersOf(prototype)) look(member, depth - 1);
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
  endAt = end;
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
    // As classes were written before there was a word for them.
    if (!isClass && ownKeys(callee.prototype ?? {}).length > 1) follow(construct(callee, list), 1);
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
  // A generator's own methods would end it.
  if (isGeneratorObject(result)) askForMore(result, MAX_YIELDS);
  else callMethods(result);
  try {
    if (typeof result === 'function')
      follow(apply(result, answering(), [answering(), answering(), () => {}]), depth - 1);
    callHooks(result, 2);
  } catch {
    // As above.
  }
}

/** What stands behind a `yield` runs when somebody asks for the next. @param {any} generator @param {number} left */
function askForMore(generator, left) {
  if (left === 0) return;
  try {
    const next = generator.next();
    if (isPromise(next)) apply(then, next, [() => askForMore(generator, left - 1), () => {}]);
    else askForMore(generator, left - 1);
  } catch {
    // As above.
  }
}

/** Of an instance of a class that the package wrote. @param {any} instance */
function callMethods(instance) {
  for (const prototype of classesOf(instance)) {
    for (const key of ownKeys(prototype)) {
      if (key === 'constructor' || followed >= MAX_FOLLOWED || now() > endAt) continue;
      try {
        const method = instance[key];
        if (typeof method !== 'function' || notTheirs.has(method)) continue;
        followed += 1;
        const result = apply(method, instance, [answering(), answering(), () => {}]);
        if (isGeneratorObject(result)) askForMore(result, MAX_YIELDS);
        quiet(result);
      } catch {
        // As above.
      }
    }
  }
}

/** The prototypes of an object up to where the language's own begin. @param {any} value @returns {object[]} */
function classesOf(value) {
  /** @type {object[]} */
  const found = [];
  if (isProxy(value) || typeof value === 'function') return found;
  let prototype = getPrototypeOf(value);
  while (prototype !== null && !ROOTS.has(prototype) && found.length < MAX_CLASSES) {
    if (isProxy(prototype) || isNotTheirs(prototype)) break;
    found.push(prototype);
    prototype = getPrototypeOf(prototype);
  }
  return found;
}

/** By a class of its own: what a literal has there is `Object`. @param {object} prototype */
function isNotTheirs(prototype) {
  const own = getOwnPropertyDescriptor(prototype, 'constructor');
  return own !== undefined && notTheirs.has(own.value);
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
