import type { GitlabEvent } from '../event/event.js';
import type { JobContext } from '../identity/context.js';

/** What the sandbox found, as far as correlation needs it. Times are milliseconds since the epoch. */
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
  /** Judged findings: at or above what decides the verdict. */
  readonly findings: readonly SandboxFinding[];
}

/** An event of the store. */
export interface StoredEvent {
  /** Its place in the store. */
  readonly ref: string;
  readonly event: GitlabEvent;
  /** How often it came beside the first time. */
  readonly copies: number;
}
