import type { JobSummary } from '../job.js';

/** The verdicts that jobs can be searched by; `none` is a job that is waiting or running. */
export const LISTED_VERDICTS = ['clean', 'findings', 'incomplete', 'none'] as const;

/** Which jobs are wanted; absent fields match every job. */
export interface JobFilter {
  /** A part of the project's name, ignoring case. */
  readonly project?: string | undefined;
  readonly verdict?: (typeof LISTED_VERDICTS)[number] | undefined;
  /** A part of the submitter's or the GitLab user's name, ignoring case. */
  readonly submitter?: string | undefined;
  /** The full name of a package that was installed. */
  readonly package?: string | undefined;
}

/** A position in a list of jobs: after the job with this time and ID. */
export interface JobCursor {
  readonly submittedAt: number;
  readonly id: string;
}

/** Which page of jobs is wanted, newest first. */
export interface JobQuery {
  /** The submitter's name, null for jobs of an open service; undefined for the jobs of everybody. */
  readonly owner: string | null | undefined;
  readonly filter: JobFilter;
  /** Absent: start with the newest job. */
  readonly after?: JobCursor | undefined;
  /** At most this many. */
  readonly limit: number;
}

/** The jobs that were found, newest first. */
export interface JobPage {
  readonly jobs: readonly JobSummary[];
  /** Where the next page starts; null when there are no older jobs. */
  readonly next: JobCursor | null;
  /**
   * Why the page ends here: `full`: it has `limit` jobs; `end`: there are no older ones; `stopped`: the search reached its limit of jobs
   * to look through, continue with `next`; `forgotten`: older jobs with this package are not stored.
   */
  readonly end: 'full' | 'end' | 'stopped' | 'forgotten';
}

/** Whether a job matches the filter, except for `package`: summaries have no packages, so the caller reads that package's own list of jobs. */
export function matches(job: JobSummary, { project, verdict, submitter }: JobFilter): boolean {
  return (
    (project === undefined || includes(job.project?.name, project)) &&
    (verdict === undefined || verdict === (job.verdict ?? (isOver(job) ? undefined : 'none'))) &&
    (submitter === undefined || includes(job.owner, submitter) || includes(job.context?.userLogin, submitter))
  );
}

function isOver({ state }: JobSummary): boolean {
  return state === 'finished' || state === 'incomplete';
}

function includes(text: string | null | undefined, part: string): boolean {
  return text?.toLowerCase().includes(part.toLowerCase()) ?? false;
}

/** Whether a job comes after a cursor: lists are sorted by time, then by ID, both descending. */
export function isBehind({ submittedAt, id }: JobCursor, after: JobCursor): boolean {
  return submittedAt < after.submittedAt || (submittedAt === after.submittedAt && id < after.id);
}
