import type { Guise } from '../../report/guise.js';
import type { Passes } from '../job.js';

/** How much of a project is exercised: what a job costs beyond its install, and what it can show. */
export const DEPTHS = ['quick', 'standard', 'deep'] as const;
export type Depth = (typeof DEPTHS)[number];

/** What a depth means for the parts of a job. */
export interface Exercise {
  /** What calling packages' exports may take of the time before it; 0: they are not called. */
  readonly callShare: number;
  /** As whose machine, and when, scripts and loads run once more; null: they do not. */
  readonly later: Guise | null;
  /** What the later pass may take of the time before it. */
  readonly laterShare: number;
}

/** Dormant payloads wait for days or weeks; certificates and licences mostly still hold so far ahead. */
const AHEAD_DAYS = 45;
const LATER: Guise = { ci: 'github', aheadDays: AHEAD_DAYS };

export const EXERCISES = {
  quick: { callShare: 0, later: null, laterShare: 0 },
  standard: { callShare: 0.15, later: LATER, laterShare: 0.25 },
  deep: { callShare: 1, later: LATER, laterShare: 1 },
} as const satisfies Record<Depth, Exercise>;

/** The second pass of a job: as it asks for, else as the service has it. */
export function passesFor(asked: Passes | undefined, depth: Depth): Pick<Exercise, 'later' | 'laterShare'> {
  if (asked === 1) return EXERCISES.quick;
  const { later, laterShare } = EXERCISES[depth];
  return asked === 2 && later === null ? EXERCISES.standard : { later, laterShare };
}
