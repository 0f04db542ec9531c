import { isAtLeast, type Priority } from '../falco/alert.js';
import type { Finding } from './finding.js';
import type { Report } from './report.js';
import { counted } from './text/counted.js';

/** What a report means for a CI job whose own floor is `failOn`, and why in one sentence. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 3;
  readonly reason: string;
}

/** From which priority findings count; `new`: from WARNING, and only what no version of the package did before. */
export type FailOn = Priority | 'new';

/**
 * A finding counts whatever else went wrong: an incomplete run with findings is 1, so that a pipeline that tolerates 3
 * does not tolerate them. Findings below the floor don't count, also when the service judges them; observations at or above
 * it do, unless a baseline accepts them. Where nothing could be compared, everything is new.
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
