// Builds a git dependency as a package manager would (npm's `prepare` of a git dependency), in two steps of the worker:
//   node git-build.mjs checkout ADDRESS FOLDER [-- INSTALL COMMAND …]
//     clones ADDRESS (a URL with a commit behind `#`) into FOLDER and fetches what it is built with. No code of it runs.
//   node git-build.mjs build FOLDER PACKAGE SCRIPT…
//     runs its scripts there, and puts what it would publish in the place of the fetched package.
// Exit code 1 with the reason on standard error.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [mode, ...args] = process.argv.slice(2);

/** Runs a program to its end. Its output is ours. */
function run(command, cwd) {
  const { status, signal, error } = spawnSync(command[0], command.slice(1), {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return;
  process.stderr.write(`${command.slice(0, 2).join(' ')}: ${error?.message ?? signal ?? `exit code ${status}`}\n`);
  process.exit(status ?? 1);
}

/** Git as git dependencies need it, without hooks or helpers that a repository could bring along. */
const GIT = ['git', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'protocol.file.allow=always'];

/** `git+ssh://git@host/x.git` is written into lock files for public repositories too, which are read by https. */
function readable(address) {
  return address.replace(/^git\+/, '').replace(/^ssh:\/\/git@([^/:]+)[/:]/, 'https://$1/');
}

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

function build(folder, target, scripts) {
  run(['node', join(import.meta.dirname, 'run-scripts.cjs'), folder, ...scripts], folder);
  const packed = join(folder, '.git', 'packed');
  mkdirSync(packed, { recursive: true });
  run(['npm', 'pack', '--ignore-scripts', '--silent', `--pack-destination=${packed}`], folder);
  const [tarball] = readdirSync(packed);
  if (tarball === undefined) throw new Error('nothing was packed');
  run(['tar', '-xzf', join(packed, tarball), '-C', target, '--strip-components=1', '--no-same-owner'], folder);
}

try {
  const dashes = args.indexOf('--');
  if (mode === 'checkout') checkout(args[0], args[1], dashes < 0 ? [] : args.slice(dashes + 1));
  else if (mode === 'build') build(args[0], args[1], args.slice(2));
  else throw new Error('usage: node git-build.mjs checkout|build …');
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
