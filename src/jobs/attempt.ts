import type { Logger } from 'pino';
import type { Priority } from '../falco/alert.js';
import type { Baseline } from '../report/acceptance/baseline.js';
import type { ProjectBaselineMode } from '../report/acceptance/project-baseline.js';
import type { Behaviours } from '../report/behaviours/usual.js';
import type { KnownPackages } from '../report/findings/lowering/known-packages.js';
import type { JobSpec } from './job.js';
import type { Depth } from './phases/depth.js';
import type { AlertFeed, BlobStore, Clock, Sandbox, StateListener, WatchDecoys } from './ports.js';

/** Deadlines in milliseconds, and the priority that decides the verdict. */
export interface DetonationLimits {
  /** From the worker's start on the job until the archive is unpacked. */
  readonly prepareMs: number;
  readonly installMs: number;
  readonly importMs: number;
  /** How long to watch processes that a phase left running. */
  readonly lingerMs: number;
  /** How long a canary's alert may take, and how long the alert source may take to connect. */
  readonly graceMs: number;
  /** How long to wait after the closing canary for the source's last report of dropped events. */
  readonly settleMs: number;
  /** A job that waited longer than this in the queue is not run. */
  readonly queueMs: number;
  readonly failOn: Priority;
}

export interface DetonationDependencies {
  readonly sandbox: Sandbox;
  readonly feed: AlertFeed;
  readonly watchDecoys: WatchDecoys;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** An unguessable string for a canary. */
  readonly newNonce: () => string;
  readonly limits: DetonationLimits;
  /** Default for jobs: whether to find out which install scripts are needed. */
  readonly checkNeeded: boolean;
  readonly depth: Depth;
  readonly known: KnownPackages;
  /** Measured behaviours of known packages, to tell usual behaviour from unusual. */
  readonly behaviours: Behaviours;
  /** The findings that this service's owners have accepted. */
  readonly baseline: Baseline;
  /** Whether projects may bring a baseline of their own. */
  readonly projectBaseline: ProjectBaselineMode;
  readonly log: Logger;
}

/** One attempt at one job: the queue retries a job whose worker died. */
export interface Attempt {
  readonly spec: JobSpec;
  /** From 1. */
  readonly number: number;
  readonly signal: AbortSignal;
  readonly onState: StateListener;
}
