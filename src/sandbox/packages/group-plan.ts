import { type InstalledPackage, isLocal } from '../../ecosystems/installed-package.js';
import type { ImportTarget } from './import-plan.js';

/**
 * The image has this many markers (`/opt/ci/at`). Packages share dependencies, so large groups are faster: 630 packages took 4.9 s of
 * processor time in groups of this size, and 8.1 s in groups of 64.
 */
const MAX_GROUP = 512;
/** From this number of packages on, they are split between two processes. */
const SPLIT_FROM = 60;
/** Far more than any legitimate project installs; beyond it the phase's deadline would be reached first anyway. */
export const MAX_TOGETHER = 6000;

/**
 * Groups the packages that are loaded together in one process, as folders: all that are not loaded individually. The groups have equal
 * sizes, since they run in parallel; neighbours stay together, since they often depend on each other.
 * @param alone what is loaded individually instead
 * @param local what is loaded although it is a folder of the project: others of these are the project's own code
 */
export function groupPlan(
  packages: readonly InstalledPackage[],
  alone: readonly ImportTarget[],
  local: readonly ImportTarget[] = [],
): readonly (readonly string[])[] {
  const taken = new Set(alone.map(({ folder }) => folder));
  const wanted = new Set(local.map(({ folder }) => folder));
  const folders = packages
    .filter((pkg) => pkg.path !== '.' && !taken.has(pkg.realPath) && (!isLocal(pkg) || wanted.has(pkg.realPath)))
    .map(({ realPath }) => realPath);
  const rest = [...new Set(folders)].slice(0, MAX_TOGETHER);
  const count = Math.max(Math.ceil(rest.length / MAX_GROUP), rest.length < SPLIT_FROM ? Math.min(1, rest.length) : 2);
  const size = Math.ceil(rest.length / count);
  return Array.from({ length: count }, (_, group) => rest.slice(group * size, (group + 1) * size));
}
