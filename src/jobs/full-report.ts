import type { z } from 'zod';
import type { CorrelatedJob } from '../gitlab/correlate/job.js';
import { gitlabSectionSchema } from '../gitlab/correlate/section.js';
import { reportSchema } from '../report/report.js';
import type { JobView } from './job.js';

/** A job's report with GitLab's audit events, which are joined each time it is read: more of them arrive after it is written. */
export const fullReportSchema = reportSchema.extend({ gitlab: gitlabSectionSchema });
export type FullReport = z.infer<typeof fullReportSchema>;

/** Limit for a claimed start time: a CI variable must not be able to extend the time window without bounds. */
const LONGEST_JOB_MS = 24 * 3_600_000;

/** What the correlation needs to know of a finished job; undefined while the job runs, and when no CI job is known. */
export function correlatedJob(job: JobView): CorrelatedJob | undefined {
  const { context, report, submittedAt } = job;
  if (context === null || report === null) return undefined;
  const claimed = Math.max(context.startedAt ?? submittedAt, submittedAt - LONGEST_JOB_MS);
  return {
    context,
    start: Math.min(claimed, submittedAt),
    end: Date.parse(report.finishedAt),
    findings: report.findings.map(({ rule, priority, tags, first, package: by }) => ({
      rule,
      priority,
      tags,
      first: Date.parse(first),
      package: by,
    })),
  };
}
