import type { PackageIndex } from '../attribution/files/package-index.js';
import type { PackageRef } from '../finding.js';
import type { Phase } from '../phase.js';
import { isFromRegistry } from '../scripts/provenance.js';
import type { Installed } from './weigh.js';

/** The facts about installed packages and completed phases that are used for weighing. */
export function installedOf(index: PackageIndex, phases: readonly Phase[]): Installed {
  const isOfRegistry = (pkg: PackageRef): boolean => isFromRegistry(pkg, index);
  const packages = [...index.all];
  return {
    names: new Set(packages.map(({ name }) => name)),
    isFromRegistry: isOfRegistry,
    isImportStopped: phases.some(({ name, timedOut }) => name === 'import' && timedOut),
    isNameOfRegistry: (name) => packages.every((pkg) => pkg.name !== name || isOfRegistry(index.ref(pkg))),
  };
}
