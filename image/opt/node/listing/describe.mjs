// What is printed about one package, from the record and from its manifest.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sitesOf } from './sites.mjs';
import { nameOf, namesOf, recordOf, textOf, versionOf } from './values.mjs';

/**
 * @typedef {import('./types.d.ts').Line} Line
 * @typedef {import('./types.d.ts').Found} Found
 * @typedef {import('./types.d.ts').Manifest} Manifest
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./types.d.ts').ManagerTraits} ManagerTraits
 * @typedef {Line['from']} Origin
 */

const MAX_DEPENDENCIES = 2000;
const MAX_BINS = 4;
const MAX_BIN_CHARS = 1024;
const INSTALL = ['preinstall', 'install', 'postinstall'];
/** What a package's sources are built with, before it is packed. */
const BUILD = ['prepare', 'prepack'];

/** @param {Origin} from */
export function isLocal({ kind }) {
  return kind === 'project' || kind === 'workspace' || kind === 'link';
}

/**
 * The line about a package, except what depends on all packages together.
 * @param {Found} found @param {Recorded | undefined} recorded @param {Origin} from @param {ManagerTraits} traits
 * @returns {Line}
 */
export function describe(found, recorded, from, traits) {
  const { folder, path, manifest = {} } = found;
  const own = nameOf(manifest.name, found.name);
  const name = from.kind === 'project' ? own : nameOf(recorded?.name, found.name);
  const buildScripts = from.kind === 'git' ? BUILD.filter((script) => hasScript(manifest, script)) : [];
  const sites = sitesOf(manifest);
  return {
    name,
    ...(own === name ? {} : { calledItself: own }),
    version: recorded?.version ?? versionOf(manifest.version) ?? '',
    path,
    realPath: folder,
    from,
    optional: false,
    scripts: scriptsOf(manifest, folder, from, traits),
    ...(buildScripts.length === 0 ? {} : { buildScripts }),
    ...dependenciesOf(manifest, recorded, from, traits),
    bins: binsOf(manifest, folder),
    ...(sites.length === 0 ? {} : { sites }),
  };
}

/** @param {Manifest} manifest @param {string} name */
function hasScript({ scripts }, name) {
  return (textOf(recordOf(scripts)[name]) ?? '').trim() !== '';
}

/** @param {Manifest} manifest @param {string} folder @param {Origin} from @param {ManagerTraits} traits */
function scriptsOf(manifest, folder, { kind }, { scripts, buildsLocalGyp }) {
  const runs =
    kind === 'project' || kind === 'workspace' || kind === 'link' || kind === 'bundled' ? scripts[kind] : INSTALL;
  const builds = buildsLocalGyp || !(kind === 'project' || kind === 'workspace');
  return runs.filter(
    (name) => hasScript(manifest, name) || (name === 'install' && builds && needsGyp(manifest, folder)),
  );
}

/**
 * A binding.gyp without install scripts beside it is built by `node-gyp rebuild`, as if that were the install script.
 * @param {Manifest} manifest @param {string} folder
 */
function needsGyp(manifest, folder) {
  if (manifest.gypfile === false || hasScript(manifest, 'install') || hasScript(manifest, 'preinstall')) return false;
  try {
    return statSync(join(folder, 'binding.gyp')).isFile();
  } catch {
    return false;
  }
}

/**
 * Development dependencies are installed for the project and its folders, but not for packages.
 * @param {Manifest} manifest @param {Recorded | undefined} recorded @param {Origin} from @param {ManagerTraits} traits
 */
function dependenciesOf(manifest, recorded, from, { installsPeers }) {
  const optional = [...namesOf(manifest.optionalDependencies), ...(recorded?.optionalDependencies ?? [])];
  const peers = namesOf(manifest.peerDependencies);
  const needed = [
    ...namesOf(manifest.dependencies),
    ...(isLocal(from) ? namesOf(manifest.devDependencies) : []),
    ...(recorded?.dependencies ?? []),
  ];
  const dependencies = [...new Set([...needed, ...optional, ...peers])].slice(0, MAX_DEPENDENCIES);
  const peerFacts = recordOf(manifest.peerDependenciesMeta);
  const optionalPeers = peers.filter((name) => !installsPeers || recordOf(peerFacts[name]).optional === true);
  const absent = new Set([...optional, ...optionalPeers.filter((name) => !needed.includes(name))]);
  const mayBeAbsent = dependencies.filter((name) => absent.has(name));
  return { dependencies, ...(mayBeAbsent.length === 0 ? {} : { mayBeAbsent }) };
}

/**
 * Command line tools, as absolute paths inside the package.
 * @param {Manifest} manifest @param {string} folder
 */
function binsOf({ bin }, folder) {
  const files = typeof bin === 'string' ? [bin] : Object.values(recordOf(bin));
  const inside = files.filter((file) => typeof file === 'string').map((file) => join(folder, file));
  const unique = new Set(inside.filter((file) => file.startsWith(`${folder}/`) && file.length < MAX_BIN_CHARS));
  return [...unique].slice(0, MAX_BINS);
}
