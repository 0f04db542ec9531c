import type { ProjectText } from '../blobs/project-text.js';
import { MANAGER_NAMES } from '../ecosystems/names.js';
import type { EgressMode } from '../egress/mode.js';
import type { JobContext } from '../gitlab/identity/context.js';
import type { Report } from '../report/report.js';
import type { ProjectLine } from './projects/line.js';

/** The values that a request may choose from: a package manager (`src/ecosystems/`), or `auto` to detect it from the project's files. */
export const ECOSYSTEMS = ['auto', ...MANAGER_NAMES] as const;
export type Ecosystem = (typeof ECOSYSTEMS)[number];

/** How many times scripts and loads run; the second time as if on another CI system and at a later date. */
export const PASSES = [1, 2] as const;
export type Passes = (typeof PASSES)[number];

/** How many scripts of the project a job may ask for, and the pattern of their names. */
export const MOST_RUN = 10;
export const SCRIPT_NAME = /^[\w@][\w:./@+-]{0,99}$/;

/** The states of a job, in the order it passes through them; the last two are final. */
export type JobState =
  | 'queued'
  | 'preparing'
  | 'fetching'
  | 'installing'
  | 'importing'
  | 'draining'
  | 'finished'
  | 'incomplete';

/** A job as it is stored in the queue. It must hold no secret: everybody with access to Redis can read it. */
export interface JobSpec {
  /** UUID v4; the container's name, its labels and the blob's key derive from it. */
  readonly id: string;
  readonly ecosystem: Ecosystem;
  /** The submitter: a token's or user's name, never the credential; null when the service is open. */
  readonly owner: string | null;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
  /** The CI job that submitted it, from its ID token or its variables; null when none is known. */
  readonly context: JobContext | null;
  /** Which hosts the job may reach; absent: the service's default. */
  readonly egress?: EgressMode;
  /** The `packwarden.yaml` next to the uploaded manifest; absent: there is none. */
  readonly baseline?: ProjectText;
  /** Whether to find out which install scripts are needed; absent: the service's default. */
  readonly checkNeeded?: boolean;
  /** Scripts of the project to run after everything else; absent: none. */
  readonly run?: readonly string[];
  /** How many times scripts and loads run; absent: the service's depth decides. */
  readonly passes?: Passes;
  /** The project and branch that the job belongs to; absent in jobs of older versions. */
  readonly project?: ProjectLine;
  readonly blob: { readonly key: string; readonly bytes: number; readonly sha256: string };
}

/** A job for lists: without its report, which may be large. */
export interface JobSummary extends Omit<JobView, 'report'> {
  /** Null while the job runs, and if storing the summary failed. */
  readonly verdict: Report['verdict'] | null;
  /** Number of findings; null like `verdict`. */
  readonly findings: number | null;
  /** The project that the job belongs to; its `id` is null until the job has ended. Null when nothing names a project. */
  readonly project: { readonly id: string | null; readonly name: string } | null;
  /** The branch or tag; null when it is not known. */
  readonly ref: string | null;
  /** How long the last attempt took, in milliseconds; null until the job has ended. */
  readonly durationMs: number | null;
}

/** A job for its readers. `report` is null until the state is final. */
export interface JobView {
  readonly id: string;
  readonly ecosystem: Ecosystem;
  readonly owner: string | null;
  readonly state: JobState;
  readonly submittedAt: number;
  readonly context: JobContext | null;
  readonly report: Report | null;
}
