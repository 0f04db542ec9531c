import type { Guise } from '../../report/guise.js';
import type { Passes } from '../job.js';

/** How thoroughly a project is exercised: a trade-off between the time that a job takes and what it can reveal. */
export const DEPTHS = ['quick', 'standard', 'deep'] as const;
export type Depth = (typeof DEPTHS)[number];

/** What a depth means for the phases of a job. */
export interface DepthSettings {
  /** Time limit for calling packages' exports, as a share of the job's time so far; 0: exports are not called. */
  readonly callShare: number;
  /** The environment that the second pass of scripts and loads simulates; null: there is no second pass. */
  readonly later: Guise | null;
  /** Time limit for the second pass, as a share of the job's time so far. */
  readonly laterShare: number;
}

/** Dormant payloads wait for days or weeks; a clock further ahead would break certificates and licences. */
const AHEAD_DAYS = 45;
const LATER: Guise = { ci: 'github', aheadDays: AHEAD_DAYS };

export const DEPTH_SETTINGS = {
  quick: { callShare: 0, later: null, laterShare: 0 },
  standard: { callShare: 0.15, later: LATER, laterShare: 0.25 },
  deep: { callShare: 1, later: LATER, laterShare: 1 },
} as const satisfies Record<Depth, DepthSettings>;

/** The settings of the second pass: the job's own choice, otherwise those of the service's depth. */
export function passesFor(asked: Passes | undefined, depth: Depth): Pick<DepthSettings, 'later' | 'laterShare'> {
  if (asked === 1) return DEPTH_SETTINGS.quick;
  const { later, laterShare } = DEPTH_SETTINGS[depth];
  return asked === 2 && later === null ? DEPTH_SETTINGS.standard : { later, laterShare };
}
