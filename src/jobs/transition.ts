import type { JobState } from './job.js';

/** What can happen to a job. */
export type JobEvent =
  /** A worker took it; again after a worker that died. */
  | 'picked-up'
  /** The opening canary came back: the sandbox is watched. */
  | 'watched'
  /** Every package is in place; no code of one has run. */
  | 'fetched'
  | 'installed'
  | 'imported'
  /** The closing canary came back and everything before it is in. */
  | 'drained'
  /** It can't be vouched for; the report says why. */
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

/** Thrown for a change that can't happen, which is a fault of the caller. */
export class TransitionError extends Error {
  readonly code = 'bad-transition';
  constructor(state: JobState, event: JobEvent) {
    super(`a job that is ${state} can't be told ${event}`);
    this.name = 'TransitionError';
  }
}

/** The state after `event`. Final states stay. @throws TransitionError */
export function transition(state: JobState, event: JobEvent): JobState {
  const next = TABLE[state][event];
  if (next === undefined) throw new TransitionError(state, event);
  return next;
}

/** Whether a job is at its end. */
export function isFinal(state: JobState): state is 'finished' | 'incomplete' {
  return state === 'finished' || state === 'incomplete';
}
