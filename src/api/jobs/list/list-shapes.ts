import { z } from 'zod';
import type { JobSummary } from '../../../jobs/job.js';
import type { JobPage } from '../../../jobs/search/query.js';
import { cursorText } from './list-query.js';

const job = z.object({
  id: z.uuid(),
  status: z.string(),
  ecosystem: z.string(),
  submittedAt: z.iso.datetime(),
  /** Null when the service is open. */
  submitter: z.string().nullable(),
  /** Null when nothing names a project. The id is null until the job has ended. */
  project: z.object({ id: z.string().nullable(), name: z.string() }).nullable(),
  /** The branch or tag. */
  ref: z.string().nullable(),
  /** Whether the job came from a merge request's pipeline. */
  mergeRequest: z.boolean(),
  /** Null until the job has ended, like `findings` and `durationMs`. */
  verdict: z.enum(['clean', 'findings', 'incomplete']).nullable(),
  findings: z.number().int().nullable(),
  durationMs: z.number().nullable(),
});

/** A page of jobs, newest first. */
export const jobListSchema = z.object({
  jobs: z.array(job),
  /** The parameter `before` of the next page; null on the last one. */
  next: z.string().nullable(),
  /**
   * Why the page ends here: `full`: it has `limit` jobs; `end`: there are no older ones; `stopped`: the search reached its limit of
   * jobs to look through, continue with `next`; `forgotten`: for one package only the newest runs are kept.
   */
  end: z.enum(['full', 'end', 'stopped', 'forgotten']),
});
export type JobList = z.infer<typeof jobListSchema>;

export function jobList({ jobs, next, end }: JobPage): JobList {
  return { jobs: jobs.map(rowOf), next: next === null ? null : cursorText(next), end };
}

function rowOf(summary: JobSummary): JobList['jobs'][number] {
  const { id, state, ecosystem, submittedAt, owner, project, ref, context, verdict, findings, durationMs } = summary;
  return {
    id,
    status: state,
    ecosystem,
    submittedAt: new Date(submittedAt).toISOString(),
    submitter: owner,
    project,
    ref,
    mergeRequest: context?.mergeRequestId !== undefined,
    verdict,
    findings,
    durationMs,
  };
}
