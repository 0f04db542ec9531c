import type { GitlabEvent } from '../event/event.js';
import type { JobContext } from '../identity/context.js';

/** The part of a sandbox finding that the correlation needs. Times are milliseconds since the epoch. */
export interface SandboxFinding {
  readonly rule: string;
  readonly priority: string;
  readonly tags: readonly string[];
  readonly first: number;
  readonly package: { readonly name: string; readonly version: string } | null;
}

/** A job whose identity is known, verified or claimed. */
export interface CorrelatedJob {
  readonly context: JobContext;
  readonly start: number;
  readonly end: number;
  /** Findings with at least the priority that decides the verdict. */
  readonly findings: readonly SandboxFinding[];
}

/** A stored event. */
export interface StoredEvent {
  /** Its id in the store. */
  readonly ref: string;
  readonly event: GitlabEvent;
  /** Number of further deliveries after the first. */
  readonly copies: number;
}
