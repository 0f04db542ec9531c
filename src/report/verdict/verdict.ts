import { isAtLeast, type Priority } from '../../falco/alert.js';
import type { Report } from '../report.js';
import { INCOMPLETE_CODES, type IncompleteCode } from './incomplete-codes.js';

/** A reason why a run can't be vouched for. */
export interface IncompleteReason {
  readonly code: IncompleteCode;
  readonly message: string;
}

/**
 * If something may have gone unobserved, the verdict is `incomplete`, whatever was observed. If the run was watched but did not
 * reach its end, findings still decide, but without findings the verdict is `incomplete`, because their absence proves nothing.
 */
export function decideVerdict(findings: number, incomplete: readonly { readonly code: string }[]): Report['verdict'] {
  const meanings: Readonly<Record<string, string>> = INCOMPLETE_CODES;
  if (incomplete.some(({ code }) => meanings[code] === 'unwatched')) return 'incomplete';
  if (findings > 0) return 'findings';
  return incomplete.length > 0 ? 'incomplete' : 'clean';
}

/** Sorts the most severe first, then by time. */
export function bySeverity(a: Dated, b: Dated): number {
  if (a.priority !== b.priority) return isAtLeast(a.priority, b.priority) ? -1 : 1;
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0;
}
type Dated = Readonly<{ priority: Priority; first: string }>;

/** Separates findings, which decide the verdict, from observations; both are sorted by severity, then by time. */
export function splitByPriority<T extends { priority: Priority; first: string; accepted?: unknown }>(
  all: readonly T[],
  failOn: Priority,
): { findings: T[]; observations: T[] } {
  const sorted = all.toSorted(bySeverity);
  const isFinding = (item: T): boolean => item.accepted === undefined && isAtLeast(item.priority, failOn);
  return { findings: sorted.filter(isFinding), observations: sorted.filter((item) => !isFinding(item)) };
}
