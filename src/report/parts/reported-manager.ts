import type { PackageManager } from '../../ecosystems/manager.js';
import { MANAGERS } from '../../ecosystems/managers.js';
import { majorOf } from '../../ecosystems/project.js';
import type { Report } from '../report.js';

/** The package URL type of the registry whose packages are measured (`behaviours/`): that of the first package manager. */
const MEASURED = MANAGERS[0].purl.type;

/** Whether the packages come from the registry whose packages are measured: a gem of the same name is a different package. */
export function isOfMeasuredRegistry({ manager, ecosystem }: Pick<Report, 'manager' | 'ecosystem'>): boolean {
  return manager !== null && reportedManager({ manager, ecosystem }).purl.type === MEASURED;
}

/**
 * The package manager of a report: the one that ran, in the edition for its version; if none ran, the one that the job asked for;
 * without either, the default one.
 */
export function reportedManager({ manager, ecosystem }: Pick<Report, 'manager' | 'ecosystem'>): PackageManager {
  const editions = MANAGERS.filter(({ name }) => name === (manager?.name ?? ecosystem));
  const major = majorOf(manager?.version ?? '');
  return editions.find(({ version }) => majorOf(version) === major) ?? editions[0] ?? MANAGERS[0];
}
