import { type InstalledPackage, isLocal } from '../../ecosystems/installed-package.js';
import type { ImportTarget } from './import-plan.js';

/**
 * The image has so many marks (`/opt/ci/at`). Packages share what they depend on, so large groups are cheap: 630 packages took
 * 4.9 s of processor time in groups of this size, 8.1 s in groups of 64.
 */
const MAX_GROUP = 512;
/** From so many packages on two processes share them. */
const LEAST_SHARED = 60;
/** Far above what an honest project has installed; beyond it the phase's deadline would come first anyway. */
export const MAX_TOGETHER = 6000;

/**
 * What is loaded many to a process, as folders: every package that is not loaded alone. The groups are of one size, since they run
 * side by side; neighbours stay together, since they often need each other.
 */
export function groupPlan(
  packages: readonly InstalledPackage[],
  alone: readonly ImportTarget[],
): readonly (readonly string[])[] {
  const taken = new Set(alone.map(({ folder }) => folder));
  const folders = packages
    .filter((pkg) => pkg.path !== '.' && !isLocal(pkg) && !taken.has(pkg.realPath))
    .map(({ realPath }) => realPath);
  const rest = [...new Set(folders)].slice(0, MAX_TOGETHER);
  const count = Math.max(Math.ceil(rest.length / MAX_GROUP), rest.length < LEAST_SHARED ? Math.min(1, rest.length) : 2);
  const size = Math.ceil(rest.length / count);
  return Array.from({ length: count }, (_, group) => rest.slice(group * size, (group + 1) * size));
}
