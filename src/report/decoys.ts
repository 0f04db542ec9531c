import type { Alert } from '../falco/alert.js';

/** A fake credential that stood in the sandbox. */
export interface PlantedDecoy {
  /** As a report names it, e.g. `SSH key`. */
  readonly name: string;
  /** Absolute path in the sandbox. */
  readonly path: string;
}

/** Where an alert names the file it is about: `fd.name` of an open, the others of calls by name. */
const PATH_FIELDS = ['fd.name', 'fs.path.name', 'evt.arg.path', 'evt.arg.name'] as const;

/** The name of the decoy that an alert is about; null when it is about none. */
export function decoyOf(alert: Alert, decoys: readonly PlantedDecoy[]): string | null {
  for (const field of PATH_FIELDS) {
    const value = alert.fields[field];
    // A detour over /proc/self/root ends in the same path.
    const decoy = value === undefined ? undefined : decoys.find(({ path }) => value.endsWith(path));
    if (decoy !== undefined) return decoy.name;
  }
  return null;
}
