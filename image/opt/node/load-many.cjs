// Loads packages one after the other in one process: `node /opt/ci/node/load-many.cjs GROUP PROJECT LINGER_MS`, with
// [{"at": NUMBER, "folder": "…"}] on standard input. Before each a file is opened whose name is the package's number in its group: a
// mark that the sensor sees. What happens behind a mark need not be that package's doing, so whoever looks suspicious is loaded again
// alone. How each went is told on file descriptor 3: {"at": NUMBER, "error": null | "…"}, and -1 when the process comes to its own end:
// what its packages left to be done would else be cut off by whoever ends it.
'use strict';
const { closeSync, openSync, readFileSync, writeFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { loadPackage } = require('./entries.cjs');
const { refuseExits } = require('./exits.cjs');
const { pretendTerminal } = require('./terminal.cjs');
const { watchTimers } = require('./timers.cjs');

process.on('SIGUSR1', () => {});
writeFileSync('/proc/self/oom_score_adj', '1000');

/** How long one package may keep the others waiting without blocking the process, in milliseconds. */
const EACH_MS = 5000;
const MARKS = join(__dirname, '..', 'at');

const [, project = '', lingerMs = ''] = process.argv.splice(2);
/** @type {{at: number, folder: string}[]} */
const members = JSON.parse(readFileSync(0, 'utf8'));
const { exit } = process;
// As they are before any package has run.
const { Promise: NativePromise, setTimeout: later, clearTimeout: cancel } = globalThis;
const race = NativePromise.race.bind(NativePromise);
const { stringify } = JSON;
process.once('beforeExit', () => tell(-1, null));
pretendTerminal();
const fireTimers = watchTimers();
// One package's error is no reason not to load the next one.
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});
// Nor is a package that ends the process.
const exits = refuseExits();

/** @param {number} at @param {string | null} error */
function tell(at, error) {
  writeSync(3, `${stringify({ at, error })}\n`);
}

/** @param {{at: number, folder: string}} member */
async function load({ at, folder }) {
  closeSync(openSync(join(MARKS, String(at)), 'r'));
  /** @type {string | null} */
  let error = 'it did not come to its end';
  const exitsBefore = exits();
  let timer;
  const late = new NativePromise((resolve) => {
    timer = later(resolve, EACH_MS, 'late');
  });
  const loading = loadPackage(folder, project, (entry, how) => {
    if (entry === '.') error = how;
  });
  const result = await race([loading.then(() => 'loaded'), late]);
  cancel(timer);
  await fireTimers();
  // Without a line it counts as not loaded, and is loaded alone, where the process does end.
  if (result === 'loaded' && exits() === exitsBefore) tell(at, error);
}

async function main() {
  for (const member of members) await load(member);
  const end = () => {
    tell(-1, null);
    exit();
  };
  later(end, Number(lingerMs)).unref();
}

void main();
