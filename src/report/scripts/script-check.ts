import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import type { PackageIndex } from '../attribution/package-index.js';

/** What the check phase found out: the packages were loaded as they had been fetched, before any script had run. */
export interface ScriptCheck {
  /** By folder (`realPath`): whether the package could be loaded then. Only packages that could be loaded after their scripts are in it. */
  readonly loads: ReadonlyMap<string, boolean>;
  /** Why it can't be told of any package, or of all; null when it can. */
  readonly problem: string | null;
}

/**
 * Whether a package needs its scripts to be loaded. No script had run, so nothing is said of one that could not be loaded and
 * depends on another that could not be: it may be the other one's script that it misses. Null, too, where the check was not
 * asked for, and where it has no answer.
 */
export function isNeeded(pkg: InstalledPackage, check: ScriptCheck | null, index: PackageIndex): boolean | null {
  const loads = check?.loads.get(pkg.realPath);
  if (check === null || loads === undefined) return null;
  if (loads) return false;
  const others = [...dependenciesOf(pkg, index)].filter((dependency) => scriptsOf(dependency).length > 0);
  return others.every(({ realPath }) => check.loads.get(realPath) === true) ? true : null;
}

/** Everything that a package depends on, directly or not, without itself. */
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
