// A thread that a package began takes a while to come to its first line: longer, on a busy machine, than what else a package left is watched.
'use strict';
const { createHook } = require('node:async_hooks');

const LEAST_MS = 3000;

/** To be called before any package runs. The returned function says how long to wait for what was left, in milliseconds. */
function watchThreads() {
  let begun = false;
  createHook({
    init: (_id, type) => {
      if (type === 'WORKER') begun = true;
    },
  }).enable();
  return (/** @type {number} */ ms) => (begun && ms < LEAST_MS ? LEAST_MS : ms);
}

module.exports = { watchThreads };
