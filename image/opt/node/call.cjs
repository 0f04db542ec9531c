// Calls what one package exports: `node /opt/ci/node/call.cjs NAME|FOLDER PROJECT LINGER_MS`. Functions, classes, default exports and getters, each
// with a few arguments that mean nothing, in an empty folder; what plugins return is called by the shape that their tools give it. On file
// descriptor 3: {"entry": ".", "error": null}, and which built-ins the package replaced: {"entry": "replaced NAME", "error": null}.
'use strict';
const { mkdtempSync, writeFileSync, writeSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { answering, argumentLists, quiet } = require('./arguments.cjs');
const { builtIns, pretendBrowser, replacedSince } = require('./built-ins.cjs');
const { markActing } = require('./acting.cjs');
const { loadPackage } = require('./entries.cjs');
const { listenToLastWords } = require('./last-words.cjs');
const { watchThreads } = require('./threads.cjs');
const { watchTimers } = require('./timers.cjs');

process.on('SIGUSR1', () => {});
writeFileSync('/proc/self/oom_score_adj', '1000');

const MAX_FUNCTIONS = 60;
const MAX_DEPTH = 3;
/** No function is begun after so long. */
const CALLS_MS = 1500;
const MAX_REPLACED = 12;
/** What the tools call of a plugin: babel, postcss, rollup and vite, webpack, eslint, jest, tailwind. */
const HOOKS =
  /^(?:visitor|pre|post|Once|OnceExit|Root|Declaration|Rule|AtRule|options|config|configResolved|buildStart|buildEnd|resolveId|load|transform|generateBundle|writeBundle|apply|create|process|getCacheKey|handler|setup|install)$/;

const [target = '', project = '', lingerMs = ''] = process.argv.splice(2);
const { exit } = process;
const { stringify } = JSON;
const { now } = Date;
const fireTimers = watchTimers();
const lingerFor = watchThreads();
const lastWords = listenToLastWords();
markActing(project);
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});

/** @param {string} entry */
function tell(entry) {
  writeSync(3, `${stringify({ entry, error: null })}\n`);
}

/** @param {unknown} value @param {number} depth @param {Set<unknown>} seen @returns {Generator<Function>} */
function* functionsOf(value, depth, seen) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return;
  seen.add(value);
  if (typeof value === 'function') yield value;
  if (depth === 0) return;
  for (const key of Object.keys(value)) {
    let member;
    try {
      member = /** @type {any} */ (value)[key];
    } catch {
      continue;
    }
    yield* functionsOf(member, depth - 1, seen);
  }
}

/** @param {Function} callee */
function call(callee) {
  const isClass = /^class\b/.test(Function.prototype.toString.call(callee));
  for (const list of argumentLists()) {
    try {
      const result = isClass ? Reflect.construct(callee, list) : Reflect.apply(callee, answering(), list);
      quiet(result);
      callHooks(result, 2);
    } catch {
      // It was asked for nonsense.
    }
  }
}

/** @param {any} plugin @param {number} depth */
function callHooks(plugin, depth) {
  if (plugin === null || typeof plugin !== 'object' || plugin instanceof Promise) return;
  const keys = new Set([...Object.keys(plugin), ...Object.getOwnPropertyNames(Object.getPrototypeOf(plugin) ?? {})]);
  for (const key of keys) {
    if (depth === 2 && !HOOKS.test(key)) continue;
    try {
      const hook = plugin[key];
      if (typeof hook === 'function') quiet(hook.call(plugin, answering(), answering(), answering()));
      else if (depth > 1) callHooks(hook, depth - 1);
    } catch {
      // As above.
    }
  }
}

async function main() {
  process.chdir(mkdtempSync(join(tmpdir(), 'work-')));
  pretendBrowser();
  const before = builtIns();
  const modules = await loadPackage(target, project, () => {});
  for (const name of replacedSince(before).slice(0, MAX_REPLACED)) tell(`replaced ${name}`);
  const started = now();
  let count = 0;
  for (const callee of functionsOf(modules, MAX_DEPTH, new Set())) {
    if (count >= MAX_FUNCTIONS || now() - started > CALLS_MS) break;
    count += 1;
    call(callee);
    await null;
  }
  tell('.');
  await fireTimers();
}

void main()
  .catch(() => {})
  .then(() => setTimeout(() => lastWords().then(() => exit()), lingerFor(Number(lingerMs))));
