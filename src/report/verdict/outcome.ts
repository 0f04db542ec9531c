import { isAtLeast, type Priority } from '../../falco/alert.js';
import type { Finding } from '../finding.js';
import type { Report } from '../report.js';
import { counted } from '../text/counted.js';

/** What a report means for a CI job with its own threshold `failOn`, and the reason in one sentence. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 3;
  readonly reason: string;
}

/** The priority from which findings count. `new`: from WARNING on, and only what no earlier version of the package did. */
export type FailOn = Priority | 'new';

/**
 * Findings count even if the run is incomplete: the exit code is then 1, so that a pipeline that tolerates 3 does not tolerate
 * them. Findings below the threshold don't count, even if the service's threshold is lower. Observations at or above it do count,
 * unless a baseline accepts them. If there is no earlier report to compare with, everything counts as new.
 */
export function outcomeOf(report: Report, failOn: FailOn): Outcome {
  const all = [...report.findings, ...report.observations];
  const floor = failOn === 'new' ? 'WARNING' : failOn;
  const counting = all.filter(({ priority, accepted }) => accepted === undefined && isAtLeast(priority, floor));
  const { length } = failOn === 'new' ? counting.filter(newnessOf(report)) : counting;
  const what = failOn === 'new' ? newWords(report) : `at or above ${failOn}`;
  if (length > 0) return { exitCode: 1, reason: `${counted(length, 'finding')} ${what}` };
  if (report.verdict === 'incomplete') return { exitCode: 3, reason: "the run can't be called clean" };
  return { exitCode: 0, reason: `nothing ${what}` };
}

function newnessOf({ whatChanged }: Report): (finding: Finding) => boolean {
  return whatChanged?.compared === true ? ({ isNew }) => isNew === true : () => true;
}

function newWords({ whatChanged }: Report): string {
  if (whatChanged?.compared === true) return 'that is new, at or above WARNING';
  return 'at or above WARNING, all taken as new: there is no earlier report to compare with';
}
