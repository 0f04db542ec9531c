// A record that knows the folder of each package.
import { join } from 'node:path';
import { realPathOf } from './files.mjs';

/**
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./types.d.ts').InstallRecord} InstallRecord
 */

/**
 * `expected`: each package with its place relative to the project.
 * @param {string} project
 * @param {{expected: InstallRecord['expected']} & Partial<InstallRecord>} parts
 * @returns {InstallRecord}
 */
export function byFolder(project, { expected, ...parts }) {
  /** @type {Map<string, Recorded>} */
  const folders = new Map();
  for (const { recorded, place } of expected) {
    const folder = realPathOf(join(project, place));
    if (folder !== undefined) folders.set(folder, recorded);
  }
  return { workspaces: [], store: null, problems: [], ...parts, expected, lookUp: ({ folder }) => folders.get(folder) };
}
