// Marks which package's code acts in a process that loads or calls packages, by opening a file whose name is a secret and the package's folder
// (`/opt/ci/at/SECRET/FOLDER`, the folder in hexadecimal digits; `.LABEL` behind it where it is about one file or host alone). There is no
// such file, and the sensor sees the attempt. The worker alone knows the secret, from before any package runs; `src/report/attribution/acting-marks.ts`
// reads the marks, and says what they are good for: code of the same process can find the secret out.
'use strict';
const { closeSync, openSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const vm = require('node:vm');

/** Packages look at the names in a stack: with this one they pass over our functions as over Node's own. */
const OWN_NAME = 'node:internal/util/acting';

/**
 * Reads the secret from standard input, which is empty afterwards; empty if the worker gave none.
 * @returns {string}
 */
function takeSecret() {
  const secret = readFileSync(0, 'latin1');
  closeSync(0);
  openSync('/dev/null', 'r');
  return secret;
}

/** @param {string} file @returns {any} */
function asOneOfNodes(file) {
  const path = join(__dirname, 'acting', file);
  const module = { exports: {} };
  const load = vm.compileFunction(readFileSync(path, 'utf8'), ['module', 'exports', 'require'], { filename: OWN_NAME });
  load(module, module.exports, require);
  return module.exports;
}

/**
 * To be called before any package runs.
 * @param {string} project folder of the project
 */
function markActing(project) {
  const secret = takeSecret();
  if (secret === '') return;
  /** @type {typeof import('./acting/whose.cjs')} */
  const { whoseCode } = asOneOfNodes('whose.cjs');
  /** @type {typeof import('./acting/functions.cjs')} */
  const { wrapAll } = asOneOfNodes('functions.cjs');
  /** @type {typeof import('./acting/wrap.cjs')} */
  const { wrapper } = asOneOfNodes('wrap.cjs');
  wrapAll(wrapper(whoseCode(secret, project)));
}

module.exports = { markActing };
