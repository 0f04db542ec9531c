import type { IncompleteReason } from '../verdict/verdict.js';
import type { FileChange } from './snapshot.js';

/** A change of a file, and the package in whose script step it happened. */
export interface Change extends FileChange {
  /** Folder (`realPath`) of the package, if only its scripts ran since the last snapshot; null if several packages' code did. */
  readonly by: string | null;
  /** When the change was found, in milliseconds since the epoch; it happened before that. */
  readonly at: number;
}

/** The result of comparing the files with what was fetched. */
export interface Compared {
  readonly changes: readonly Change[];
  /** The number of changes beyond the limit, which were not kept. */
  readonly overflowed: number;
  /** Why not all files could be compared; null if they could. */
  readonly problem: string | null;
}

/** The reasons why a run can't be vouched for if not all of its files were compared. */
export function comparisonFaults({ overflowed, problem }: Compared): readonly IncompleteReason[] {
  const faults: IncompleteReason[] = [];
  if (problem !== null) {
    const message = `the files could not be compared with the fetched ones: ${problem}`;
    faults.push({ code: 'comparison-failed', message });
  }
  if (overflowed > 0) {
    faults.push({
      code: 'alerts-overflowed',
      message: `there were ${overflowed} more changes of files than a report can hold`,
    });
  }
  return faults;
}
