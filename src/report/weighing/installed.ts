import type { PackageIndex } from '../attribution/package-index.js';
import type { PackageRef } from '../finding.js';
import { isFromRegistry } from '../scripts/provenance.js';
import type { Installed } from './weigh.js';

/** What weighing asks of the packages of an index. */
export function installedOf(index: PackageIndex): Installed {
  const isOfRegistry = (pkg: PackageRef): boolean => isFromRegistry(pkg, index);
  const packages = [...index.all];
  return {
    names: new Set(packages.map(({ name }) => name)),
    isFromRegistry: isOfRegistry,
    isNameOfRegistry: (name) => packages.every((pkg) => pkg.name !== name || isOfRegistry(index.ref(pkg))),
  };
}
