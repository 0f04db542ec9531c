import type { InstalledPackage } from '../ecosystems/installed-package.js';
import type { Alert } from '../falco/alert.js';
import type { PackageIndex } from './package-index.js';

/** A file of the project that a package's script or import wrote, and whose folder it lies in. */
export interface AuthoredWrite {
  readonly path: string;
  readonly alert: Alert;
  readonly writer: InstalledPackage;
  readonly owner: InstalledPackage;
}

/**
 * The writes of packages in other packages' folders, and of dependencies to files that the project brought along: what they make anew in
 * its folder (a generated client, a cache) is no change of it.
 */
export function foreignOf(
  writes: readonly AuthoredWrite[],
  packages: PackageIndex,
  brought: ReadonlySet<string>,
): readonly AuthoredWrite[] {
  return writes.filter(({ path, writer, owner }) => {
    if (owner !== packages.root) return owner !== writer;
    return brought.has(path) && writer.from.kind !== 'workspace';
  });
}

/** Files that a program or a loader runs; documents and data are read, not run. */
const NO_CODE =
  /\.(?:md|markdown|txt|map|html?|css|svg|png|jpe?g|gif|ico|d\.[cm]?ts|log|lock|ya?ml)$|\/(?:LICEN[CS]E|README|CHANGELOG)[^/]*$/i;

/** Whether what was written may be run. */
export function writtenCode({ path }: AuthoredWrite): boolean {
  return !NO_CODE.test(path);
}
