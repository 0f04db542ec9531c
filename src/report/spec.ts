import type { PackageRef } from './finding.js';

/** A package in the notation of package managers, which reports also use as a key: `esbuild@0.25.0`, `@scope/name@1.0.0`. */
export function specOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}@${version}`;
}

/** A key for one package in one place of the dependency tree: the same version may be installed in several places. */
export function packageKey({ name, version, path }: PackageRef): string {
  return JSON.stringify([name, version, path]);
}
