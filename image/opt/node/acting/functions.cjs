// The built-in functions that start something which the sensor sees: those that read or write files by name, start programs, or communicate with
// other hosts. Functions on an open file only continue what was started.
'use strict';
const { resolve } = require('node:path');
const { cwd } = process;

const FS =
  'appendFile chmod chown copyFile cp createReadStream createWriteStream glob lchmod lchown link mkdir mkdtemp open openAsBlob opendir readFile readdir readlink rename rm rmdir symlink truncate unlink writeFile ReadStream WriteStream ftruncate fchmod fchown';
const DNS =
  'lookup lookupService resolve resolve4 resolve6 resolveAny resolveCaa resolveCname resolveMx resolveNaptr resolveNs resolvePtr resolveSoa resolveSrv resolveTxt reverse';
const SQLITE = 'node:sqlite';
const IN_MODULES = '/node_modules/';
const { apply } = Reflect;
const { includes, toLowerCase } = String.prototype;

/** @typedef {ReturnType<typeof import('./wrap.cjs').wrapper>} Wrapper */

/** Absolute; what packages read of each other needs none. @param {readonly unknown[]} given */
function fileSubject(given) {
  const file = given[0];
  if (typeof file !== 'string' || apply(includes, file, [IN_MODULES])) return undefined;
  return file[0] === '/' ? file : resolve(cwd(), file);
}

/** @param {readonly unknown[]} given */
function hostSubject(given) {
  const host = given[0];
  return typeof host === 'string' ? apply(toLowerCase, host, []) : undefined;
}

/** The module `node:sqlite`, or an empty object if this version of Node lacks it. Its experimental warning would clutter the log of every load. */
function sqlite() {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return require(SQLITE);
  } catch {
    return {};
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** @param {Wrapper} wrapper */
function wrapAll({ begins, loadsLibrary }) {
  const fs = require('node:fs');
  const { promises } = fs;
  for (const name of FS.split(' ')) {
    begins(fs, name, { subject: fileSubject, isLater: true });
    begins(fs, `${name}Sync`, { subject: fileSubject });
    begins(promises, name, { subject: fileSubject, isLater: true });
  }
  const dns = require('node:dns');
  for (const name of DNS.split(' ')) {
    for (const owner of [dns, dns.promises, dns.Resolver.prototype, dns.promises.Resolver.prototype]) {
      begins(owner, name, { subject: hostSubject, isLater: true });
    }
  }
  const programs = require('node:child_process');
  begins(programs.ChildProcess.prototype, 'spawn');
  for (const name of ['execSync', 'execFileSync', 'spawnSync']) begins(programs, name);
  const net = require('node:net');
  begins(net.Socket.prototype, 'connect');
  begins(net.Server.prototype, 'listen');
  const { Socket } = require('node:dgram');
  for (const name of ['bind', 'connect', 'send']) begins(Socket.prototype, name);
  begins(require('node:worker_threads'), 'Worker');
  for (const name of ['binding', 'chdir', 'execve', 'kill']) begins(process, name);
  begins(globalThis, 'fetch');
  begins(process, 'loadEnvFile', { subject: fileSubject });
  begins(sqlite(), 'DatabaseSync', { subject: fileSubject });
  loadsLibrary(process, 'dlopen');
  require('node:module').syncBuiltinESMExports();
}

module.exports = { wrapAll };
