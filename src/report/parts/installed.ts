import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { PackageIndex } from '../attribution/files/package-index.js';
import type { InstalledRow, Report } from '../report.js';

/** The report's list of all fetched packages, and the project for which they were fetched. */
export function installedPart(
  fetched: readonly InstalledPackage[],
  index: PackageIndex,
): Pick<Report, 'installed' | 'project'> {
  const positions = new Map(fetched.map((pkg, position) => [pkg, position]));
  const leadTo = (pkg: InstalledPackage): number[] => {
    const found = pkg.dependencies.map((name) => index.resolve(pkg, name)).filter((other) => other !== pkg);
    return [...new Set(found.flatMap((other) => (other && positions.get(other)) ?? []))];
  };
  const installed = fetched.map((pkg) => ({ ...toRow(pkg), dependsOn: leadTo(pkg) }));
  const { root } = index;
  if (root === undefined) return { installed };
  // A workspace is installed because the project lists it, whether or not a dependency names it.
  const workspaces = fetched.flatMap((pkg, position) => (pkg.from.kind === 'workspace' ? [position] : []));
  const dependsOn = [...new Set([...leadTo(root), ...workspaces])];
  return { installed, project: { name: root.name, version: root.version, dependsOn } };
}

function toRow({ name, calledItself, version, path, from }: InstalledPackage): InstalledRow {
  const { kind, resolved, integrity } = from;
  const other = calledItself === undefined ? {} : { calledItself };
  return { name, ...other, version, folder: path, from: kind, resolved, integrity };
}
