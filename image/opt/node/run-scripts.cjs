// Runs lifecycle scripts of one package as its package manager would: `node run-scripts.cjs FOLDER SCRIPT…`. npm's own
// @npmcli/run-script gives them their environment (PATH with the .bin folders and node-gyp, npm_package_*, npm_lifecycle_*), and
// runs `node-gyp rebuild` for a package with a binding.gyp that has no install script. Standard error ends with what failed:
// `EVENT script HOW: SCRIPT`. Exit code: that of the first script that fails, 128 + number for a signal, 126 where it can't be
// started; the scripts after it are not run.
'use strict';
const { readFileSync } = require('node:fs');
const { constants } = require('node:os');
const { join } = require('node:path');

/**
 * @typedef {{event: string, path: string, pkg: object, stdio: (string | number)[], scriptShell: string, banner: boolean}} RunOptions
 * @typedef {Error & {code?: unknown, signal?: NodeJS.Signals | null, script?: string}} ScriptError
 */

const RUN_SCRIPT = '/usr/local/lib/node_modules/npm/node_modules/@npmcli/run-script';
/** @type {(options: RunOptions) => Promise<unknown>} */
const runScript = require(RUN_SCRIPT);

const [folder = '', ...events] = process.argv.slice(2);

function readManifest() {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8').replace(/^\uFEFF/, ''));
  // npm prints the id, and gives it to scripts.
  return { ...manifest, _id: `${manifest.name ?? ''}@${manifest.version ?? ''}`, scripts: manifest.scripts ?? {} };
}

/**
 * How a script failed, and the exit code for it.
 * @param {ScriptError} error @returns {{how: string, exitCode: number}}
 */
function endOf({ code, signal, script, message }) {
  if (signal) return { how: `was killed by ${signal}: ${script}`, exitCode: 128 + constants.signals[signal] };
  if (typeof code === 'number') return { how: `ended with exit code ${code}: ${script}`, exitCode: code };
  const why = /null bytes/.test(message) ? 'it contains a NUL byte' : message;
  return { how: `can't be started: ${why}`, exitCode: 126 };
}

async function main() {
  const pkg = readManifest();
  for (const event of events) {
    // Both of a script's streams go the same way: on two they would change places.
    const options = { event, path: folder, pkg, stdio: ['inherit', 2, 2], scriptShell: '/bin/sh', banner: true };
    try {
      await runScript(options);
    } catch (error) {
      const { how, exitCode } = endOf(/** @type {ScriptError} */ (error));
      console.error(`${event} script ${how}`);
      process.exit(exitCode);
    }
  }
}

main().catch((error) => {
  console.error(`the scripts can't be started: ${error.message}`);
  process.exit(126);
});
