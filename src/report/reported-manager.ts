import type { PackageManager } from '../ecosystems/manager.js';
import { MANAGERS } from '../ecosystems/managers.js';
import { majorOf } from '../ecosystems/project.js';
import type { Report } from './report.js';

/** The kind of package URLs of the registry whose packages are measured (`behaviours/`): that of the first manager. */
const MEASURED = MANAGERS[0].purl.type;

/** Whether packages are those of the registry that is measured: a gem of the same name is another one. */
export function isOfMeasuredRegistry({ manager, ecosystem }: Pick<Report, 'manager' | 'ecosystem'>): boolean {
  return manager !== null && reportedManager({ manager, ecosystem }).purl.type === MEASURED;
}

/**
 * The package manager that a report is of: the one that ran, in the edition of its version; where none ran, the one that was
 * asked for, and without either the one that is taken where nothing says which.
 */
export function reportedManager({ manager, ecosystem }: Pick<Report, 'manager' | 'ecosystem'>): PackageManager {
  const editions = MANAGERS.filter(({ name }) => name === (manager?.name ?? ecosystem));
  const major = majorOf(manager?.version ?? '');
  return editions.find(({ version }) => majorOf(version) === major) ?? editions[0] ?? MANAGERS[0];
}
