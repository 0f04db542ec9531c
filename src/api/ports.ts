import type { Readable } from 'node:stream';
import type { EgressMode } from '../egress/mode.js';
import type { CorrelatedJob } from '../gitlab/correlate/job.js';
import type { GitlabSection } from '../gitlab/correlate/section.js';
import type { JobContext } from '../gitlab/identity/context.js';
import type { Ecosystem, JobSummary, JobView } from '../jobs/job.js';
import type { QueueOutlook } from '../jobs/ports.js';
import type { ProjectLine } from '../jobs/projects/line.js';
import type { JobPage, JobQuery } from '../jobs/search/query.js';

/** What the routes need of the jobs; `src/jobs/submissions.ts` is it. */
export interface JobService {
  /** Resolves when tarball and job are durable. Never destroys `body`. @throws errors with a `code` that `src/api/errors.ts` knows */
  submit(request: {
    readonly ecosystem: Ecosystem;
    /** Null when the service is open. */
    readonly owner: string | null;
    /** Absent: the service's own mode. */
    readonly egress?: EgressMode | undefined;
    /** Which project and line it is a run of. */
    readonly project?: ProjectLine | undefined;
    readonly body: Readable;
    /** The CI job behind it; null when none is known. */
    readonly context: JobContext | null;
    /** Requests of one owner with the same key are one job. */
    readonly idempotencyKey?: string | undefined;
  }): Promise<{ readonly id: string }>;
  /** Undefined when there is no such job. */
  find(id: string): Promise<JobView | undefined>;
  /** A page of jobs, newest first. @throws an error with the code `queue-unavailable` */
  search(query: JobQuery): Promise<JobPage>;
  /** Jobs as a list shows them, in this order, without those that are gone. @throws an error with the code `queue-unavailable` */
  summaries(ids: readonly string[]): Promise<readonly JobSummary[]>;
  /** Where a waiting job stands; null for one that does not wait for its turn. @throws an error with the code `queue-unavailable` */
  outlook(id: string): Promise<QueueOutlook | null>;
  /** Calls `listener` whenever something may have changed about a job, until the returned function is called. */
  onChange(id: string, listener: () => void): () => void;
  /** False when the job runs just now and is being cancelled instead. */
  remove(id: string): Promise<boolean>;
}

/** One part of the service, as `/readyz` shows it; more fields are shown as they are. Nothing in it may be a secret. */
export interface PartReadiness {
  readonly ready: boolean;
  readonly reason?: string;
  /** Jobs run without it: it is shown, and does not make the service unready. */
  readonly optional?: true;
  readonly [detail: string]: unknown;
}

/** Whether jobs that come in now would run. */
export interface Readiness {
  check(): Promise<{ readonly ready: boolean; readonly parts: Readonly<Record<string, PartReadiness>> }>;
}

/** Who sends a request. */
export interface Identity {
  /** A token's or user's name, or `gitlab:INSTANCE:project:ID` for an ID token; null when the service is open. */
  readonly name: string | null;
  /** May read and remove every job, and see every audit alert. Everybody may when the service is open. */
  readonly isAdministrator: boolean;
  /** The CI job that a GitLab ID token was made for; null for the others. */
  readonly job: JobContext | null;
}

/** Joins a finished job with GitLab's audit events; `src/gitlab/correlator.ts` is it. */
export interface CorrelationReader {
  /** `id` is the job's. @throws errors with a `code` that `src/api/errors.ts` knows */
  sectionOf(id: string, job: CorrelatedJob): Promise<GitlabSection>;
}

/** Checks GitLab's ID tokens; `src/gitlab/identity/id-token.ts` is it. */
export interface IdTokenVerifier {
  /** @throws errors with a `code` that `src/api/errors.ts` knows */
  verify(token: string): Promise<JobContext>;
}

/** Tells who sends a request. */
export interface Authenticator {
  /** Nothing is configured that anybody could prove: everybody is let in. */
  readonly isOpen: boolean;
  /** `authorization` is the request's header. Undefined when it proves nothing. @throws ApiError 429 `too-many-attempts` */
  authenticate(authorization: string | undefined): Promise<Identity | undefined>;
}

/** The queue in a browser, for administrators to look at; `src/queue/board.ts` is it. */
export interface QueueBoard {
  /** Folder of the files that `styles` and `scripts` name; they may be kept, as their names change with their content. */
  readonly folder: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  /** JSON that the scripts find in the page, without `<`. */
  readonly config: string;
  /** Paths of the pages; all are one document. */
  readonly pages: readonly string[];
  /** Questions that the pages ask; none changes anything. @throws errors with a `code` that `src/api/errors.ts` knows */
  readonly reads: readonly {
    readonly path: string;
    answer(request: {
      readonly params: Readonly<Record<string, unknown>>;
      readonly query: Readonly<Record<string, unknown>>;
    }): Promise<{ readonly status: number; readonly body: unknown }>;
  }[];
}
