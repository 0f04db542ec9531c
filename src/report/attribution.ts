import type { Alert } from '../falco/alert.js';
import type { InstalledPackage } from './installed-package.js';
import type { PackageIndex } from './package-index.js';
import type { ProcessStart, ProcessTree } from './process-tree.js';
import type { Finding, PackageRef } from './report.js';

/** The program in the image that loads one package: `node /opt/packwarden/load.cjs NAME|FOLDER …`. */
const LOADER = /^node \/opt\/packwarden\/load\.[cm]js (\S+)/;

/** The package managers' own processes, as the image's commands start them. */
const MANAGER = /^(node \/usr\/local\/(bin|lib\/node_modules)\/(npm|npx|corepack)\b|npm |npx )/;

/** How many processes of a chain a report shows. */
const SHOWN_PROCESSES = 12;

export interface Attribution {
  /** Null when it can't be told: never a guess. */
  readonly package: PackageRef | null;
  readonly processes: Finding['processes'];
}

export function isManager(start: ProcessStart): boolean {
  return MANAGER.test(start.cmdline);
}

/** The package a program belongs to: by its folder, by the script it was given, or by what the loader was told to load. */
function packageOf(start: ProcessStart, packages: PackageIndex): InstalledPackage | undefined {
  const loaded = LOADER.exec(start.cmdline)?.[1];
  if (loaded !== undefined) return loaded.startsWith('/') ? packages.owning(loaded) : packages.direct(loaded);
  const byCwd = packages.owning(start.cwd);
  if (byCwd && byCwd !== packages.root) return byCwd;
  for (const word of start.cmdline.split(' ')) {
    const owner = word.startsWith('/') ? packages.owning(word) : undefined;
    if (owner && owner !== packages.root) return owner;
  }
  return undefined;
}

/**
 * Climbs from the process behind the alert to the package manager. The nearest program that belongs to a dependency
 * names it; below the manager with none of them dependency's, it was a script of the project itself.
 */
export function attribute(alert: Alert, tree: ProcessTree, packages: PackageIndex): Attribution {
  const chain = tree.chain(alert);
  const processes = chain.slice(0, SHOWN_PROCESSES).map(({ pid, cmdline, cwd }) => ({ pid, cmdline, cwd }));
  return { package: findPackage(alert, chain, packages), processes };
}

function findPackage(alert: Alert, chain: readonly ProcessStart[], packages: PackageIndex): PackageRef | null {
  for (const [index, start] of chain.entries()) {
    if (isManager(start)) {
      const belongsToProject = index > 0 && packages.root !== undefined;
      return belongsToProject ? packages.ref(packages.root as InstalledPackage) : null;
    }
    const pkg = packageOf(start, packages);
    if (pkg) return packages.ref(pkg);
  }
  const cwd = alert.fields['proc.cwd'];
  const byCwd = chain.length === 0 && cwd !== undefined ? packages.owning(cwd.replace(/\/$/, '')) : undefined;
  return byCwd && byCwd !== packages.root ? packages.ref(byCwd) : null;
}

/** The packages whose lifecycle scripts were seen to run: a process in their folder started by the package manager. */
export function packagesThatRan(tree: ProcessTree, packages: PackageIndex): ReadonlySet<InstalledPackage> {
  const ran = new Set<InstalledPackage>();
  for (const start of tree.starts()) {
    const parent = tree.at(start.ppid, start.time);
    if (!parent || !isManager(parent) || isManager(start)) continue;
    const pkg = packages.owning(start.cwd);
    if (pkg) ran.add(pkg);
  }
  return ran;
}
