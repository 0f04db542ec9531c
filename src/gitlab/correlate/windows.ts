import type { CorrelationConfig } from './config.js';
import type { CorrelatedJob } from './job.js';

/** The position of an event relative to the job, by the event's own time. */
export type WindowName = 'before' | 'during' | 'after' | 'later';

/** Undefined if it is too far away. */
export function windowOf(job: CorrelatedJob, time: number, config: CorrelationConfig): WindowName | undefined {
  const begin = job.start - config.leadMs;
  const end = job.end + config.lagMs;
  if (time < begin - config.beforeMs) return undefined;
  if (time < begin) return 'before';
  if (time <= end) return 'during';
  if (time <= job.end + config.afterMs) return 'after';
  return time <= job.end + config.laterMs ? 'later' : undefined;
}

/** Until when events are expected: the end of *after*. */
export function closingTime(job: CorrelatedJob, config: CorrelationConfig): number {
  return job.end + config.afterMs;
}
