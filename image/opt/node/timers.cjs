// Fires the timers that a package set and that nobody would wait for: `setTimeout(steal, 90_000).unref()` shows itself at once.
// While they run, every clock in the process is weeks ahead.
'use strict';
const { createHook } = require('node:async_hooks');
const { moveClocks } = require('./ahead.cjs');

// As they are before any package has run.
const { Promise: NativePromise, setImmediate: soon } = globalThis;
const { apply } = Reflect;

/** Far above what an honest package sets while it is loaded. */
const MAX_TIMERS = 5000;
/** A timer that fires may set another one. */
const ROUNDS = 3;

/**
 * As Node's own `Timeout` has them (lib/internal/timers.js).
 * @typedef {{_destroyed?: boolean, _onTimeout?: unknown, _timerArgs?: unknown[]}} Timer
 */

/** Remembers every timer that is set from now on. The returned function fires those that still wait, as often as it is called. */
function watchTimers() {
  /** @type {Timer[]} */
  let waiting = [];
  const hook = createHook({
    init: (_id, type, _trigger, resource) => {
      if (type === 'Timeout' && waiting.length < MAX_TIMERS) waiting.push(/** @type {Timer} */ (resource));
    },
  });
  hook.enable();
  return async () => {
    for (let round = 0; round < ROUNDS && waiting.length > 0; round += 1) {
      const due = waiting;
      waiting = [];
      const putBack = moveClocks();
      for (const timer of due) fire(timer);
      await new NativePromise((resolve) => soon(resolve));
      putBack();
    }
  };
}

/** @param {Timer} timer */
function fire(timer) {
  const { _onTimeout: callback, _timerArgs: args } = timer;
  if (timer._destroyed === true || typeof callback !== 'function') return;
  try {
    apply(callback, timer, Array.isArray(args) ? args : []);
  } catch {
    // As little as a timer's own error would say of the load.
  }
}

module.exports = { watchTimers };
