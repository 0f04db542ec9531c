import { isManagerShim, isPackageManager, isRuntimePackage } from '../../ecosystems/image-programs.js';
import type { OriginKind } from '../../ecosystems/installed-package.js';
import { alertTimeNs } from '../../falco/alert.js';
import type { Written } from '../attribution/actor.js';
import type { Attribution } from '../attribution/attribution.js';
import type { PackageIndex } from '../attribution/package-index.js';
import type { ProcessStart } from '../attribution/process-tree.js';
import { scriptOf } from '../attribution/program-file.js';

/** What tells whose file a program is, and who wrote it. */
export interface FileContext extends Written {
  readonly packages: PackageIndex;
}

/**
 * Whether a program is the script that a package manager of the image puts before the path of what it starts: where it stands among the
 * makers of the process, and the file is as that process wrote it. Of the project's own scripts no writes are kept: there its place says enough.
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

/** Where a package of this name is what it is called: the registry, or the project's own word. Who depends on a repository may name it as he likes. */
const NAMED_TRULY: readonly OriginKind[] = ['registry', 'folder', 'link', 'workspace'];

/** Whether a program is a runtime that came as a package, in this package's folder and by no other's hand. */
export function isRuntimeAsFetched({ exepath, time }: ProcessStart, { packages, foreignWrites }: FileContext): boolean {
  const owner = packages.owning(exepath);
  if (owner === undefined || !NAMED_TRULY.includes(owner.from.kind) || owner.calledItself !== undefined) return false;
  if (!isRuntimePackage(owner.name)) return false;
  return !foreignWrites.some((write) => write.path === exepath && alertTimeNs(write.alert) <= time);
}
