// Loads a package in a thread, where it asked whether it is in one: what a program is to start as a worker (`new Worker(require.resolve('pkg/worker'))`)
// does nothing elsewhere.
'use strict';
const threads = require('node:worker_threads');

// As they are before any package has run.
const { Promise: NativePromise, setTimeout: later } = globalThis;
const { Worker } = threads;

/** What tells a module that it is in a thread, and what Node says of that elsewhere. */
const ANSWERS = { isMainThread: true, parentPort: null, workerData: null };
const MESSAGES = ['a', { type: 'a', cmd: 'a', data: 'a' }];

/** In the thread: another module may still be loaded where one fails. */
const LOADING = `
const { workerData } = require('node:worker_threads');
const { pathToFileURL } = require('node:url');
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});
process.exit = () => { throw new Error('process.exit()'); };
(async () => {
  for (const file of workerData) {
    try { require(file); } catch { await import(pathToFileURL(file).href).catch(() => {}); }
  }
})();`;

/** To be called before any package runs. `begin` is called when packages are to be loaded; the other one tells whether one has asked since. */
function watchQuestions() {
  let asked = false;
  for (const [name, value] of Object.entries(ANSWERS)) {
    const get = () => {
      asked = true;
      return value;
    };
    Object.defineProperty(threads, name, { get, enumerable: true, configurable: true });
  }
  return {
    begin: () => {
      asked = false;
    },
    wasAsked: () => asked,
  };
}

/** Resolves when the thread has ended, or was ended after so long. @param {readonly string[]} files @param {number} ms */
function loadInThread(files, ms) {
  const worker = new Worker(LOADING, {
    eval: true,
    workerData: files,
    stdout: true,
    stderr: true,
  });
  worker.on('error', () => {});
  worker.on('message', () => {});
  for (const message of MESSAGES) worker.postMessage(message);
  return /** @type {Promise<void>} */ (
    new NativePromise((resolve) => {
      worker.once('exit', () => resolve());
      later(() => void worker.terminate().then(() => resolve()), ms);
    })
  );
}

module.exports = { loadInThread, watchQuestions };
