import { isAtLeast, type Priority } from '../falco/alert.js';
import { counted } from './counted.js';
import type { Report } from './report.js';

/** What a report means for a CI job whose own floor is `failOn`, and why in one sentence. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 3;
  readonly reason: string;
}

/**
 * A finding counts whatever else went wrong: an incomplete run with findings is 1, so that a pipeline that tolerates 3
 * does not tolerate them. Findings below the floor don't count, also when the service judges them; observations at or above
 * it do, unless a baseline accepts them.
 */
export function outcomeOf(report: Report, failOn: Priority): Outcome {
  const all = [...report.findings, ...report.observations];
  const { length } = all.filter(({ priority, accepted }) => accepted === undefined && isAtLeast(priority, failOn));
  if (length > 0) return { exitCode: 1, reason: `${counted(length, 'finding')} at or above ${failOn}` };
  if (report.verdict === 'incomplete') return { exitCode: 3, reason: "the run can't be called clean" };
  return { exitCode: 0, reason: `nothing at or above ${failOn}` };
}
