// npm's record: `node_modules/.package-lock.json`, a lock file of what it has put into place.
// https://docs.npmjs.com/cli/configuring-npm/package-lock-json#hidden-lockfiles
import { join } from 'node:path';
import { readManifest, readText, realPathOf } from './files.mjs';
import { deliveredFrom, fromRegistry, linkedTo } from './origin.mjs';
import { byFolder } from './record.mjs';
import { isRecord, namesOf, own, recordOf, textOf, versionOf } from './values.mjs';
import { patternsOf } from './workspaces.mjs';

/**
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./types.d.ts').Registries} Registries
 * @typedef {Readonly<Record<string, unknown>>} Entry
 */

const RECORD = 'node_modules/.package-lock.json';
const MAX_BYTES = 64 * 1024 * 1024;
const INSTALL = ['preinstall', 'install', 'postinstall'];
/** Tried with npm 12.2: a linked folder is prepared before its bins are linked and its install scripts run. */
const LINKED = ['preinstall', 'prepare', 'install', 'postinstall'];
const DEPENDENCIES = ['predependencies', 'dependencies', 'postdependencies'];

/** @type {import('./types.d.ts').ManagerTraits} */
export const npm = {
  read,
  scripts: {
    project: [
      'preinstall',
      ...DEPENDENCIES,
      ...['install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'],
    ],
    workspace: LINKED,
    link: LINKED,
    bundled: INSTALL,
  },
  buildsLocalGyp: true,
  linksAnyFolder: false,
  installsPeers: true,
  workspacePatterns: (_project, manifest) => patternsOf(manifest),
};

/** @param {string} project @param {Registries} registries */
function read(project, registries) {
  const { entries, problems } = readEntries(project);
  const asked = specsOf(project, entries);
  /** @type {import('./types.d.ts').Expected[]} */
  const expected = [];
  for (const [location, entry] of Object.entries(entries)) {
    const name = nameAt(location);
    // An entry without node_modules in its place is what a link leads to.
    if (name === undefined || !isRecord(entry) || entry.extraneous === true) continue;
    const { delivered, facts } =
      entry.link === true
        ? linked(name, entry, entries, asked)
        : { delivered: deliver(name, location, entry, entries, registries), facts: entry };
    const { dependencies, optionalDependencies, version } = facts;
    expected.push({
      neededAs: entry.optional === true ? name : null,
      place: location,
      recorded: {
        ...delivered,
        version: versionOf(version),
        dependencies: [...namesOf(dependencies), ...namesOf(facts.peerDependencies)],
        optionalDependencies: namesOf(optionalDependencies),
      },
    });
  }
  return byFolder(project, { expected, problems });
}

/** @param {string} project @returns {{entries: Entry, problems: string[]}} */
function readEntries(project) {
  if (realPathOf(join(project, 'node_modules')) === undefined) return { entries: {}, problems: [] };
  const text = readText(join(project, RECORD), MAX_BYTES);
  if (text === undefined) return { entries: {}, problems: [`npm's record of the install, ${RECORD}, can't be read`] };
  try {
    return { entries: recordOf(recordOf(JSON.parse(text)).packages), problems: [] };
  } catch {
    return { entries: {}, problems: [`npm's record of the install, ${RECORD}, is not JSON`] };
  }
}

/**
 * `@a/b` of `node_modules/x/node_modules/@a/b`; undefined for a place outside of node_modules folders.
 * @param {string} location
 */
function nameAt(location) {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@]+)$/.exec(location)?.[1];
}

/** @param {string} name @param {Entry} entry @param {Entry} entries @param {ReadonlySet<string>} asked */
function linked(name, entry, entries, asked) {
  const target = textOf(entry.resolved) ?? '';
  const delivered = linkedTo(asked.has(name) ? 'link' : 'workspace', name, target);
  return { delivered, facts: recordOf(own(entries, target)) };
}

/**
 * @param {string} name @param {string} location @param {Entry} entry @param {Entry} entries @param {Registries} registries
 */
function deliver(name, location, entry, entries, registries) {
  if (isBundled(location, entries)) {
    return { name, from: /** @type {const} */ ({ kind: 'bundled', resolved: null, integrity: null }) };
  }
  const { integrity } = entry;
  const address = textOf(entry.resolved);
  if (address !== undefined) return deliveredFrom({ address, integrity, name, registries });
  // `omit-lockfile-registry-resolved` leaves the addresses of registries out, and `name` has what an alias stands for.
  if (textOf(integrity) !== undefined) return fromRegistry(textOf(entry.name) ?? name, integrity);
  return { name, from: /** @type {const} */ ({ kind: 'unknown', resolved: null, integrity: null }) };
}

/**
 * Whether it came inside of another package. What the project itself bundles was fetched like any other; what a package
 * bundles is described by that package alone, an address of its own (`_resolved`) included.
 * @param {string} location @param {Entry} entries
 */
function isBundled(location, entries) {
  for (let at = location; ; ) {
    if (recordOf(own(entries, at)).inBundle !== true) return at !== location;
    const cut = at.lastIndexOf('/node_modules/');
    if (cut < 0 || nameAt(at.slice(0, cut)) === undefined) return false;
    at = at.slice(0, cut);
  }
}

/**
 * The names that the project, its workspaces and linked folders ask for by a path: such a link is no workspace.
 * @param {string} project @param {Entry} entries
 */
function specsOf(project, entries) {
  const locals = Object.keys(entries).filter((location) => nameAt(location) === undefined);
  /** @type {Set<string>} */
  const asked = new Set();
  for (const local of ['', ...locals]) {
    const manifest = readManifest(join(project, local)) ?? {};
    const sections = [manifest.dependencies, manifest.optionalDependencies, manifest.devDependencies];
    for (const [name, spec] of sections.flatMap((section) => Object.entries(recordOf(section)))) {
      if (typeof spec === 'string' && /^(?:file:|link:|\.{0,2}\/|~\/)/.test(spec)) asked.add(name);
    }
  }
  return asked;
}
