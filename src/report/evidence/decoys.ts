import type { Alert } from '../../falco/alert.js';
import { isWithin, touchedFiles } from './touched-files.js';

/** A fake credential that stood in the sandbox. */
export interface PlantedDecoy {
  /** As a report names it, e.g. `SSH key`. */
  readonly name: string;
  /** Absolute path in the sandbox. */
  readonly path: string;
}

/** The name of the decoy that an alert is about; null when it is about none. */
export function decoyOf(alert: Alert, decoys: readonly PlantedDecoy[]): string | null {
  const { 'evt.arg.oldpath': moved = '' } = alert.fields;
  for (const file of touchedFiles(alert)) {
    // A detour over /proc/self/root ends in the same path; a folder that is moved takes along what it holds.
    const decoy = decoys.find(({ path }) => file.endsWith(path) || (file === moved && isWithin(file, path)));
    if (decoy !== undefined) return decoy.name;
  }
  return null;
}
