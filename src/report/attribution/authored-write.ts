import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { Alert } from '../../falco/alert.js';
import { isGitsIndex } from '../findings/git-index.js';
import { isNewSetting } from '../findings/new-in-project.js';
import { isProjectSetting } from '../findings/project-settings.js';
import { isUnownedModule } from '../findings/unowned-module.js';
import type { PackageIndex } from './package-index.js';
import type { ProcessStart } from './process-tree.js';

/** A file that a package's script or import wrote. */
export interface PackageWrite {
  readonly path: string;
  readonly alert: Alert;
  /** Whose step it was. */
  readonly runner: InstalledPackage;
  /** Whose code it was: mostly the same. */
  readonly by: InstalledPackage;
  /** What the process had become, the latest program first. */
  readonly programs: readonly ProcessStart[];
  /** Whether it was in the step of the runner's lifecycle scripts. */
  readonly isScript: boolean;
}

/** A file of the project that a package's script or import wrote, and whose folder it lies in. */
export interface AuthoredWrite {
  readonly path: string;
  readonly alert: Alert;
  readonly writer: InstalledPackage;
  readonly owner: InstalledPackage;
  /** Whether a lifecycle script did it. */
  readonly isScript: boolean;
}

/** The writes in the folders of packages, or of the project; git's index is git's own. */
export function authoredOf(writes: readonly PackageWrite[], packages: PackageIndex): readonly AuthoredWrite[] {
  return writes.flatMap(({ path, alert, runner, by, programs, isScript }) => {
    if (isGitsIndex(path, programs)) return [];
    const owner = packages.owning(path);
    if (owner === undefined) return [];
    // A tool of another package that works in the folder of the package that called it does what it is for. The project's folder
    // holds everybody's.
    return [{ path, alert, writer: runner === owner && runner !== packages.root ? runner : by, owner, isScript }];
  });
}

/**
 * The writes of packages in other packages' folders, and of dependencies to files that the project brought along, to those that tools
 * take their orders from, or beside the installed packages, and of their lifecycle scripts to what would stand among its settings: what
 * they make anew elsewhere in its folder (a generated client, a cache) is no change of it.
 */
export function foreignOf(
  writes: readonly AuthoredWrite[],
  packages: PackageIndex,
  brought: ReadonlySet<string>,
): readonly AuthoredWrite[] {
  return writes.filter(({ path, writer, owner, isScript }) => {
    if (owner !== packages.root) return owner !== writer;
    // A tool that comes as a script may put its program in the script's place once it is there.
    if (packages.owning(packages.fileOf(path)) === writer) return false;
    const isOfInterest =
      brought.has(path) || isUnownedModule(path) || isProjectSetting(path) || (isScript && isNewSetting(path));
    return isOfInterest && writer.from.kind !== 'workspace';
  });
}

/**
 * Those after which what the owner does may be the writer's doing. A setting that a dependency adds to the project is not: what the
 * project's own scripts do from then on is still theirs, unless they run that file.
 */
export function changingCode(
  writes: readonly AuthoredWrite[],
  packages: PackageIndex,
  brought: ReadonlySet<string>,
): readonly AuthoredWrite[] {
  return writes.filter(({ path, owner }) => owner !== packages.root || brought.has(path) || isUnownedModule(path));
}

/** Files that a program or a loader runs; documents and data are read, not run. */
const NO_CODE =
  /\.(?:md|markdown|txt|map|html?|css|svg|png|jpe?g|gif|ico|d\.[cm]?ts|log|lock|ya?ml)$|\/(?:LICEN[CS]E|README|CHANGELOG)[^/]*$/i;

/** Whether what was written may be run. */
export function writtenCode({ path }: AuthoredWrite): boolean {
  return !NO_CODE.test(path);
}
