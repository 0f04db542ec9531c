// Lets a package on a developer's machine find the terminal that its programs have there: a thief may act only where somebody looks on.
'use strict';
const tty = require('node:tty');

/** What the worker sets where a machine is to be no CI job's (`src/sandbox/packages/guise-variables.ts`). */
const isOutsideOfCi = process.env.CI === '';

/** To be called before any package runs. */
function pretendTerminal() {
  if (!isOutsideOfCi) return;
  for (const stream of /** @type {any[]} */ ([process.stdin, process.stdout, process.stderr])) {
    Object.assign(stream, { isTTY: true, columns: 120, rows: 30 });
  }
  const { isatty } = tty;
  tty.isatty = (fd) => (fd >= 0 && fd <= 2) || isatty(fd);
}

module.exports = { pretendTerminal };
