import type { InstalledPackage } from '../../../ecosystems/installed-package.js';
import { isAtLeast } from '../../../falco/alert.js';
import type { Finding, PackageRef } from '../../finding.js';
import { subjectOf } from '../../findings/subject.js';
import { packageKey } from '../../spec.js';
import type { PackageIndex } from '../files/package-index.js';

/** The phases in which a package runs together with everything that it loads. */
const SHARED: ReadonlySet<Finding['phase']> = new Set(['import', 'execute', 'later', 'run']);
const WHY = 'a package that it depends on does the same when it is loaded alone';

/**
 * A package that loads another one also shows the actions of that package in its own process. If a dependency does the same when it is
 * loaded on its own, the finding is attributed to the dependency, and that of the dependent package becomes an observation. The observation
 * still counts as a part of correlated findings.
 */
export function lowerInherited(findings: readonly Finding[], packages: PackageIndex): readonly Finding[] {
  const byDoing = new Map<string, Finding[]>();
  for (const finding of findings.filter(isRatedLoad)) {
    const key = doingOf(finding);
    byDoing.set(key, [...(byDoing.get(key) ?? []), finding]);
  }
  const closures = new Closures(packages);
  return findings.map((finding) => {
    if (!isRatedLoad(finding)) return finding;
    const others = (byDoing.get(doingOf(finding)) ?? []).filter((other) => isAtLeast(other.priority, finding.priority));
    const isInherited = others.some((other) => closures.reaches(finding.package, other.package));
    return isInherited ? { ...finding, priority: 'NOTICE', known: WHY } : finding;
  });
}

/**
 * A script that requires a package also shows the actions of that package in its process. If code of a package ran there that does the same
 * when it is loaded alone, that package's own finding has the right priority (reading a settings file is only an observation), so the
 * script's finding becomes an observation.
 */
export function lowerRequired(findings: readonly Finding[]): readonly Finding[] {
  const alone = new Set(findings.filter(isOwnLoad).map((finding) => byAndDoing(finding.package, finding)));
  return findings.map((finding) => {
    if (finding.phase !== 'install' || finding.known !== undefined || !isAtLeast(finding.priority, 'WARNING'))
      return finding;
    const by = finding.orBy?.find((other) => alone.has(byAndDoing(other, finding)));
    if (by === undefined) return finding;
    const known = `code of ${by.name}@${by.version} ran in it, which does the same when it is loaded alone`;
    return { ...finding, priority: 'NOTICE', known };
  });
}

function isOwnLoad({ phase, package: by, ranBy, orBy }: Finding): boolean {
  return phase === 'import' && by !== null && ranBy === undefined && orBy === undefined;
}

function byAndDoing(by: PackageRef | null, finding: Finding): string {
  return `${by === null ? '' : packageKey(by)}\0${doingOf(finding)}`;
}

function isRatedLoad({ phase, package: by, known, priority }: Finding): boolean {
  return SHARED.has(phase) && by !== null && known === undefined && isAtLeast(priority, 'WARNING');
}

/** A rule and what the finding refers to: for a correlated finding, all its parts. */
function doingOf(finding: Finding): string {
  const parts = finding.parts?.map(({ rule, subject }) => `${rule}\0${subject}`) ?? [subjectOf(finding)];
  return [finding.rule, ...parts.toSorted()].join('\0');
}

/** The packages that each package depends on, directly or indirectly. */
class Closures {
  readonly #packages: PackageIndex;
  readonly #byRef = new Map<string, InstalledPackage>();
  readonly #reached = new Map<InstalledPackage, ReadonlySet<InstalledPackage>>();

  constructor(packages: PackageIndex) {
    this.#packages = packages;
    for (const pkg of packages.all) this.#byRef.set(packageKey(packages.ref(pkg)), pkg);
  }

  /** False if the packages depend on each other: then it is not known which of them is the cause. */
  reaches(from: PackageRef | null, to: PackageRef | null): boolean {
    const [user, used] = [from, to].map((ref) => (ref === null ? undefined : this.#byRef.get(packageKey(ref))));
    if (user === undefined || used === undefined || user === used) return false;
    return this.#of(user).has(used) && !this.#of(used).has(user);
  }

  #of(start: InstalledPackage): ReadonlySet<InstalledPackage> {
    const known = this.#reached.get(start);
    if (known !== undefined) return known;
    const reached = new Set<InstalledPackage>();
    const queue = [start];
    for (let pkg = queue.pop(); pkg !== undefined; pkg = queue.pop()) {
      for (const name of pkg.dependencies) {
        const found = this.#packages.resolve(pkg, name);
        if (found === undefined || reached.has(found)) continue;
        reached.add(found);
        queue.push(found);
      }
    }
    this.#reached.set(start, reached);
    return reached;
  }
}
