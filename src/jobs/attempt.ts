import type { Logger } from 'pino';
import type { Priority } from '../falco/alert.js';
import type { Baseline } from '../report/acceptance/baseline.js';
import type { ProjectBaselineMode } from '../report/acceptance/project-baseline.js';
import type { Behaviours } from '../report/behaviours/usual.js';
import type { KnownPackages } from '../report/findings/known-packages.js';
import type { JobSpec } from './job.js';
import type { Depth } from './phases/depth.js';
import type { AlertFeed, BlobStore, Clock, Sandbox, StateListener, WatchDecoys } from './ports.js';

/** Deadlines in milliseconds, and what decides the verdict. */
export interface DetonationLimits {
  /** From the pick-up until the archive is unpacked. */
  readonly prepareMs: number;
  readonly installMs: number;
  readonly importMs: number;
  /** How long what a phase left running is watched, in milliseconds. */
  readonly lingerMs: number;
  /** How long a canary's alert may take, and how long the alert source may take to connect. */
  readonly graceMs: number;
  /** How long after the closing canary the source may still say that it dropped events before it. */
  readonly settleMs: number;
  /** A job that waited longer than this in the queue is given up. */
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
  /** Whether jobs that don't say are asked which install scripts are needed. */
  readonly checkNeeded: boolean;
  readonly depth: Depth;
  readonly known: KnownPackages;
  /** What packages were measured to do. */
  readonly behaviours: Behaviours;
  /** What this service's owners have accepted. */
  readonly baseline: Baseline;
  /** Whether projects may bring their own. */
  readonly projectBaseline: ProjectBaselineMode;
  readonly log: Logger;
}

/** One try of one job. */
export interface Attempt {
  readonly spec: JobSpec;
  /** From 1. */
  readonly number: number;
  readonly signal: AbortSignal;
  readonly onState: StateListener;
}
