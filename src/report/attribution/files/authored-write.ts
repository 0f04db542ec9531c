import type { InstalledPackage } from '../../../ecosystems/installed-package.js';
import type { Alert } from '../../../falco/alert.js';
import { isGitsIndex } from '../../findings/paths/git-index.js';
import { isNewCode, isNewSetting } from '../../findings/paths/new-in-project.js';
import { isProjectSetting } from '../../findings/paths/project-settings.js';
import { isUnownedModule } from '../../findings/paths/unowned-module.js';
import type { ProcessStart } from '../processes/process-tree.js';
import type { PackageIndex } from './package-index.js';

/** A file that was written by a package's script or while a package was loaded. */
export interface PackageWrite {
  readonly path: string;
  readonly alert: Alert;
  /** The package that owns the step. */
  readonly runner: InstalledPackage;
  /** The package whose code wrote it; usually the same as `runner`. */
  readonly by: InstalledPackage;
  /** The programs of the writing process and of those above it, the latest first. */
  readonly programs: readonly ProcessStart[];
  /** Whether it was written in the step of the runner's lifecycle scripts. */
  readonly isScript: boolean;
  /** Whether it was written while the runner was loaded, or its functions were called. */
  readonly isExercise: boolean;
}

/**
 * A file that was written in the folder of a package or of the project, with the package that wrote it and the one that owns the folder.
 */
export interface AuthoredWrite {
  readonly path: string;
  readonly alert: Alert;
  readonly writer: InstalledPackage;
  readonly owner: InstalledPackage;
  /** Whether a lifecycle script wrote it. */
  readonly isScript: boolean;
  /** Whether it was written while a package was loaded, or its functions were called. */
  readonly isExercise: boolean;
}

/** The writes to the folders of packages or of the project. Git's update of its own index is left out. */
export function authoredOf(writes: readonly PackageWrite[], packages: PackageIndex): readonly AuthoredWrite[] {
  return writes.flatMap(({ path, alert, runner, by, programs, isScript, isExercise }) => {
    if (isGitsIndex(path, programs)) return [];
    const owner = packages.owning(path);
    if (owner === undefined) return [];
    // If a package calls a tool of another package and the tool writes to the caller's folder, the write is attributed to the caller. This
    // does not apply to the project, whose folder contains files of all packages.
    const writer = runner === owner && runner !== packages.root ? runner : by;
    return [{ path, alert, writer, owner, isScript, isExercise }];
  });
}

/**
 * The writes that changed what belongs to others. They are writes of one package in another one's folder, and these writes of dependencies
 * in the project's folder: to files that the project brought along, to settings that tools read by themselves, next to the installed
 * packages in `node_modules`, by lifecycle scripts new files that would be settings of the project, and by lifecycle scripts and loads
 * new code. Anything else that is new in the project's folder (a cache, documents) changes nothing of the project.
 */
export function foreignOf(
  writes: readonly AuthoredWrite[],
  packages: PackageIndex,
  brought: ReadonlySet<string>,
): readonly AuthoredWrite[] {
  return writes.filter((write) => {
    const { path, writer, owner } = write;
    if (owner !== packages.root) return owner !== writer;
    // A tool that is delivered as a script may replace it with its program after the installation.
    if (packages.owning(packages.fileOf(path)) === writer) return false;
    return projectChange(write, brought) !== undefined && writer.from.kind !== 'workspace';
  });
}

/**
 * What a write in the project's folder means to the project: a module beside the installed packages, a file that it brought along or a
 * setting, or new code; undefined if none of these. `brought`: the files that were submitted.
 */
export function projectChange(
  { path, isScript, isExercise }: Pick<AuthoredWrite, 'path' | 'isScript' | 'isExercise'>,
  brought: ReadonlySet<string>,
): 'module' | 'setting' | 'code' | undefined {
  if (isUnownedModule(path)) return 'module';
  if (brought.has(path) || isProjectSetting(path) || (isScript && isNewSetting(path))) return 'setting';
  return (isScript || isExercise) && isNewCode(path) ? 'code' : undefined;
}

/**
 * The writes after which the owner's actions may be caused by the writer. A new setting that a dependency adds to the project is not one of
 * them: the project's own scripts are still attributed to the project, unless they run that file.
 */
export function changingCode(
  writes: readonly AuthoredWrite[],
  packages: PackageIndex,
  brought: ReadonlySet<string>,
): readonly AuthoredWrite[] {
  return writes.filter(({ path, owner }) => owner !== packages.root || brought.has(path) || isUnownedModule(path));
}

/** Files that no program or loader runs: documents and data. */
const NO_CODE =
  /\.(?:md|markdown|txt|map|html?|css|svg|png|jpe?g|gif|ico|d\.[cm]?ts|log|lock|ya?ml)$|\/(?:LICEN[CS]E|README|CHANGELOG)[^/]*$/i;

/** Whether the written file may contain code that is run. */
export function writtenCode({ path }: AuthoredWrite): boolean {
  return !NO_CODE.test(path);
}
