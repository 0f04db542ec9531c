import { OPT, PROJECT } from '../places.js';
import type { FoundProject } from '../project.js';

/** What is taken out of a project's files before the fetch. `image/opt/node/sanitize.mjs` does it, and names what was there. */
export interface Removals {
  /** Guards in the root's package.json, as paths of members; the manager's own list names them with what they demand. */
  readonly guards?: readonly (readonly string[])[];
  /** Members of the root's package.json, as paths; `*` is any name. */
  readonly manifest?: readonly (readonly string[])[];
  /** Members of every other package.json of the project (those of packages in `node_modules` are left alone). */
  readonly otherManifests?: readonly (readonly string[])[];
  /** Members of `.yarnrc.yml`, in the root's folder and in those above it. */
  readonly yarnrcYml?: readonly string[];
  /** Members further in, wherever they stand. */
  readonly yarnrcYmlInner?: readonly string[];
  /** Settings of `.yarnrc` that stay, a regular expression for their name; in the same folders. Everything else is taken out. */
  readonly yarnrc?: string;
}

/** The command that does it; null where nothing is to be taken out. */
export function sanitizing({ root }: FoundProject, removals: Removals): readonly string[] | null {
  const isEmpty = Object.values(removals).every((what) => what === undefined || what.length === 0);
  return isEmpty ? null : ['node', `${OPT}/node/sanitize.mjs`, root, PROJECT, JSON.stringify(removals)];
}
