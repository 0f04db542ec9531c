import type { JobSummary } from '../job.js';

/** What a job can be searched by beside its verdicts: `none` is a job that waits or runs. */
export const LISTED_VERDICTS = ['clean', 'findings', 'incomplete', 'none'] as const;

/** Which jobs are wanted; what is absent does not matter. */
export interface JobFilter {
  /** A part of the project's name, in any case. */
  readonly project?: string | undefined;
  readonly verdict?: (typeof LISTED_VERDICTS)[number] | undefined;
  /** A part of the submitter's or the GitLab user's name, in any case. */
  readonly submitter?: string | undefined;
  /** The whole name of a package that was installed. */
  readonly package?: string | undefined;
}

/** A place in a list of jobs: behind the job of this id and time. */
export interface JobCursor {
  readonly submittedAt: number;
  readonly id: string;
}

/** A page of a list of jobs, newest first. */
export interface JobQuery {
  /** A submitter's name, null for those of an open service; undefined for everybody's. */
  readonly owner: string | null | undefined;
  readonly filter: JobFilter;
  /** Absent: from the newest on. */
  readonly after?: JobCursor | undefined;
  /** At most this many. */
  readonly limit: number;
}

/** The jobs that were found, newest first. */
export interface JobPage {
  readonly jobs: readonly JobSummary[];
  /** Where older ones go on; null when there are none. */
  readonly next: JobCursor | null;
  /**
   * `full`: as many as were asked for; `end`: there are no older ones; `stopped`: so many jobs were looked through that the rest takes another question;
   * `forgotten`: older jobs with this package are not kept.
   */
  readonly end: 'full' | 'end' | 'stopped' | 'forgotten';
}

/** Whether a job is one of those that are wanted. Its packages are not in its summary: the list that it comes from is that of the package. */
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

/** Whether a job stands behind a cursor: lists are by time, then by id, both falling. */
export function isBehind({ submittedAt, id }: JobCursor, after: JobCursor): boolean {
  return submittedAt < after.submittedAt || (submittedAt === after.submittedAt && id < after.id);
}
