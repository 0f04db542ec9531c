// The records of yarn 2 and later: `node_modules/.yarn-state.yml` has the folders of each package, `yarn.lock` its checksum.
// What names a package in both is its locator, `NAME@REFERENCE` (https://yarnpkg.com/advanced/lexicon#locator).
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { realPathOf } from './files.mjs';
import { deliveredFrom, fromRegistry, linkedTo, pathFrom } from './origin.mjs';
import { byFolder } from './record.mjs';
import { isName, namesOf, own, recordOf, textOf, textsOf, versionOf } from './values.mjs';
import { patternsOf } from './workspaces.mjs';
import { readYaml } from './yaml-record.mjs';

/**
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./types.d.ts').Registries} Registries
 * @typedef {import('./origin.mjs').Delivered} Delivered
 * @typedef {Readonly<Record<string, unknown>>} Entry
 */

const STATE = 'node_modules/.yarn-state.yml';
/** The version of everything that is linked to, in yarn.lock. */
const LOCAL_VERSION = '0.0.0-use.local';
const LOCAL = ['preinstall', 'install', 'postinstall'];
const NOTHING = /** @type {const} */ ({ kind: 'unknown', resolved: null, integrity: null });

/** @type {import('./types.d.ts').ManagerTraits} */
export const yarnBerry = {
  read,
  scripts: { project: LOCAL, workspace: LOCAL, link: [], bundled: [] },
  buildsLocalGyp: false,
  linksAnyFolder: true,
  installsPeers: false,
  workspacePatterns: (_project, manifest) => patternsOf(manifest),
};

/** @param {string} project @param {Registries} registries */
function read(project, registries) {
  /** @type {string[]} */
  const problems = [];
  if (!existsSync(join(project, 'node_modules'))) return byFolder(project, { expected: [] });
  const state = readYaml(project, join(project, STATE), problems) ?? {};
  const lock = readYaml(project, join(project, 'yarn.lock'), problems) ?? {};
  /** @type {Map<string, Entry>} */
  const locked = new Map();
  for (const entry of Object.values(lock).map(recordOf)) locked.set(textOf(entry.resolution) ?? '', entry);
  const expected = [];
  for (const [key, value] of Object.entries(state)) {
    // What a package is with the peers that it was given: `b@virtual:HASH#workspace:packages/b`.
    const locator = key.replace(/@virtual:[^#]*#/, '@');
    const entry = locked.get(locator) ?? {};
    for (const place of textsOf(recordOf(value).locations)) {
      const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@]+)$/.exec(place)?.[1];
      if (name === undefined) continue;
      const delivered = deliver(locator, { name, checksum: entry.checksum, registries });
      expected.push({ place, neededAs: null, recorded: { ...delivered, ...factsOf(locator, entry) } });
    }
  }
  // With `nmHoistingLimits` and without self-references no link leads to a workspace.
  const linked = new Set(expected.map(({ place }) => realPathOf(join(project, place))));
  const workspaces = [];
  for (const [resolution, entry] of locked) {
    const { ident, reference } = split(resolution);
    const place = reference.startsWith('workspace:') ? pathOf(reference) : '.';
    const folder = place === '.' ? undefined : realPathOf(join(project, place));
    if (folder === undefined || linked.has(folder) || !folder.startsWith(`${project}/`)) continue;
    workspaces.push(folder);
    const recorded = { ...linkedTo('workspace', ident, place), ...factsOf(resolution, entry) };
    expected.push({ place, neededAs: null, recorded });
  }
  return byFolder(project, { expected, problems, workspaces });
}

/** @param {string} locator @param {Entry} entry */
function factsOf(locator, { version, dependencies, dependenciesMeta, linkType }) {
  const optional = namesOf(dependencies).filter((name) => {
    return recordOf(own(recordOf(dependenciesMeta), name)).optional === 'true';
  });
  const known = version === LOCAL_VERSION ? undefined : (version ?? /@npm:([^:]+)/.exec(locator)?.[1]);
  return {
    version: linkType === 'soft' ? null : versionOf(known),
    dependencies: namesOf(dependencies).filter((name) => !optional.includes(name)),
    optionalDependencies: optional,
  };
}

/**
 * `name`: that of the folder, which is what dependents call the package.
 * @param {string} locator @param {{name: string, checksum: unknown, registries: Registries}} facts
 * @returns {Delivered}
 */
function deliver(locator, { name, checksum, registries }) {
  const { ident, reference, params } = split(locator);
  const protocol = /^[a-z]+:/.exec(reference)?.[0];
  // Paths begin in the folder of the workspace that asks for them.
  const base = /@workspace:(.*)$/.exec(params.get('locator') ?? '')?.[1] ?? '';
  if (protocol === 'npm:') {
    const address = params.get('__archiveUrl');
    if (address === null) return fromRegistry(ident, checksum);
    return deliveredFrom({ address, integrity: checksum, name, registries });
  }
  if (protocol === 'workspace:') return linkedTo('workspace', name, pathOf(reference));
  if (protocol === 'link:' || protocol === 'portal:') return linkedTo('link', name, pathFrom(base, reference));
  if (protocol === 'patch:') return patched(reference, { name, checksum, registries });
  if (protocol === 'file:' || /^(?:https?|ssh|git\+\w+):|^git@/.test(reference)) {
    // Of `file:./a.tgz#./a.tgz` the part behind # is the same path again; of a git address it is the commit.
    const address = protocol === 'file:' ? reference.split('#', 1).join() : reference;
    return deliveredFrom({ address, integrity: checksum, name, registries, base });
  }
  return { name, from: NOTHING };
}

/**
 * `patch:NAME@npm%3A1.0.0#PATCH`. Yarn brings patches of its own along for a few packages; any other one is the project's, and
 * then what lies there is not what the registry delivers.
 * @param {string} reference @param {{name: string, checksum: unknown, registries: Registries}} facts
 * @returns {Delivered}
 */
function patched(reference, { name, checksum, registries }) {
  const [source = '', patch = ''] = reference.slice('patch:'.length).split('#');
  const inner = decoded(source);
  if (inner === undefined) return { name, from: NOTHING };
  const ofYarn = patch !== '' && patch.split('&').every((part) => /^(?:optional!|~)*builtin</.test(part));
  return deliver(inner, { name, checksum: ofYarn ? checksum : undefined, registries });
}

/** @param {string} locator */
function split(locator) {
  const at = locator.indexOf('@', 1);
  const ident = locator.slice(0, at);
  const [reference = '', parameters = ''] = locator.slice(at + 1).split('::');
  return { ident: isName(ident) ? ident : 'unknown', reference, params: new URLSearchParams(parameters) };
}

/** @param {string} reference */
function pathOf(reference) {
  return posix.normalize(reference.slice(reference.indexOf(':') + 1));
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
