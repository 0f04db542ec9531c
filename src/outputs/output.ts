import type { JobContext } from '../gitlab/identity/context.js';
import type { Report } from '../report/report.js';

/** A job that has its report, as the outputs tell of it. */
export interface EndedJob {
  readonly id: string;
  readonly report: Report;
  readonly context: JobContext | null;
  /** Its page; null where the service was not told its own address. */
  readonly url: string | null;
}

/** How far a job was told of: a number that only grows, and is kept over restarts. */
export interface Progress {
  readonly done: number;
  advance(done: number): Promise<void>;
}

/** One place that hears of ended jobs. */
export interface Output {
  /** Part of names in Redis and in the metrics. */
  readonly name: string;
  /** Tells of a job; what `progress` says is done is not told again. @throws OutputError when it has to be tried again */
  send(job: EndedJob, progress: Progress, signal: AbortSignal): Promise<void>;
}

/** Something was not taken; it is tried again later. The message holds no secret. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly code = 'output-failed';
}
