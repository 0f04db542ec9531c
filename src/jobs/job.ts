import type { ProjectText } from '../blobs/project-text.js';
import { MANAGER_NAMES } from '../ecosystems/names.js';
import type { EgressMode } from '../egress/mode.js';
import type { JobContext } from '../gitlab/identity/context.js';
import type { Report } from '../report/report.js';
import type { ProjectLine } from './projects/line.js';

/** What a request may ask for: a package manager (`src/ecosystems/`), or `auto`, which leaves the choice to the project's own files. */
export const ECOSYSTEMS = ['auto', ...MANAGER_NAMES] as const;
export type Ecosystem = (typeof ECOSYSTEMS)[number];

/** 1: as this service sees it now; 2: once more on another CI's machine with the clock ahead. */
export const PASSES = [1, 2] as const;
export type Passes = (typeof PASSES)[number];

/** How many scripts of the project a job may ask for, and what their names are made of. */
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

/** What travels through the queue. It holds no secret: whoever reads Redis reads this. */
export interface JobSpec {
  /** UUID v4; the container's name, its labels and the blob's key derive from it. */
  readonly id: string;
  readonly ecosystem: Ecosystem;
  /** Who submitted: a token's or user's name, never the credential; null when the service is open. */
  readonly owner: string | null;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
  /** The CI job behind it, as its ID token or its variables told; null when none is known. */
  readonly context: JobContext | null;
  /** What this job may reach; absent: what the service lets jobs reach. */
  readonly egress?: EgressMode;
  /** The `packwarden.yaml` beside the uploaded manifest; absent: there is none. */
  readonly baseline?: ProjectText;
  /** Whether it asks which install scripts are needed; absent: as the service has it. */
  readonly checkNeeded?: boolean;
  /** Scripts of the project that are run after everything else; absent: none. */
  readonly run?: readonly string[];
  /** How often everything runs: once, or a second time in another guise; absent: as the service's depth has it. */
  readonly passes?: Passes;
  /** Which project and line it is a run of; absent in jobs of before it was kept. */
  readonly project?: ProjectLine;
  readonly blob: { readonly key: string; readonly bytes: number; readonly sha256: string };
}

/** A job as a list shows it: without its report, which may be large. */
export interface JobSummary extends Omit<JobView, 'report'> {
  /** Null while it runs, and where it could not be stored beside the report. */
  readonly verdict: Report['verdict'] | null;
  /** Findings that were judged; null like `verdict`. */
  readonly findings: number | null;
  /** The project that it is a run of; its `id` is known when the job has ended. Null where nothing names one. */
  readonly project: { readonly id: string | null; readonly name: string } | null;
  /** The branch or tag; null where none was told. */
  readonly ref: string | null;
  /** How long its last try took, in milliseconds; null until it has ended. */
  readonly durationMs: number | null;
}

/** A job as its readers see it. `report` is there when the state is final. */
export interface JobView {
  readonly id: string;
  readonly ecosystem: Ecosystem;
  readonly owner: string | null;
  readonly state: JobState;
  readonly submittedAt: number;
  readonly context: JobContext | null;
  readonly report: Report | null;
}
