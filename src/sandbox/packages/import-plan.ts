import { type InstalledPackage, isLocal, scriptsOf } from '../../ecosystems/installed-package.js';
import { PackageIndex } from '../../report/attribution/package-index.js';

/** One package to load in a process of its own. */
export interface ImportTarget {
  readonly name: string;
  /** The folder it lies in; what tells two versions of one name apart. */
  readonly folder: string;
  /** Whether the project's own code finds it by name. */
  readonly direct: boolean;
  /** Command line tools that are asked for `--help`. */
  readonly bins: readonly string[];
}

/** How many packages are loaded: far above an honest project's; beyond it the phase's deadline would come first anyway. */
export const MAX_TARGETS = 2000;
/** Few packages have more; those that are left out are told. */
const MAX_BINS_EACH = 4;

/**
 * What the import phase loads: each direct dependency of the project and of its workspaces, and each package that has
 * an install script, whoever wants it. The project's own code is not loaded: it is not what is judged.
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

/** The packages in these folders, whoever wants them, without tools; those of a plan as it has them. */
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
