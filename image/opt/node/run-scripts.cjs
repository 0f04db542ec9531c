// Runs lifecycle scripts of one package as its package manager would: `node run-scripts.cjs FOLDER SCRIPT…`. npm's own
// @npmcli/run-script gives them their environment (PATH with the .bin folders and node-gyp, npm_package_*, npm_lifecycle_*), and
// runs `node-gyp rebuild` for a package with a binding.gyp that has no install script. Standard error ends with what failed.
// Exit code: that of the first script that fails, 128 + number for a signal; the scripts after it are not run.
'use strict';
const { readFileSync } = require('node:fs');
const { constants } = require('node:os');
const { join } = require('node:path');

/** @typedef {{event: string, path: string, pkg: object, stdio: string, scriptShell: string, banner: boolean}} RunOptions */

const RUN_SCRIPT = '/usr/local/lib/node_modules/npm/node_modules/@npmcli/run-script';
/** @type {(options: RunOptions) => Promise<unknown>} */
const runScript = require(RUN_SCRIPT);

const [folder = '', ...events] = process.argv.slice(2);

function readManifest() {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8').replace(/^\uFEFF/, ''));
  // npm prints the id, and gives it to scripts.
  return { ...manifest, _id: `${manifest.name ?? ''}@${manifest.version ?? ''}`, scripts: manifest.scripts ?? {} };
}

async function main() {
  const pkg = readManifest();
  for (const event of events) {
    const options = { event, path: folder, pkg, stdio: 'inherit', scriptShell: '/bin/sh', banner: true };
    try {
      await runScript(options);
    } catch (thrown) {
      const error = /** @type {Error & {code?: unknown, signal?: NodeJS.Signals | null, script?: string}} */ (thrown);
      const how = error.signal ? `was ended by ${error.signal}` : `ended with exit code ${error.code}`;
      console.error(`${event} script ${how}: ${error.script ?? error.message}`);
      process.exit(
        typeof error.code === 'number' ? error.code : 128 + (error.signal ? constants.signals[error.signal] : 0),
      );
    }
  }
}

main().catch((error) => {
  console.error(`the scripts could not be run: ${error.message}`);
  process.exit(126);
});
