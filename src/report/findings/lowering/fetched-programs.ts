import { isManagerShim, isPackageManager, isRuntimePackage } from '../../../ecosystems/image/image-programs.js';
import type { OriginKind } from '../../../ecosystems/installed-package.js';
import { alertTimeNs } from '../../../falco/alert.js';
import type { Written } from '../../attribution/actor.js';
import type { Attribution } from '../../attribution/attribution.js';
import type { PackageIndex } from '../../attribution/files/package-index.js';
import type { ProcessStart } from '../../attribution/processes/process-tree.js';
import { scriptOf } from '../../attribution/processes/program-file.js';

/** What is needed to tell which package a program's file belongs to, and which package wrote it. */
export interface FileContext extends Written {
  readonly packages: PackageIndex;
}

/**
 * Whether a program is the script that a package manager of the image puts first in the PATH of what it starts. This requires
 * that the manager is an ancestor of the process, and that the manager wrote the file. Writes by the project's own scripts are
 * not recorded, so for these the ancestor is enough.
 */
export function isShimOfManager(
  program: ProcessStart,
  { programs }: Attribution,
  isOwn: boolean,
  { planted }: FileContext,
): boolean {
  const script = scriptOf(program);
  if (script === undefined || !isManagerShim(script)) return false;
  const managers = programs.slice(1).filter((above) => above.loads === null && isPackageManager(above));
  if (isOwn) return managers.length > 0;
  const writer = planted.writerOf(script, program.time)?.programs[0];
  return writer !== undefined && managers.some(({ pid, time }) => pid === writer.pid && time === writer.time);
}

/**
 * The origins for which a package's name can be trusted, because the registry or the project chose it. For other origins, e.g. a
 * git repository, whoever depends on the package can choose the name.
 */
const NAMED_TRULY: readonly OriginKind[] = ['registry', 'folder', 'link', 'workspace'];

/** Whether a program is a JavaScript runtime from a package of that name, and no other package has changed it. */
export function isRuntimeAsFetched({ exepath, time }: ProcessStart, { packages, foreignWrites }: FileContext): boolean {
  const owner = packages.owning(exepath);
  if (owner === undefined || !NAMED_TRULY.includes(owner.from.kind) || owner.calledItself !== undefined) return false;
  if (!isRuntimePackage(owner.name)) return false;
  return !foreignWrites.some((write) => write.path === exepath && alertTimeNs(write.alert) <= time);
}
