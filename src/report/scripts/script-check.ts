import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import type { PackageIndex } from '../attribution/files/package-index.js';

/** The result of the check phase, which loads the packages as they were fetched, before any script has run. */
export interface ScriptCheck {
  /**
   * By folder (`realPath`): whether the package could be loaded then. Contains only packages that could be loaded after their
   * scripts had run.
   */
  readonly loads: ReadonlyMap<string, boolean>;
  /** Why there is no answer for any package, or not for all; null if there is. */
  readonly problem: string | null;
}

/**
 * Whether a package needs its scripts to be loaded. No script had run at the time of the check, so if the package failed to load,
 * it may have missed the scripts of a dependency: then the answer is null unless all its dependencies with scripts could be
 * loaded. Null also if the job did not ask, or if the check has no result for the package.
 */
export function isNeeded(pkg: InstalledPackage, check: ScriptCheck | null, index: PackageIndex): boolean | null {
  const loads = check?.loads.get(pkg.realPath);
  if (check === null || loads === undefined) return null;
  if (loads) return false;
  const others = [...dependenciesOf(pkg, index)].filter((dependency) => scriptsOf(dependency).length > 0);
  return others.every(({ realPath }) => check.loads.get(realPath) === true) ? true : null;
}

/** All direct and indirect dependencies of a package, without the package itself. */
function dependenciesOf(pkg: InstalledPackage, index: PackageIndex): ReadonlySet<InstalledPackage> {
  const found = new Set<InstalledPackage>();
  const waiting = [pkg];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const name of at.dependencies) {
      const dependency = index.resolve(at, name);
      if (dependency === undefined || dependency === pkg || found.has(dependency)) continue;
      found.add(dependency);
      waiting.push(dependency);
    }
  }
  return found;
}
