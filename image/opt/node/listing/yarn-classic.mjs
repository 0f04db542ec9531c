// yarn 1's records: `node_modules/.yarn-integrity` has what it resolved each pattern to (`is-odd@^3.0.0`), `yarn.lock` more
// about each. Neither contains folders: a folder's entry is found by its name and its manifest's version.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from './files.mjs';
import { recordOf, textsOf } from './values.mjs';
import { patternsOf } from './workspaces.mjs';
import { entriesOf, nameIn } from './yarn-entries.mjs';
import { YarnFolders } from './yarn-folders.mjs';
import { readYarnLock } from './yarn-lock.mjs';

/**
 * @typedef {import('./types.d.ts').Registries} Registries
 * @typedef {import('./types.d.ts').InstallRecord} InstallRecord
 */

const RECORD = 'node_modules/.yarn-integrity';
const MAX_BYTES = 16 * 1024 * 1024;
const INSTALL = ['preinstall', 'install', 'postinstall'];

/** @type {import('./types.d.ts').ManagerTraits} */
export const yarnClassic = {
  read,
  scripts: { project: [...INSTALL, 'prepublish', 'prepare'], workspace: INSTALL, link: [], bundled: [] },
  buildsLocalGyp: true,
  linksAnyFolder: true,
  installsPeers: false,
  workspacePatterns: (_project, manifest) => patternsOf(manifest),
};

/** @param {string} project @param {Registries} registries @returns {InstallRecord} */
function read(project, registries) {
  /** @type {string[]} */
  const problems = [];
  const { resolved, topLevel } = readIntegrity(project, problems);
  const lock = readYarnLock(readText(join(project, 'yarn.lock'), MAX_BYTES) ?? '');
  const entries = entriesOf(resolved, lock, registries);
  // Workspaces are asked for at the top, and there is nothing to resolve.
  const workspaces = new Set(topLevel.filter((pattern) => !entries.has(pattern)).map(nameIn));
  const folders = new YarnFolders(project, entries, workspaces);
  const expected = [...new Set(entries.values())]
    .filter(({ isLink }) => !isLink)
    .map(({ name, recorded }) => ({ recorded, place: `${recorded.name}@${recorded.version ?? ''}`, neededAs: name }));
  return { lookUp: (found) => folders.lookUp(found), expected, workspaces: [], store: null, problems };
}

/** @param {string} project @param {string[]} problems */
function readIntegrity(project, problems) {
  const isThere = existsSync(join(project, 'node_modules'));
  const text = isThere ? readText(join(project, RECORD), MAX_BYTES) : '{}';
  try {
    const { lockfileEntries, topLevelPatterns } = recordOf(JSON.parse(text ?? ''));
    return { resolved: recordOf(lockfileEntries), topLevel: textsOf(topLevelPatterns) };
  } catch {
    problems.push(`yarn's record of the install, ${RECORD}, can't be read`);
    return { resolved: {}, topLevel: [] };
  }
}
