import { type InstalledPackage, isLocal, scriptsOf } from '../../ecosystems/installed-package.js';
import { PackageIndex } from '../../report/attribution/files/package-index.js';

/**
 * The packages with lifecycle scripts in the order in which these run: dependencies before the packages that depend on them, local
 * folders and workspaces after all others, the project itself last. In a cycle of dependencies the package that is listed first comes
 * last. A folder with several links to it is listed once.
 */
export function scriptOrder(packages: readonly InstalledPackage[], projectDir: string): readonly InstalledPackage[] {
  const index = new PackageIndex(packages, projectDir);
  const ordered: InstalledPackage[] = [];
  const seen = new Set<string>();
  const byPlace = [...packages].sort((a, b) => rank(a) - rank(b));
  for (const start of byPlace) visit(start, index, seen, ordered);
  const withScripts = ordered.filter((pkg) => scriptsOf(pkg).length > 0);
  return withScripts.toSorted((a, b) => rank(a) - rank(b));
}

function rank(pkg: InstalledPackage): number {
  if (pkg.path === '.') return 2;
  return isLocal(pkg) ? 1 : 0;
}

/** Depth-first search without recursion: a chain of dependencies may be deeper than the call stack allows. */
function visit(start: InstalledPackage, index: PackageIndex, seen: Set<string>, ordered: InstalledPackage[]): void {
  if (seen.has(start.realPath)) return;
  seen.add(start.realPath);
  const path = [{ pkg: start, next: 0 }];
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const name = at.pkg.dependencies[at.next];
    at.next += 1;
    if (name === undefined) {
      ordered.push(at.pkg);
      path.pop();
      continue;
    }
    const dependency = index.resolve(at.pkg, name);
    if (dependency === undefined || seen.has(dependency.realPath)) continue;
    seen.add(dependency.realPath);
    path.push({ pkg: dependency, next: 0 });
  }
}
