import type { JobState } from './job.js';

/** What can happen to a job. */
export type JobEvent =
  /** A worker started it; happens again after a worker died. */
  | 'picked-up'
  /** The opening canary came back: the sandbox is watched. */
  | 'watched'
  /** Every package is installed; none of their code has run. */
  | 'fetched'
  | 'installed'
  | 'imported'
  /** The closing canary came back, so all earlier alerts have arrived. */
  | 'drained'
  /** The run is incomplete; the report says why. */
  | 'gave-up';

const TABLE: Record<JobState, Partial<Record<JobEvent, JobState>>> = {
  queued: { 'picked-up': 'preparing', 'gave-up': 'incomplete' },
  preparing: { 'picked-up': 'preparing', watched: 'fetching', 'gave-up': 'incomplete' },
  fetching: { 'picked-up': 'preparing', fetched: 'installing', 'gave-up': 'incomplete' },
  installing: { 'picked-up': 'preparing', installed: 'importing', 'gave-up': 'incomplete' },
  importing: { 'picked-up': 'preparing', imported: 'draining', 'gave-up': 'incomplete' },
  draining: { 'picked-up': 'preparing', drained: 'finished', 'gave-up': 'incomplete' },
  finished: {},
  incomplete: {},
};

/** The caller reported an event that is impossible in this state: a bug. */
export class TransitionError extends Error {
  readonly code = 'bad-transition';
  constructor(state: JobState, event: JobEvent) {
    super(`a job in state ${state} can't get the event ${event}`);
    this.name = 'TransitionError';
  }
}

/** The state after `event`. @throws TransitionError */
export function transition(state: JobState, event: JobEvent): JobState {
  const next = TABLE[state][event];
  if (next === undefined) throw new TransitionError(state, event);
  return next;
}

/** Whether a job has ended. */
export function isFinal(state: JobState): state is 'finished' | 'incomplete' {
  return state === 'finished' || state === 'incomplete';
}
