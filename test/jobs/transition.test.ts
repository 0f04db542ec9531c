import { describe, expect, it } from 'vitest';
import type { JobState } from '../../src/jobs/job.js';
import { isFinal, type JobEvent, TransitionError, transition } from '../../src/jobs/transition.js';

const STATES = [
  'queued',
  'preparing',
  'fetching',
  'installing',
  'importing',
  'draining',
  'finished',
  'incomplete',
] as const;
const EVENTS = ['picked-up', 'watched', 'fetched', 'installed', 'imported', 'drained', 'gave-up'] as const;

/** Every change that may happen; any other pair is a fault. */
const ALLOWED: readonly (readonly [JobState, JobEvent, JobState])[] = [
  ['queued', 'picked-up', 'preparing'],
  ['queued', 'gave-up', 'incomplete'],
  ['preparing', 'picked-up', 'preparing'],
  ['preparing', 'watched', 'fetching'],
  ['preparing', 'gave-up', 'incomplete'],
  ['fetching', 'picked-up', 'preparing'],
  ['fetching', 'fetched', 'installing'],
  ['fetching', 'gave-up', 'incomplete'],
  ['installing', 'picked-up', 'preparing'],
  ['installing', 'installed', 'importing'],
  ['installing', 'gave-up', 'incomplete'],
  ['importing', 'picked-up', 'preparing'],
  ['importing', 'imported', 'draining'],
  ['importing', 'gave-up', 'incomplete'],
  ['draining', 'picked-up', 'preparing'],
  ['draining', 'drained', 'finished'],
  ['draining', 'gave-up', 'incomplete'],
];

const table = STATES.flatMap((state) =>
  EVENTS.map((event) => {
    const next = ALLOWED.find(([from, on]) => from === state && on === event)?.[2] ?? null;
    return { state, event, next };
  }),
);

describe('a job passes through its states', () => {
  it.each(table)('$state, on $event → $next', ({ state, event, next }) => {
    if (next === null) expect(() => transition(state, event)).toThrow(TransitionError);
    else expect(transition(state, event)).toBe(next);
  });

  it('can reach finished only past installing, importing and draining', () => {
    const before = ALLOWED.filter(([, , to]) => to === 'finished').map(([from]) => from);
    expect(before).toEqual(['draining']);
    expect(STATES.filter(isFinal)).toEqual(['finished', 'incomplete']);
  });
});
