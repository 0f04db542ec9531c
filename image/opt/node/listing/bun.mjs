// bun's record is its lock file: `bun.lock`, JSON with commas at the end of lists. A key is the path to a package through the
// node_modules folders (`is-even/is-odd`, `@a/b/c`), beginning at the project or in a workspace of that name.
// https://bun.sh/docs/install/lockfile
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packagesIn } from './files.mjs';
import { deliveredFrom, fromRegistry, linkedTo, pathFrom } from './origin.mjs';
import { byFolder } from './record.mjs';
import { addressOf, isName, namesOf, recordOf, textOf, textsOf, versionOf } from './values.mjs';
import { patternsOf } from './workspaces.mjs';
import { readYaml } from './yaml-record.mjs';

/**
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./types.d.ts').Registries} Registries
 * @typedef {import('./origin.mjs').Delivered} Delivered
 */

const RECORD = 'bun.lock';
const INSTALL = ['preinstall', 'install', 'postinstall'];

/** @type {import('./types.d.ts').ManagerTraits} */
export const bun = {
  read,
  scripts: {
    project: [...INSTALL, 'preprepare', 'prepare', 'postprepare'],
    workspace: [...INSTALL, 'prepare'],
    link: [],
    bundled: [],
  },
  buildsLocalGyp: true,
  linksAnyFolder: false,
  installsPeers: true,
  workspacePatterns: (_project, manifest) => patternsOf(manifest),
};

/** @param {string} project @param {Registries} registries */
function read(project, registries) {
  /** @type {string[]} */
  const problems = [];
  const modules = join(project, 'node_modules');
  // Where there is nothing to install bun deletes its lock file.
  const hasNothing = !existsSync(join(project, RECORD)) && packagesIn(modules).length === 0;
  if (hasNothing || !existsSync(modules)) return byFolder(project, { expected: [] });
  const packages = recordOf(readYaml(project, join(project, RECORD), problems)?.packages);
  const workspaces = workspacesOf(packages);
  const expected = [];
  for (const [key, value] of Object.entries(packages)) {
    const names = key.match(/(?:@[^/]+\/)?[^/]+/g) ?? [];
    const name = names.at(-1) ?? '';
    if (!Array.isArray(value) || !names.every(isName)) continue;
    const info = recordOf(value.find((part) => typeof part === 'object'));
    if (info.bundled === 'true') continue;
    const recorded = {
      ...deliver(name, value, registries),
      dependencies: [...namesOf(info.dependencies), ...namesOf(info.peerDependencies)],
      optionalDependencies: [...namesOf(info.optionalDependencies), ...textsOf(info.optionalPeers)],
    };
    expected.push({ recorded, place: placeOf(names, workspaces), neededAs: name });
  }
  return byFolder(project, { expected, problems });
}

/**
 * The folders of the workspaces by their names.
 * @param {Readonly<Record<string, unknown>>} packages
 */
function workspacesOf(packages) {
  /** @type {Map<string, string>} */
  const folders = new Map();
  for (const [key, value] of Object.entries(packages)) {
    const spec = Array.isArray(value) ? textOf(value[0]) : undefined;
    const folder = spec === undefined ? undefined : /^(?:@[^/]+\/)?[^/@]+@workspace:(.*)$/.exec(spec)?.[1];
    if (folder !== undefined) folders.set(key, folder);
  }
  return folders;
}

/** @param {readonly string[]} names @param {ReadonlyMap<string, string>} workspaces */
function placeOf(names, workspaces) {
  const [first = '', ...rest] = names;
  const start = rest.length > 0 ? workspaces.get(first) : undefined;
  return [start ?? `node_modules/${first}`, ...rest.map((name) => `node_modules/${name}`)].join('/');
}

/**
 * `[SPEC, registry, info, integrity]` for what a registry delivers, else `[SPEC, info, integrity or commit]`; SPEC is
 * `NAME@VERSION`, `NAME@ADDRESS` or `NAME@workspace:FOLDER`.
 * @param {string} name @param {readonly unknown[]} value @param {Registries} registries
 * @returns {Delivered & {version: string | null}}
 */
function deliver(name, value, registries) {
  const spec = textOf(value[0]) ?? '';
  const at = spec.indexOf('@', 1);
  const [ident, reference] = [spec.slice(0, at), spec.slice(at + 1)];
  if (/^\d/.test(reference) && isName(ident)) {
    return { ...ofRegistry(name, ident, value, registries), version: versionOf(reference) };
  }
  const kind = /^(?:(workspace)|link):/.exec(reference);
  if (kind !== null) {
    return { ...linkedTo(kind[1] ? 'workspace' : 'link', name, pathFrom('', reference)), version: null };
  }
  const hash = textOf(value[2]);
  const integrity = hash?.includes('-') ? hash : undefined;
  return { ...deliveredFrom({ address: reference, integrity, name, registries }), version: null };
}

/**
 * @param {string} name @param {string} ident @param {readonly unknown[]} value @param {Registries} registries
 * @returns {Delivered}
 */
function ofRegistry(name, ident, value, registries) {
  const address = textOf(value[1]);
  if (address === undefined) return fromRegistry(ident, value[3]);
  // The address of a tarball, or that of another registry.
  const tarball = /\.tgz$/.test(address) ? address : `${address.replace(/\/$/, '')}/${ident}/-/x.tgz`;
  const delivered = deliveredFrom({ address: tarball, integrity: value[3], name, registries });
  return { ...delivered, from: { ...delivered.from, resolved: addressOf(address) } };
}
