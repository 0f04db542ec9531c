// Has a package say what it would say last: what it left for when its objects are collected, and for when its process is told to end.
'use strict';
const { runInNewContext } = require('node:vm');
const { setFlagsFromString } = require('node:v8');

// As they are before any package has run.
const { Promise: NativePromise, setImmediate: soon } = globalThis;
const { apply } = Reflect;
const { emit } = process;

/** V8 tells of what it collected some turns of the loop later. */
const TURNS = 3;

/** How a process is told to end on a CI machine. */
const SIGNALS = /** @type {const} */ ([
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
]);

/** Events of a process that packages wait for: it has nothing left to do, or its maker says something. */
const EVENTS = /** @type {const} */ ([
  ['beforeExit', 0],
  ['message', 'a'],
  ['message', { type: 'a', cmd: 'a', data: 'a' }],
]);

/** To be called before any package runs. The returned function is to be the last one before the process ends. */
function listenToLastWords() {
  const ours = new Set(EVENTS.flatMap(([name]) => process.listeners(/** @type {any} */ (name))));
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  return async () => {
    collect();
    for (let turn = 0; turn < TURNS; turn += 1) await new NativePromise((resolve) => soon(resolve));
    // Honest handlers end the process by the same signal, which would look as if somebody else had.
    process.kill = () => true;
    process.exit = /** @type {any} */ (() => {});
    process.on('uncaughtException', () => {});
    process.on('unhandledRejection', () => {});
    for (const [name, value] of EVENTS) {
      for (const listener of process.listeners(/** @type {any} */ (name))) {
        if (ours.has(listener)) continue;
        try {
          apply(listener, process, [value]);
        } catch {
          // As below.
        }
      }
    }
    for (const [signal, number] of SIGNALS) {
      try {
        apply(emit, process, [signal, signal, number]);
      } catch {
        // It is ended anyway.
      }
    }
  };
}

module.exports = { listenToLastWords };
