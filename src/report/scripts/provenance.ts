import type { InstalledPackage, OriginKind } from '../../ecosystems/installed-package.js';
import { isArchiveOf } from '../../ecosystems/recognition/archives.js';
import type { PackageIndex } from '../attribution/files/package-index.js';
import type { PackageRef } from '../finding.js';

/** Why a package did not come from a registry, in words for the report. */
const NOT_OF_A_REGISTRY = {
  tarball: 'it is a tarball from an address or a file, not from the registry',
  git: 'it comes from a git repository, not from the registry',
  folder: 'it is a folder of the project, not from the registry',
  link: 'it is a folder that is linked to, not from the registry',
  workspace: 'it is a workspace of the project',
  bundled: 'it is bundled in another package, not from the registry',
  project: 'it is the project itself',
  unknown: "the package manager's record of the install does not know it",
} as const satisfies Record<Exclude<OriginKind, 'registry'>, string>;

/**
 * Why a package is not known to be what the registry delivers to everybody under its name; undefined if it is. Only then do its
 * name and version mean the same code on another machine.
 *
 * A copy that the project brings along (a mirror, a cache in its repository; `archives`) counts as the registry's if the record
 * of the install has an integrity and an address in the registry for it, because the copy was compared with that integrity.
 * Records without addresses (of yarn 2 and later) take the integrity from the project itself, so such a copy does not count.
 */
export function notFromRegistry(
  pkg: InstalledPackage,
  index: PackageIndex,
  archives: readonly string[],
): string | undefined {
  const { calledItself, from } = pkg;
  if (from.kind !== 'registry') return NOT_OF_A_REGISTRY[from.kind];
  if (from.integrity === null) return 'the record of the install has no integrity for it';
  const alias = index.aliasOf(pkg);
  if (alias !== undefined) return `it is installed under another name: ${alias}`;
  if (calledItself !== undefined) return `its own manifest has another name: ${calledItself}`;
  if (from.resolved === null && archives.some((file) => isArchiveOf(file, pkg))) {
    return 'it comes from a copy in the project, and its address in the registry is not recorded';
  }
  return undefined;
}

/**
 * Whether every package with this name and version was delivered by a registry under that name, with its integrity, so that no
 * other package can pretend to have the name. Copies that the project brings along count, because their integrity was checked.
 */
export function isFromRegistry({ name, version }: PackageRef, index: PackageIndex): boolean {
  const named = [...index.all].filter((pkg) => pkg.name === name && pkg.version === version);
  return named.length > 0 && named.every((pkg) => notFromRegistry(pkg, index, []) === undefined);
}
