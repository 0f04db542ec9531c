// Loads packages, each in a process of its own: `node import-all.mjs PROJECT SECONDS_EACH LINGER_SECONDS BUDGET_SECONDS
// RUNTIME LOADER [LOAD_SECONDS]` (node and node/load.cjs, or ruby and ruby/load.rb; no package is begun after LOAD_SECONDS), with what to load on standard input:
// {"targets": [{"name", "folder", "direct", "bins": [files]}], "secret": what each loader gets on its standard input}. Standard output is the worker's alone: one JSON object per package and per tool, as `src/sandbox/packages/import-results.ts` reads them. What the packages
// print goes to standard error. A package that can't be loaded is reported and skipped: many honest ones (types, command
// line tools) can't. The command line tools of direct dependencies are asked for `--help` last, while the budget lasts.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const AT_ONCE = 2;
/** How long the pipe of a child that has ended is read, in milliseconds, where something else holds it open. */
const PIPE_MS = 500;
const MAX_TOLD_BYTES = 64 * 1024;
const MAX_FAILED = 8;
const MAX_BINS = 40;
const MAX_REPLACED = 40;
const MAX_UNREACHED = 4;
/** An entry about a built-in, not about the package's own code (node/call.cjs). */
const REPLACED = 'replaced ';
/** An entry about what was not reached. */
const UNREACHED = 'unreached ';
// Tools that honour these variables send no telemetry: running `--help` is not a real use of them.
const QUIET = { DO_NOT_TRACK: '1', NO_UPDATE_NOTIFIER: '1', CHECKPOINT_DISABLE: '1', NEXT_TELEMETRY_DISABLED: '1' };

/** @typedef {{name: string, folder: string, direct: boolean, bins: string[]}} Target */

// Node starts its debugger on this signal, and a client of the debugger can run code in this process.
process.on('SIGUSR1', () => {});

const [
  project = '',
  secondsEach = '',
  lingerSeconds = '',
  budgetSeconds = '',
  runtime = '',
  loader = '',
  loadSeconds = 'Infinity',
] = process.argv.slice(2);
const started = Date.now();
/** @type {{targets: Target[], secret: string}} */
const { targets, secret } = JSON.parse(readFileSync(0, 'utf8'));

// A tool that is asked for help is a tool that runs: some set up the project that they are started in (`husky --help` makes hooks
// in a folder of that name). In an empty folder there is nothing that an honest one would set up.
const elsewhere = mkdtempSync(join(tmpdir(), 'tools-'));

/**
 * Runs a program until its end or its deadline, and resolves with how it ended and what it wrote to descriptor 3.
 * @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} env
 * @param {{cwd?: string, input?: string}} [how] `input`: its standard input; nothing can be read where it is empty
 * @returns {Promise<{problem: string | null, killed: string | null, told: string, ms: number}>}
 */
function run(program, args, env, { cwd = project, input = '' } = {}) {
  return new Promise((resolve) => {
    const begun = Date.now();
    const child = spawn(program, args, { cwd, env, stdio: [input === '' ? 'ignore' : 'pipe', 2, 2, 'pipe'] });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    let told = '';
    let timedOut = false;
    const channel = /** @type {import('node:stream').Readable | null | undefined} */ (child.stdio[3]);
    channel?.setEncoding('utf8');
    channel?.on('data', (text) => {
      told = (told + text).slice(0, MAX_TOLD_BYTES);
    });
    channel?.on('error', () => {});
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, Number(secondsEach) * 1000);
    /** @param {string | null} problem @param {string | null} killed */
    const done = (problem, killed = null) => {
      clearTimeout(timer);
      const ms = Date.now() - begun;
      const close = () => {
        channel?.destroy();
        resolve({ problem, killed, told, ms });
      };
      // What the child wrote before it ended may still be in the pipe, and a process that it left behind may hold the pipe open.
      if (channel === null || channel === undefined || channel.readableEnded) return close();
      const waited = setTimeout(close, PIPE_MS);
      channel.once('end', () => {
        clearTimeout(waited);
        close();
      });
    };
    child.on('error', (error) => done(`could not be started (${error.message})`));
    child.on('exit', (code, signal) => done(problemOf(code, signal, timedOut), timedOut ? null : signal));
  });
}

/** @param {number | null} code @param {NodeJS.Signals | null} signal @param {boolean} timedOut */
function problemOf(code, signal, timedOut) {
  if (timedOut) return `stopped after ${secondsEach} s`;
  if (signal !== null) return `killed by ${signal}`;
  return code === 0 ? null : `ended with exit code ${code}`;
}

/**
 * The lines of a loader; the loaded package can write there too, so anything else is skipped.
 * @param {string} told
 */
function entriesOf(told) {
  /** @type {{entry: string, error: string | null}[]} */
  const entries = [];
  for (const line of told.split('\n')) {
    try {
      const { entry, error } = JSON.parse(line);
      if (typeof entry === 'string' && (error === null || typeof error === 'string')) entries.push({ entry, error });
    } catch {
      // A truncated line, or one that the loader did not write.
    }
  }
  return entries;
}

/** @param {object} line */
function print(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** @param {Target} target */
async function load({ name, folder, direct }) {
  if (!hasTime(loadSeconds)) return;
  const linger = String(Number(lingerSeconds) * 1000);
  const { problem, killed, told, ms } = await run(
    runtime,
    [loader, direct ? name : folder, project, linger],
    process.env,
    { input: secret },
  );
  const entries = entriesOf(told);
  const main = entries.find(({ entry }) => entry === '.');
  const error = main?.error ?? problem ?? (main === undefined ? 'it ended its process while it was loaded' : null);
  const saying = (/** @type {string} */ word) =>
    entries.flatMap(({ entry }) => (entry.startsWith(word) ? [entry.slice(word.length)] : []));
  const failed = entries.filter((entry) => entry.error !== null && entry !== main).map(({ entry }) => entry);
  console.error(`[load] ${name}: ${error === null ? 'loaded' : (problem ?? `could not be loaded: ${error}`)}`);
  print({
    folder,
    ms,
    error,
    killed,
    entries: entries.length,
    failed: failed.slice(0, MAX_FAILED),
    replaced: saying(REPLACED).slice(0, MAX_REPLACED),
    unreached: saying(UNREACHED).slice(0, MAX_UNREACHED),
  });
}

/**
 * Only scripts for Node: native programs are not started.
 * @param {string} file
 */
function isNodeScript(file) {
  let fd;
  try {
    fd = openSync(file, 2048 /* O_NONBLOCK */);
    const head = Buffer.alloc(64);
    readSync(fd, head, 0, head.length, 0);
    return /^#!.*\bnode\b/.test(head.toString('latin1').split('\n', 1).join());
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** @param {{name: string, folder: string, bin: string}} tool */
async function askForHelp({ name, folder, bin }) {
  const { problem } = await run('node', [bin, '--help'], { ...process.env, ...QUIET }, { cwd: elsewhere });
  console.error(`[load] ${name}: ${bin} --help: ${problem ?? 'done'}`);
  print({ folder, bin, error: problem });
}

/**
 * @template T
 * @param {readonly T[]} items @param {(item: T) => Promise<void>} work
 */
async function each(items, work) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const hasTime = (/** @type {string} */ seconds) => Date.now() - started < Number(seconds) * 1000;
await each(targets, load);
const tools = targets.flatMap(({ name, folder, bins }) => bins.map((bin) => ({ name, folder, bin })));
await each(tools.filter(({ bin }) => isNodeScript(bin)).slice(0, MAX_BINS), async (tool) => {
  if (hasTime(budgetSeconds)) await askForHelp(tool);
});
