// Runs lifecycle scripts of one package as its package manager would: `node run-scripts.cjs FOLDER SCRIPT…`. npm's own
// @npmcli/run-script gives them their environment (PATH with the .bin folders and node-gyp, npm_package_*, npm_lifecycle_*), and
// runs `node-gyp rebuild` for a package with a binding.gyp that has no install script. Standard error ends with what failed:
// `EVENT script HOW: SCRIPT`. Exit code: that of the first script that fails, 128 + number for a signal, 126 where it can't be
// started; the scripts after it are not run.
'use strict';
const { closeSync, constants: flags, openSync, readFileSync } = require('node:fs');
const { constants } = require('node:os');
const { join } = require('node:path');

/**
 * @typedef {{event: string, path: string, pkg: object, stdio: (string | number)[], scriptShell: string, banner: boolean}} RunOptions
 * @typedef {Error & {code?: unknown, signal?: NodeJS.Signals | null, script?: string}} ScriptError
 */

// Node starts its debugger on this signal, and a client of the debugger could run code in the name of the package whose step this is.
process.on('SIGUSR1', () => {});

const RUN_SCRIPT = '/usr/local/lib/node_modules/npm/node_modules/@npmcli/run-script';
/** @type {(options: RunOptions) => Promise<unknown>} */
const runScript = require(RUN_SCRIPT);

const [folder = '', ...events] = process.argv.slice(2);
// The same process title as npm, so that a script can't recognise the sandbox by its parent process.
process.title = `${(process.env.npm_config_user_agent ?? 'npm').split('/', 1).join()} install`;

function readManifest() {
  // Another package may have replaced it with a pipe, which is read as empty instead of waiting.
  const file = openSync(join(folder, 'package.json'), flags.O_RDONLY | flags.O_NONBLOCK);
  const text = readFileSync(file, 'utf8');
  closeSync(file);
  const manifest = JSON.parse(text.replace(/^\uFEFF/, ''));
  // npm prints the id, and gives it to scripts.
  return { ...manifest, _id: `${manifest.name ?? ''}@${manifest.version ?? ''}`, scripts: manifest.scripts ?? {} };
}

/**
 * Standard error, opened again for one stream of a script. Node sets its own standard error to "non-blocking" (with
 * NODE_USE_ENV_PROXY as soon as it starts), and that applies to every process that shares the open file: a script that prints
 * much would fail with EAGAIN. A file that is opened again has its own flags.
 */
function openErrors() {
  return openSync('/proc/self/fd/2', flags.O_WRONLY);
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
    // Both streams of a script go to the same file, so that their lines stay in order.
    const options = {
      event,
      path: folder,
      pkg,
      stdio: ['inherit', openErrors(), openErrors()],
      scriptShell: '/bin/sh',
      banner: true,
    };
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
