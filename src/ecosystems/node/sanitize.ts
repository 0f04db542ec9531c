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
  /** Members of what a lock file of npm's form says of the project's own folders; the manifests there name them already. */
  readonly locked?: readonly string[];
  /** Lines of `.npmrc`, a regular expression, in the root's folder and in those above it. */
  readonly npmrc?: string;
  /** Members of `.yarnrc.yml`, in the root's folder and in those above it. */
  readonly yarnrcYml?: readonly string[];
  /** Members further in, wherever they stand. */
  readonly yarnrcYmlInner?: readonly string[];
  /** Settings of `.yarnrc` that stay, a regular expression for their name; in the same folders. Everything else is taken out. */
  readonly yarnrc?: string;
}

/** Members of a manifest at which managers stop where they mean another machine, whatever their flags say. */
export const PLATFORM = ['os', 'cpu', 'libc'];

/** What takes them out of the project: its own manifest where it has some, and those of its workspaces. */
export function platformRemovals({ manifest }: FoundProject): Pick<Removals, 'manifest' | 'otherManifests'> {
  return {
    manifest: PLATFORM.filter((name) => manifest[name] !== undefined).map((name) => [name]),
    otherManifests: manifest.workspaces === undefined ? [] : PLATFORM.map((name) => [name]),
  };
}

/** The command that does it; null where nothing is to be taken out. */
export function sanitizing({ root }: FoundProject, removals: Removals): readonly string[] | null {
  const isEmpty = Object.values(removals).every((what) => what === undefined || what.length === 0);
  return isEmpty ? null : ['node', `${OPT}/node/sanitize.mjs`, root, PROJECT, JSON.stringify(removals)];
}
