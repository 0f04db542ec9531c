import type { Weight } from './families.js';

/** How sure it is that an event has to do with the job (facts on GitLab §6.7): T1 is this very job, T6 the same person elsewhere. */
export const TIERS = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6'] as const;
export type Tier = (typeof TIERS)[number];

/** What decides a correlation. Times in milliseconds. */
export interface CorrelationConfig {
  /** *during* begins this long before the job's start and ends this long after its end. */
  readonly leadMs: number;
  readonly lagMs: number;
  /** *before* and *after* reach this far from there; *later* is for credentials that the same person mints. */
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly laterMs: number;
  readonly weights: Readonly<Record<Weight, number>>;
  readonly tiers: Readonly<Record<Tier, number>>;
  /** Full paths of projects whose clones are part of every job, e.g. submodules. */
  readonly baselineProjects: readonly string[];
  /** At most this many events are listed, the most telling ones. */
  readonly maxEvents: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const CORRELATION: CorrelationConfig = {
  leadMs: 5 * MINUTE,
  lagMs: 10 * MINUTE,
  beforeMs: 24 * HOUR,
  afterMs: 24 * HOUR,
  laterMs: 7 * 24 * HOUR,
  weights: { none: 0, medium: 4, high: 8, critical: 10 },
  tiers: { T1: 1, T2: 0.9, T3: 0.7, T4: 0.5, T5: 0.4, T6: 0.3 },
  baselineProjects: [],
  maxEvents: 200,
};
