import type { IncompleteReason } from '../verdict.js';
import type { FileChange } from './snapshot.js';

/** A change, and whose step it was. */
export interface Change extends FileChange {
  /** Folder (`realPath`) of the package whose scripts alone ran meanwhile; null where several packages' code did. */
  readonly by: string | null;
  /** When it was found, in milliseconds since the epoch: the change is older. */
  readonly at: number;
}

/** What came of comparing the files with what was fetched. */
export interface Compared {
  readonly changes: readonly Change[];
  /** Changes beyond what is kept. */
  readonly overflowed: number;
  /** Why the files could not be compared to the end; null where they could. */
  readonly problem: string | null;
}

/** Why a run can't be vouched for whose files were not all compared. */
export function comparisonFaults({ overflowed, problem }: Compared): readonly IncompleteReason[] {
  const faults: IncompleteReason[] = [];
  if (problem !== null) {
    const message = `what the packages left behind could not be compared with what was fetched: ${problem}`;
    faults.push({ code: 'comparison-failed', message });
  }
  if (overflowed > 0) {
    faults.push({ code: 'alerts-overflowed', message: `${overflowed} changes of files were more than a report holds` });
  }
  return faults;
}
