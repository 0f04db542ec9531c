import { type InstalledPackage, isLocal, scriptsOf } from '../../ecosystems/installed-package.js';
import { PackageIndex } from '../../report/attribution/files/package-index.js';

/** A package to load in a process of its own. */
export interface ImportTarget {
  readonly name: string;
  /** Its folder, which distinguishes two versions with the same name. */
  readonly folder: string;
  /** Whether the project's own code resolves it by name. */
  readonly direct: boolean;
  /** Command line tools to run with `--help`. */
  readonly bins: readonly string[];
}

/** How many packages are loaded: far more than in a legitimate project; beyond it the phase's deadline would be reached first anyway. */
export const MAX_TARGETS = 2000;
/** Few packages have more tools; the report mentions those that are left out. */
const MAX_BINS_EACH = 4;

/**
 * The packages that the import phase loads individually: each direct dependency of the project and of its workspaces, and each package with
 * an install script, whoever depends on it. The project's own code is not loaded, since it is not what the report is about.
 */
export function importPlan(packages: readonly InstalledPackage[], projectDir: string): readonly ImportTarget[] {
  const index = new PackageIndex(packages, projectDir);
  const targets = new Map<string, ImportTarget>();
  const add = (pkg: InstalledPackage, key: string, direct: boolean): void => {
    if (pkg.path === '.' || targets.has(pkg.realPath)) return;
    const bins = direct ? (pkg.bins ?? []).slice(0, MAX_BINS_EACH) : [];
    targets.set(pkg.realPath, { name: key, folder: pkg.realPath, direct, bins });
  };
  for (const user of packages.filter(isLocal)) {
    for (const name of user.dependencies) {
      const pkg = index.resolve(user, name);
      if (pkg) add(pkg, name, index.direct(name) === pkg);
    }
  }
  for (const pkg of packages) {
    if (scriptsOf(pkg).length > 0 && !isLocal(pkg)) add(pkg, pkg.name, false);
  }
  return [...targets.values()];
}

/** The packages in these folders, without their tools; if a package is in the plan, with its name there. */
export function onlyIn(
  folders: ReadonlySet<string>,
  plan: readonly ImportTarget[],
  packages: readonly InstalledPackage[],
): readonly ImportTarget[] {
  const planned = new Map(plan.map((target) => [target.folder, target]));
  const found = new Map<string, ImportTarget>();
  for (const { realPath: folder, name } of packages) {
    if (folders.has(folder)) found.set(folder, { name, folder, direct: false, ...planned.get(folder), bins: [] });
  }
  return [...found.values()];
}
