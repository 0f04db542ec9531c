import type { Alert } from '../../falco/alert.js';
import { isWithin, touchedFiles } from './touched-files.js';

/** A fake credential that was planted in the sandbox. */
export interface PlantedDecoy {
  /** The name used in reports, e.g. `SSH key`. */
  readonly name: string;
  /** Absolute path in the sandbox. */
  readonly path: string;
}

/** The name of the decoy that an alert refers to; null if it refers to none. */
export function decoyOf(alert: Alert, decoys: readonly PlantedDecoy[]): string | null {
  const { 'evt.arg.oldpath': moved = '' } = alert.fields;
  for (const file of touchedFiles(alert)) {
    // A path through /proc/self/root ends with the path of the decoy; moving a folder also moves the decoys in it.
    const decoy = decoys.find(({ path }) => file.endsWith(path) || (file === moved && isWithin(file, path)));
    if (decoy !== undefined) return decoy.name;
  }
  return null;
}
