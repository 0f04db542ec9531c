import type { Weight } from './families.js';

/** How certain it is that an event is related to the job (facts on GitLab §6.7): T1 is this very job, T6 the same person elsewhere. */
export const TIERS = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6'] as const;
export type Tier = (typeof TIERS)[number];

/** Parameters of a correlation. Times in milliseconds. */
export interface CorrelationConfig {
  /** *during* starts this long before the job's start and ends this long after its end. */
  readonly leadMs: number;
  readonly lagMs: number;
  /** *before* and *after* extend this far from there; *later* is for credentials created by the same person. */
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly laterMs: number;
  readonly weights: Readonly<Record<Weight, number>>;
  readonly tiers: Readonly<Record<Tier, number>>;
  /** Full paths of projects that every job may clone, e.g. submodules. */
  readonly baselineProjects: readonly string[];
  /** Maximum number of events listed; the most relevant ones are kept. */
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
