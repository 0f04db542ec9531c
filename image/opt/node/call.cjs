// Calls what one package exports: `node /opt/ci/node/call.cjs NAME|FOLDER PROJECT LINGER_MS`. Functions, classes, default exports and getters, each
// with a few arguments that mean nothing, in an empty folder; what plugins return is called by the shape that their tools give it. On file
// descriptor 3: {"entry": ".", "error": null}, which built-ins the package replaced: {"entry": "replaced NAME", "error": null}, and what was not
// come to: {"entry": "unreached 12 functions", "error": null}.
'use strict';
const { mkdtempSync, writeFileSync, writeSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { pretendBrowser } = require('./browser.cjs');
const { builtIns, replacedSince } = require('./built-ins.cjs');
const { loadInThread, watchQuestions } = require('./as-thread.cjs');
const { callEach, functionsOf } = require('./calls.cjs');
const { markActing } = require('./acting.cjs');
const { filesOf, loadOtherFiles, loadPackage } = require('./entries.cjs');
const { refuseExits } = require('./exits.cjs');
const { listenToLastWords } = require('./last-words.cjs');
const { useReplaced, useUsual } = require('./replaced.cjs');
const { watchThreads } = require('./threads.cjs');
const { watchTimers } = require('./timers.cjs');

process.on('SIGUSR1', () => {});
writeFileSync('/proc/self/oom_score_adj', '1000');

/** No function is called after so long, and of the package's other files none is loaded. */
const CALLS_MS = 1500;
const FILES_MS = 1000;
/** How long a thread may take that loads the package once more. */
const THREAD_MS = 1500;
const MAX_REPLACED = 12;
const MAX_USED = 60;
/** How long what functions promised is waited for. */
const PROMISES_MS = 50;

const [target = '', project = '', lingerMs = ''] = process.argv.splice(2);
// A package that looks how its process was started must not find us.
process.title = 'node';
// Nor whether another program made it to speak with it: `process.send` is what such a child has.
process.send = () => true;
const { exit } = process;
const { stringify } = JSON;
const { now } = Date;
const { setTimeout: later, Promise: NativePromise } = globalThis;
const fireTimers = watchTimers();
const aboutThreads = watchQuestions();
const lingerFor = watchThreads();
const lastWords = listenToLastWords();
markActing(project);
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});
refuseExits();

/** @param {string} entry */
function tell(entry) {
  writeSync(3, `${stringify({ entry, error: null })}\n`);
}

/** @param {number} count @param {string} what */
function tellUnreached(count, what) {
  if (count > 0) tell(`unreached ${count} ${what}`);
}

async function main() {
  process.chdir(mkdtempSync(join(tmpdir(), 'work-')));
  const fireEvents = pretendBrowser();
  const before = builtIns();
  aboutThreads.begin();
  /** @type {Set<string>} */
  const told = new Set();
  /** @type {Set<string>} */
  const used = new Set();
  const tellReplaced = (/** @type {(name: string) => string} */ wording) => {
    const fresh = replacedSince(before).filter((name) => !told.has(name));
    for (const name of fresh) told.add(name);
    for (const name of fresh.slice(0, MAX_REPLACED)) tell(`replaced ${wording(name)}`);
  };
  const useOnce = () => {
    const fresh = replacedSince(before).filter((name) => !used.has(name));
    for (const name of fresh) used.add(name);
    if (fresh.length > 0) useReplaced(fresh.slice(0, MAX_USED), builtIns());
  };
  const letGo = async () => {
    await fireTimers();
    fireEvents();
    await fireTimers();
  };
  const modules = await loadPackage(target, project, () => {});
  const others = await loadOtherFiles(target, project, FILES_MS);
  tellUnreached(others.left, 'files');
  const isForThreads = aboutThreads.wasAsked();
  await letGo();
  tellReplaced((name) => name);
  useOnce();
  useUsual(project);
  // What is Node's or the page's own is no code of the package's.
  const seen = new Set([globalThis, ...before.values()]);
  const own = functionsOf(modules, seen);
  const inFiles = functionsOf(others.modules, seen);
  const end = now() + CALLS_MS;
  const left = await callEach(own, end);
  tellUnreached(left + (await callEach(inFiles, end)), 'functions');
  await new NativePromise((resolve) => later(resolve, PROMISES_MS));
  await letGo();
  useOnce();
  // A wallet puts itself into a page when it is asked to; a hook is in what was there.
  tellReplaced((name) => (name.includes('.') ? name : `${name} (when called)`));
  const restMs = lingerFor(Number(lingerMs));
  // Last, since timers are fired before, its own deadline among them.
  if (isForThreads) await loadInThread(filesOf(target, project), THREAD_MS);
  tell('.');
  return restMs;
}

void main()
  .catch(() => lingerFor(Number(lingerMs)))
  .then((restMs) => later(() => lastWords().then(() => exit()), restMs));
