import type { z } from 'zod';
import type { CorrelatedJob } from '../gitlab/correlate/job.js';
import { gitlabSectionSchema } from '../gitlab/correlate/section.js';
import { reportSchema } from '../report/report.js';
import type { JobView } from './job.js';

/** The report of a job with what is joined to it when it is read: GitLab's audit events go on coming after it is written. */
export const fullReportSchema = reportSchema.extend({ gitlab: gitlabSectionSchema });
export type FullReport = z.infer<typeof fullReportSchema>;

/** A claimed start is not believed further back than this: no window may be stretched by a variable. */
const LONGEST_JOB_MS = 24 * 3_600_000;

/** A finished job as the correlation sees it; undefined while it runs, and where no CI job is known. */
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
