import { OPT, PROJECT } from '../places.js';
import type { FoundProject } from '../project.js';

/** Settings that are removed from a project's files before the fetch. `image/opt/node/sanitize.mjs` does it, and lists what it removed. */
export interface Removals {
  /** Guards in the root's package.json, as paths of members; they are listed elsewhere, with what they demand. */
  readonly guards?: readonly (readonly string[])[];
  /** Members of the root's package.json, as paths; `*` stands for any name. */
  readonly manifest?: readonly (readonly string[])[];
  /** Members of every other package.json of the project (packages in `node_modules` are left alone). */
  readonly otherManifests?: readonly (readonly string[])[];
  /** Members of the entries for the project's own folders in an npm lock file; they are listed for the manifests already. */
  readonly locked?: readonly string[];
  /** Lines of `.npmrc`, as a regular expression, in the root and in the folders above it. */
  readonly npmrc?: string;
  /** Members of `.yarnrc.yml`, in the root and in the folders above it. */
  readonly yarnrcYml?: readonly string[];
  /** Nested members, at any depth. */
  readonly yarnrcYmlInner?: readonly string[];
  /** Settings of `.yarnrc` that are kept, as a regular expression for their name; in the same folders. Everything else is removed. */
  readonly yarnrc?: string;
}

/** Members of a manifest that stop managers on other platforms, whatever their flags. */
export const PLATFORM = ['os', 'cpu', 'libc'];

/** Removes them from the project: from its own manifest if it has any, and from those of its workspaces. */
export function platformRemovals({ manifest }: FoundProject): Pick<Removals, 'manifest' | 'otherManifests'> {
  return {
    manifest: PLATFORM.filter((name) => manifest[name] !== undefined).map((name) => [name]),
    otherManifests: manifest.workspaces === undefined ? [] : PLATFORM.map((name) => [name]),
  };
}

/** The command that removes them; null if there is nothing to remove. */
export function sanitizing({ root }: FoundProject, removals: Removals): readonly string[] | null {
  const isEmpty = Object.values(removals).every((what) => what === undefined || what.length === 0);
  return isEmpty ? null : ['node', `${OPT}/node/sanitize.mjs`, root, PROJECT, JSON.stringify(removals)];
}
