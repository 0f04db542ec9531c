import { isAtLeast, type Priority } from '../../falco/alert.js';
import type { Finding } from '../finding.js';
import type { Report } from '../report.js';
import { bySeverity, decideVerdict } from '../verdict/verdict.js';
import { behavioursOf } from './behaviour.js';
import { type Comparison, compare, failureOf } from './compare.js';
import { notCompared, toWhatChanged } from './headline.js';
import { doingKey, type Summary, summaryOf } from './summary.js';
import type { WhatChanged } from './what-changed.js';

/**
 * The report with what is new compared with an earlier one: in a summary, and as a mark on each finding and observation. New
 * behaviour of a changed package weighs more than what the package always did, so the verdict can become more severe. `now`: the
 * summary of this report.
 */
export function comparedReport(
  report: Report,
  now: Summary,
  earlier: Summary,
  project: WhatChanged['project'],
  failOn: Priority,
): Report {
  const failed = failedComparison(earlier, now, project);
  if (failed !== undefined) return { whatChanged: failed, ...report };
  const comparison = compare(earlier, now);
  const marked = (finding: Finding): Finding => marksNew(finding, comparison);
  const observations = report.observations.map(marked);
  const begun = observations.filter((finding) => isBegun(finding, comparison, failOn)).map(ratedByRule);
  const old = report.findings.map(marked);
  const findings = begun.length === 0 ? old : [...old, ...begun].toSorted(bySeverity);
  return {
    whatChanged: toWhatChanged(comparison, { report: { ...report, findings }, earlier, project }),
    ...report,
    verdict: begun.length === 0 ? report.verdict : decideVerdict(findings.length, report.incomplete),
    findings,
    observations: observations.filter((finding) => !isBegun(finding, comparison, failOn)),
  };
}

/**
 * A finished report with what is new compared with any other one, for somebody who reads the two side by side. Only `whatChanged` and the
 * marks change: the verdict is the one that the job ended with.
 */
export function comparedAgain<R extends Report>(report: R, other: Report): R {
  const [now, earlier] = [summaryOf(report), summaryOf(other)];
  const project = report.whatChanged?.project ?? null;
  const failed = failedComparison(earlier, now, project);
  if (failed !== undefined) return { ...report, whatChanged: failed };
  const comparison = compare(earlier, now);
  const marked = (finding: Finding): Finding => marksNew(finding, comparison);
  return {
    ...report,
    whatChanged: toWhatChanged(comparison, { report, earlier, project }),
    findings: report.findings.map(marked),
    observations: report.observations.map(marked),
  };
}

function failedComparison(earlier: Summary, now: Summary, project: WhatChanged['project']): WhatChanged | undefined {
  const failure = failureOf(earlier, now);
  return failure && notCompared(failure, project, { job: earlier.job, submittedAt: earlier.submittedAt });
}

/** With the mark of this comparison; that of another one is taken off. */
function marksNew({ isNew: _, ...finding }: Finding, { newKeys }: Comparison): Finding {
  const name = finding.package?.name ?? null;
  const isNew = behavioursOf(finding).some((behaviour) => newKeys.has(doingKey({ name, behaviour })));
  return isNew ? { ...finding, isNew: true } : finding;
}

/** Whether an observation that was lowered because it looks honest by itself is new in a package whose version or content has changed. */
function isBegun(finding: Finding, { changed }: Comparison, failOn: Priority): boolean {
  const { isNew, weighed, measured, accepted, alert } = finding;
  const isLowered = weighed === true && measured === undefined && accepted === undefined;
  if (isNew !== true || !isLowered || !isAtLeast(alert.priority, failOn)) return false;
  return changed.some(({ name }) => name === finding.package?.name);
}

function ratedByRule({ known = '', weighed: _, ...finding }: Finding): Finding {
  const begun = `the previous version did not do this; if it always had, this would not be a finding: ${known}`;
  return { ...finding, priority: finding.alert.priority, begun };
}
