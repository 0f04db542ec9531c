// On a busy machine, a thread that a package started may take longer to run its first line than leftovers of a package are watched.
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
