import type { JobContext } from '../gitlab/identity/context.js';
import type { Report } from '../report/report.js';

/** A job with its report, as passed to the outputs. */
export interface EndedJob {
  readonly id: string;
  readonly report: Report;
  readonly context: JobContext | null;
  /** URL of its page; null if the service does not know its own address. */
  readonly url: string | null;
}

/** How far a job was delivered: a number that only grows, and survives restarts. */
export interface Progress {
  readonly done: number;
  advance(done: number): Promise<void>;
}

/** A destination that is notified about ended jobs. */
export interface Output {
  /** Part of Redis keys and metrics. */
  readonly name: string;
  /** Delivers a job; the part that `progress` marks as done is not repeated. @throws OutputError if it must be retried */
  send(job: EndedJob, progress: Progress, signal: AbortSignal): Promise<void>;
}

/** A delivery failed and will be retried. The message contains no secret. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly code = 'output-failed';
}
