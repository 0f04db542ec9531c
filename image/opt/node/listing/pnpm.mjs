// pnpm's records: `node_modules/.pnpm/lock.yaml`, the part of the lock file that is in place, `.modules.yaml` beside it, and
// `.pnpm-workspace-state-v1.json` with the workspaces. Where workspaces have lock files of their own
// (`sharedWorkspaceLockfile: false`) each has a `.pnpm` of its own as well.
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { realPathOf } from './files.mjs';
import { linkedTo } from './origin.mjs';
import { deliver, PnpmFolders, packageKey } from './pnpm-keys.mjs';
import { isName, namesOf, own, recordOf, textOf, textsOf, versionOf } from './values.mjs';
import { readYaml } from './yaml-record.mjs';

/**
 * @typedef {import('./types.d.ts').Found} Found
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./types.d.ts').Registries} Registries
 * @typedef {Readonly<Record<string, unknown>>} Entry
 */

const STATE = 'node_modules/.pnpm-workspace-state-v1.json';
const LOCAL = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];

/** @type {import('./types.d.ts').ManagerTraits} */
export const pnpm = {
  read,
  scripts: { project: ['pnpm:devPreinstall', ...LOCAL], workspace: LOCAL, link: [], bundled: [] },
  buildsLocalGyp: true,
  linksAnyFolder: true,
  installsPeers: true,
  workspacePatterns: (project) => {
    const settings = readYaml(project, join(project, 'pnpm-workspace.yaml'), []) ?? {};
    return textsOf(settings.packages);
  },
};

/** @param {string} project @param {Registries} registries */
function read(project, registries) {
  /** @type {string[]} */
  const problems = [];
  const roots = [project, ...workspacesOf(project)];
  /** @param {string} folder */
  const isInside = (folder) => folder.startsWith(`${project}/`);
  const stores = roots.filter((root) => existsSync(join(root, 'node_modules/.pnpm')));
  const read = stores.map((root) => new Store(project, root, registries, problems));
  const workspaces = new Set([...roots, ...read.flatMap(({ importers }) => importers)].filter(isInside));
  /** @param {Found} found @returns {Recorded | undefined} */
  const lookUp = (found) => {
    for (const store of read) {
      const recorded = store.lookUp(found.folder);
      if (recorded !== undefined) return recorded;
    }
    const isWorkspace = workspaces.has(found.folder);
    if (!isWorkspace && !read.some(({ links }) => links.has(found.folder))) return undefined;
    const name = found.isLink ? found.name : (textOf(found.manifest?.name) ?? found.name);
    const delivered = linkedTo(isWorkspace ? 'workspace' : 'link', name, relative(project, found.folder));
    return { ...delivered, version: null, dependencies: [], optionalDependencies: [] };
  };
  const expected = read.flatMap((store) => store.expected);
  return { lookUp, expected, workspaces: [...workspaces], store: '.pnpm', problems };
}

/**
 * The absolute folders of the workspaces as pnpm noted them.
 * @param {string} project
 */
function workspacesOf(project) {
  const state = existsSync(join(project, STATE)) ? readYaml(project, join(project, STATE), []) : undefined;
  const folders = Object.keys(recordOf(state?.projects)).flatMap((folder) => realPathOf(folder) ?? []);
  return folders.filter((folder) => folder.startsWith(`${project}/`));
}

/** One `node_modules/.pnpm` with the lock file that belongs to it. */
class Store {
  #folder;
  #names = new PnpmFolders();
  /** @type {Map<string, Recorded>} */
  #recorded = new Map();
  /** @type {import('./types.d.ts').Expected[]} */
  expected = [];
  /** Absolute folders of the workspaces that share this store. @type {string[]} */
  importers = [];
  /** Absolute folders that are linked to. @type {Set<string>} */
  links = new Set();

  /** @param {string} project @param {string} root @param {Registries} registries @param {string[]} problems */
  constructor(project, root, registries, problems) {
    this.#folder = join(root, 'node_modules/.pnpm');
    const lock = readYaml(project, join(this.#folder, 'lock.yaml'), problems) ?? {};
    const modules = readYaml(project, join(root, 'node_modules/.modules.yaml'), problems) ?? {};
    const importers = recordOf(lock.importers);
    const snapshots = recordOf(lock.snapshots);
    const aliases = this.#readImporters(root, importers);
    for (const snapshot of Object.values(snapshots)) addAliases(aliases, recordOf(snapshot));
    const skipped = new Set(textsOf(modules.skipped));
    const base = relative(project, root);
    for (const [key, value] of Object.entries(snapshots)) {
      const entry = recordOf(own(recordOf(lock.packages), packageKey(key)));
      const { storeName, version, ...delivered } = deliver(key, entry, { aliases, registries, base });
      if (!isName(storeName)) continue;
      const { dependencies, optionalDependencies, optional } = recordOf(value);
      const recorded = {
        ...delivered,
        version: version ?? versionOf(entry.version),
        dependencies: namesOf(dependencies),
        optionalDependencies: namesOf(optionalDependencies),
      };
      this.#names.add(key);
      this.#recorded.set(`${key}\n${storeName}`, recorded);
      if (optional === 'true' || skipped.has(key)) continue;
      const place = relative(project, join(this.#folder, this.#names.folderOf(key), 'node_modules', storeName));
      this.expected.push({ recorded, place, neededAs: null });
    }
  }

  /** @param {string} root @param {Entry} importers @returns {Map<string, string>} key in the lock file → what it is called */
  #readImporters(root, importers) {
    const aliases = new Map();
    for (const [at, importer] of Object.entries(importers)) {
      const folder = realPathOf(join(root, at));
      if (folder !== undefined) this.importers.push(folder);
      for (const section of ['dependencies', 'optionalDependencies', 'devDependencies']) {
        for (const [alias, value] of Object.entries(recordOf(recordOf(importer)[section]))) {
          const reference = textOf(recordOf(value).version) ?? '';
          const target = reference.startsWith('link:') ? realPathOf(join(root, at, reference.slice(5))) : undefined;
          if (target !== undefined) this.links.add(target);
          else addAlias(aliases, alias, reference);
        }
      }
    }
    return aliases;
  }

  /** @param {string} folder absolute */
  lookUp(folder) {
    if (!folder.startsWith(`${this.#folder}/`)) return undefined;
    const [first = '', ...rest] = folder.slice(this.#folder.length + 1).split('/');
    const key = this.#names.keyOf(first);
    return rest[0] === 'node_modules' ? this.#recorded.get(`${key}\n${rest.slice(1).join('/')}`) : undefined;
  }
}

/** @param {Map<string, string>} aliases @param {Entry} snapshot */
function addAliases(aliases, { dependencies, optionalDependencies }) {
  for (const section of [dependencies, optionalDependencies]) {
    for (const [alias, reference] of Object.entries(recordOf(section))) {
      if (typeof reference === 'string') addAlias(aliases, alias, reference);
    }
  }
}

/**
 * A reference is a key of the lock file, or what follows `alias@` in one.
 * @param {Map<string, string>} aliases @param {string} alias @param {string} reference
 */
function addAlias(aliases, alias, reference) {
  for (const key of [reference, `${alias}@${reference}`]) if (!aliases.has(key)) aliases.set(key, alias);
}
