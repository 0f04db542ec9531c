// Where a package came from, according to its address in the record. Only what is on a registry's own host, in the
// place where registries keep tarballs, counts as a registry's: the address then names the package, whatever other names it has.
import { posix } from 'node:path';
import { gitAddress } from './git-address.mjs';
import { addressOf, isName } from './values.mjs';

/**
 * @typedef {import('./types.d.ts').Registries} Registries
 * @typedef {import('../../../../src/ecosystems/installed-package.js').Origin} Origin
 * @typedef {{name: string, from: Origin}} Delivered
 */

/** Public hosts of one and the same registry. Lock files name them whatever registry is configured. */
const PUBLIC_HOSTS = ['registry.npmjs.org', 'registry.yarnpkg.com'];
/** `/NAME/-/FILE`; GitHub's registry has `/download/NAME/VERSION/HASH`. */
const TARBALL_PATHS = [
  /\/((?:@[^/]+\/)?[^/@]+)\/-\/(?:[^/]+\/)*[^/]+$/,
  /\/download\/((?:@[^/]+\/)?[^/]+)\/[^/]+\/[^/]+$/,
];
const TARBALL_FILE = /\.(?:tgz|tar|tar\.gz)$/i;

/**
 * The registries of a job: the default one's address, then `@scope=ADDRESS` for each scope that another one delivers.
 * @param {readonly string[]} args @returns {Registries}
 */
export function registriesOf([main = '', ...scoped]) {
  const mainHost = hostOf(main);
  const scopes = new Map();
  for (const arg of scoped) {
    const cut = arg.indexOf('=');
    const host = hostOf(arg.slice(cut + 1));
    if (cut > 0 && host !== undefined) scopes.set(host, new Set([...(scopes.get(host) ?? []), arg.slice(0, cut)]));
  }
  return { hosts: new Set(mainHost === undefined ? PUBLIC_HOSTS : [...PUBLIC_HOSTS, mainHost]), scopes };
}

/** @param {string} address */
function hostOf(address) {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

/**
 * The name under which a registry delivers what lies at an address; undefined where that is no registry's.
 * @param {string} address @param {Registries} registries
 */
export function registryName(address, { hosts, scopes }) {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) return undefined;
  const { host, pathname } = new URL(address);
  let path;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const name = TARBALL_PATHS.map((pattern) => pattern.exec(path)?.[1]).find((match) => match !== undefined);
  if (name === undefined || !isName(name)) return undefined;
  if (hosts.has(host)) return name;
  return scopes.get(host)?.has(name.split('/', 1).join()) ? name : undefined;
}

/**
 * What came from a URL, a git address or a path (`file:` and relative ones).
 * `name`: what it is called where it lies; `base`: the folder, relative to the project, that a path begins in.
 * @param {{address: string, integrity?: unknown, name: string, registries: Registries, base?: string}} what
 * @returns {Delivered}
 */
export function deliveredFrom({ address, integrity, name, registries, base = '' }) {
  const demanded = addressOf(integrity);
  const git = gitAddress(address);
  if (git !== undefined) return { name, from: { kind: 'git', resolved: addressOf(git), integrity: demanded } };
  if (/^https?:\/\//.test(address)) {
    const delivered = registryName(address, registries);
    const kind = delivered === undefined ? 'tarball' : 'registry';
    return { name: delivered ?? name, from: { kind, resolved: addressOf(address), integrity: demanded } };
  }
  const path = pathFrom(base, address);
  const kind = TARBALL_FILE.test(path) ? 'tarball' : 'folder';
  return { name, from: { kind, resolved: addressOf(path), integrity: demanded } };
}

/**
 * What a registry delivers under a name, from an address that is not recorded.
 * @param {string} name @param {unknown} integrity @returns {Delivered}
 */
export function fromRegistry(name, integrity) {
  return { name, from: { kind: 'registry', resolved: null, integrity: addressOf(integrity) } };
}

/**
 * A path as a record has it (`file:../x`, `./x`), relative to the project.
 * @param {string} base @param {string} path
 */
export function pathFrom(base, path) {
  const plain = path.replace(/^(?:file|link|portal|workspace):(?:\/\/)?/, '');
  return plain.startsWith('/') ? plain : posix.join(base, plain);
}

/**
 * A folder of the project that is linked to.
 * @param {'workspace' | 'link'} kind @param {string} name @param {string} path @returns {Delivered}
 */
export function linkedTo(kind, name, path) {
  return { name, from: { kind, resolved: addressOf(path), integrity: null } };
}
