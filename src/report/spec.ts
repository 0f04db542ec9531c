import type { PackageRef } from './finding.js';

/** A package as package managers write it, and as reports key it: `esbuild@0.25.0`, `@scope/name@1.0.0`. */
export function specOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}

/** One package of one tree: the same version may stand in several places. Two references to it have the same key. */
export function packageKey({ name, version, path }: PackageRef): string {
  return JSON.stringify([name, version, path]);
}
