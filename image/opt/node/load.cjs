// Loads one package: `node /opt/ci/node/load.cjs NAME|FOLDER PROJECT LINGER_MS`, with a secret on standard input (acting.cjs). How each
// entry went is told on file descriptor 3, a JSON object per line: {"entry": ".", "error": null | "…"}.
'use strict';
const { writeFileSync, writeSync } = require('node:fs');
const { markActing } = require('./acting.cjs');
const { loadPackage } = require('./entries.cjs');
const { listenToLastWords } = require('./last-words.cjs');
const { watchThreads } = require('./threads.cjs');
const { pretendTerminal } = require('./terminal.cjs');
const { watchTimers } = require('./timers.cjs');

// Node starts its debugger at this signal, and whoever speaks with that runs code in the name of the package that is loaded here.
process.on('SIGUSR1', () => {});
// Whoever takes all memory is to be the one that the kernel ends.
writeFileSync('/proc/self/oom_score_adj', '1000');

const [target = '', project = '', lingerMs = ''] = process.argv.splice(2);
// A package that looks how its process was started must not find us.
process.title = 'node';
const { exit } = process;
const { stringify } = JSON;
process.once('beforeExit', () => end());
pretendTerminal();
const fireTimers = watchTimers();
const lingerFor = watchThreads();
const lastWords = listenToLastWords();
const end = () => lastWords().then(() => exit());
markActing(project);

/** @param {string} entry @param {string | null} error */
function tell(entry, error) {
  writeSync(3, `${stringify({ entry, error })}\n`);
}

// A loaded package may go on doing things for a while: a server or a timer would else keep the process for ever.
void loadPackage(target, project, tell)
  .then(() => fireTimers())
  .then(() => setTimeout(end, lingerFor(Number(lingerMs))).unref());
