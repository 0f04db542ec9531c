import type { Readable } from 'node:stream';
import type { EgressMode } from '../egress/mode.js';
import type { CorrelatedJob } from '../gitlab/correlate/job.js';
import type { GitlabSection } from '../gitlab/correlate/section.js';
import type { JobContext } from '../gitlab/identity/context.js';
import type { Ecosystem, JobSummary, JobView } from '../jobs/job.js';
import type { QueueOutlook } from '../jobs/ports.js';
import type { ProjectLine } from '../jobs/projects/line.js';
import type { JobPage, JobQuery } from '../jobs/search/query.js';

/** What the routes need from the jobs; implemented by `src/jobs/submissions.ts`. */
export interface JobService {
  /** Resolves when tarball and job are stored durably. Never destroys `body`. @throws errors with a `code` that `src/api/errors.ts` knows */
  submit(request: {
    readonly ecosystem: Ecosystem;
    /** Null when the service is open. */
    readonly owner: string | null;
    /** Absent: the service's default mode. */
    readonly egress?: EgressMode | undefined;
    /** The project and branch that the job belongs to. */
    readonly project?: ProjectLine | undefined;
    readonly body: Readable;
    /** The CI job behind it; null when none is known. */
    readonly context: JobContext | null;
    /** Requests of the same owner with the same key make one job. */
    readonly idempotencyKey?: string | undefined;
  }): Promise<{ readonly id: string }>;
  /** Undefined when there is no such job. */
  find(id: string): Promise<JobView | undefined>;
  /** A page of jobs, newest first. @throws an error with the code `queue-unavailable` */
  search(query: JobQuery): Promise<JobPage>;
  /** Summaries of jobs in the order of `ids`, without those that have expired. @throws an error with the code `queue-unavailable` */
  summaries(ids: readonly string[]): Promise<readonly JobSummary[]>;
  /** The position of a waiting job in the queue; null for a job that is not waiting. @throws an error with the code `queue-unavailable` */
  outlook(id: string): Promise<QueueOutlook | null>;
  /** Calls `listener` whenever a job may have changed, until the returned function is called. */
  onChange(id: string, listener: () => void): () => void;
  /** False when the job is running: it is then being cancelled instead. */
  remove(id: string): Promise<boolean>;
}

/** One part of the service as `/readyz` shows it, including any additional fields. Must not contain secrets. */
export interface PartReadiness {
  readonly ready: boolean;
  readonly reason?: string;
  /** Jobs run without this part: it is shown, but the service counts as ready without it. */
  readonly optional?: true;
  readonly [detail: string]: unknown;
}

/** Whether new jobs would run. */
export interface Readiness {
  check(): Promise<{ readonly ready: boolean; readonly parts: Readonly<Record<string, PartReadiness>> }>;
}

/** Who sent a request. */
export interface Identity {
  /** A token's or user's name, or `gitlab:INSTANCE:project:ID` for an ID token; null when the service is open. */
  readonly name: string | null;
  /** May read and remove every job, and read every audit alert. On an open service everybody is an administrator. */
  readonly isAdministrator: boolean;
  /** The CI job that a GitLab ID token was issued for; null for other credentials. */
  readonly job: JobContext | null;
}

/** Joins a finished job with GitLab's audit events; implemented by `src/gitlab/correlator.ts`. */
export interface CorrelationReader {
  /** `id`: the job's ID. @throws errors with a `code` that `src/api/errors.ts` knows */
  sectionOf(id: string, job: CorrelatedJob): Promise<GitlabSection>;
}

/** Checks GitLab's ID tokens; implemented by `src/gitlab/identity/id-token.ts`. */
export interface IdTokenVerifier {
  /** @throws errors with a `code` that `src/api/errors.ts` knows */
  verify(token: string): Promise<JobContext>;
}

/** Finds out who sent a request. */
export interface Authenticator {
  /** No credentials are configured: every request is accepted. */
  readonly isOpen: boolean;
  /** `authorization`: the request's header. Undefined when it holds no valid credentials. @throws ApiError 429 `too-many-attempts` */
  authenticate(authorization: string | undefined): Promise<Identity | undefined>;
}

/** A read-only page of the queue for administrators; implemented by `src/queue/board.ts`. */
export interface QueueBoard {
  /** Folder of the files that `styles` and `scripts` name; they may be cached, because their names change with their content. */
  readonly folder: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  /** JSON that the page's scripts read; it must not contain `<`, because it is inserted into the page unescaped. */
  readonly config: string;
  /** Paths of the pages; all of them get the same document. */
  readonly pages: readonly string[];
  /** The requests of the pages; none of them changes anything. @throws errors with a `code` that `src/api/errors.ts` knows */
  readonly reads: readonly {
    readonly path: string;
    answer(request: {
      readonly params: Readonly<Record<string, unknown>>;
      readonly query: Readonly<Record<string, unknown>>;
    }): Promise<{ readonly status: number; readonly body: unknown }>;
  }[];
}
