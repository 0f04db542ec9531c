import { offSection } from '../../gitlab/correlate/section.js';
import { visibleTo } from '../../gitlab/correlate/visible.js';
import { correlatedJob, type FullReport } from '../../jobs/full-report.js';
import type { JobView } from '../../jobs/job.js';
import type { CorrelationReader, Identity } from '../ports.js';

/** What reading a report needs. */
export interface ReportReading {
  /** Null when no audit events are received. */
  readonly correlation: CorrelationReader | null;
}

/** A job's report, joined with the GitLab audit events received so far, as `reader` may see it; null while there is no report. */
export async function readReport(
  job: JobView,
  { correlation }: ReportReading,
  reader: Identity,
): Promise<FullReport | null> {
  return job.report === null ? null : { ...job.report, gitlab: await gitlabSection(job, correlation, reader) };
}

async function gitlabSection(
  job: JobView,
  correlation: CorrelationReader | null,
  reader: Identity,
): Promise<FullReport['gitlab']> {
  if (correlation === null) {
    return offSection({ code: 'no-feed', message: 'no audit events are received here' }, job.context);
  }
  const correlated = correlatedJob(job);
  if (correlated === undefined) {
    return offSection({ code: 'no-identity', message: 'the submission did not name a CI job' }, null);
  }
  return visibleTo(await correlation.sectionOf(job.id, correlated), reader);
}
