// Builds a git dependency as a package manager would (npm's `prepare` of a git dependency), in steps of the worker, between which its
// scripts run in FOLDER:
//   node git-build.mjs checkout ADDRESS FOLDER [-- INSTALL COMMAND …]
//     clones ADDRESS (a URL with a commit behind `#`) into FOLDER and fetches its build dependencies. None of its code runs.
//   node git-build.mjs place FOLDER PACKAGE
//     replaces the fetched package with what it would publish. None of its code runs.
// Exit code 1 with the reason on standard error.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [mode, first = '', second = '', ...others] = process.argv.slice(2);

/**
 * Runs a program to its end, with the same output streams.
 * @param {readonly string[]} command @param {string} cwd
 */
function run([program = '', ...params], cwd) {
  const { status, signal, error } = spawnSync(program, params, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return;
  process.stderr.write(`${program} ${params[0]}: ${error?.message ?? signal ?? `exit code ${status}`}\n`);
  process.exit(status ?? 1);
}

/** Git as git dependencies need it, without hooks or helpers that a repository could bring along. */
const GIT = ['git', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'protocol.file.allow=always'];

/**
 * `git+ssh://git@host/x.git` is written into lock files for public repositories too, which are read by https.
 * @param {string} address
 */
function readable(address) {
  return address.replace(/^git\+/, '').replace(/^ssh:\/\/git@([^/:]+)[/:]/, 'https://$1/');
}

/** @param {string} address @param {string} folder @param {readonly string[]} install */
function checkout(address, folder, install) {
  const cut = address.lastIndexOf('#');
  const commit = cut < 0 ? 'HEAD' : address.slice(cut + 1);
  const url = readable(cut < 0 ? address : address.slice(0, cut));
  if (commit.startsWith('-') || url.startsWith('-')) throw new Error(`no git address: ${address}`);
  mkdirSync(folder, { recursive: true });
  run([...GIT, 'clone', '--quiet', '--no-checkout', '--', url, folder], '/');
  run([...GIT, 'checkout', '--quiet', '--detach', commit], folder);
  if (install.length > 0) run(install, folder);
}

/** @param {string} folder @param {string} target */
function place(folder, target) {
  const packed = join(folder, '.git', 'packed');
  mkdirSync(packed, { recursive: true });
  run(['npm', 'pack', '--ignore-scripts', '--silent', `--pack-destination=${packed}`], folder);
  const [tarball] = readdirSync(packed);
  if (tarball === undefined) throw new Error('nothing was packed');
  run(['tar', '-xzf', join(packed, tarball), '-C', target, '--strip-components=1', '--no-same-owner'], folder);
}

try {
  if (mode === 'checkout') checkout(first, second, others.slice(1));
  else if (mode === 'place') place(first, second);
  else throw new Error('usage: node git-build.mjs checkout|place …');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
