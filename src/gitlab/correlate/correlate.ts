import { baselineOf, runnerAddresses } from './baseline.js';
import type { Candidate } from './candidate.js';
import type { CorrelationConfig, Tier } from './config.js';
import { isMinting, isPush, weightOf } from './direction.js';
import { type FamilyName, familyOf, type Weight } from './families.js';
import type { CorrelatedJob, StoredEvent } from './job.js';
import { type Sequence, sequencesOf } from './sequences.js';
import { isOwnProject, placeEvent } from './tiers.js';
import { windowOf } from './windows.js';

/** An event beside the job, with why it stands there. */
export interface CorrelatedEvent extends Candidate {
  /** `linked`: it names this job, pipeline, runner or merge request. Anything else is a coincidence in place and time. */
  readonly relation: 'linked' | 'correlated';
  /** 0 to 10: weight × tier × how bad the sandbox's findings are. */
  readonly score: number;
}

/** What the audit events say about a job. */
export interface Correlation {
  /** The most telling first. */
  readonly events: readonly CorrelatedEvent[];
  readonly sequences: readonly Sequence[];
  /** How many events were subtracted as what an honest job does. */
  readonly baseline: number;
  /** How many more there were than are listed. */
  readonly unlisted: number;
  readonly score: number;
  /** Whether a person should look: the sandbox found something too, the watching was attacked, or a sequence holds. */
  readonly raised: boolean;
}

/** Before the job, only what prepares: guards, variables, runners, and what brought the dependency in. */
const PREPARES: ReadonlySet<FamilyName> = new Set<FamilyName>([
  'guard',
  'policy',
  'merge',
  'secret-changed',
  'runner',
  'job-token-scope',
  'takeover',
  'monitoring-tampered',
]);

const SEVERITY: Readonly<Record<string, number>> = {
  EMERGENCY: 1,
  ALERT: 1,
  CRITICAL: 1,
  ERROR: 0.8,
  WARNING: 0.6,
};
/** Without findings in the sandbox an event is worth little; what is critical by itself keeps its weight. */
const NO_FINDINGS = 0.2;

/** Joins a job with audit events: a pure function, so that late events only mean to call it again. */
export function correlate(job: CorrelatedJob, events: readonly StoredEvent[], config: CorrelationConfig): Correlation {
  const candidates = events.map((stored) => candidateOf(job, stored, config)).filter((found) => found !== undefined);
  const runner = runnerAddresses(job, candidates);
  const baseline = baselineOf(job, candidates, runner, config);
  const left = candidates.filter((candidate) => !baseline.has(candidate.ref) && isTelling(candidate));
  const sequences = sequencesOf(job, left, runner);
  const scored = left.map((candidate) => scoredEvent(job, candidate, left, config)).sort(byScore);
  const isCritical = scored.some(({ weight }) => weight === 'critical');
  const raised =
    sequences.length > 0 || isCritical || (job.findings.length > 0 && scored.some(({ score }) => score > 0));
  const told = sequences.length > 0 ? config.weights.critical : 0;
  return {
    events: scored.slice(0, config.maxEvents),
    sequences,
    baseline: baseline.size,
    unlisted: Math.max(0, scored.length - config.maxEvents),
    score: Math.max(told, scored[0]?.score ?? 0),
    raised,
  };
}

function candidateOf(job: CorrelatedJob, stored: StoredEvent, config: CorrelationConfig): Candidate | undefined {
  const { event } = stored;
  const placement = placeEvent(job.context, event);
  if (placement === undefined) return undefined;
  const window = windowOf(job, event.time, config) ?? null;
  const family = familyOf(event.type);
  const own = isOwnProject(job.context, event);
  return { ...stored, ...placement, window, family, isOwnProject: own, weight: weightOf(event, family, own) };
}

/** Whether an event belongs into the report: what names the job always, the rest by its weight and its window. */
function isTelling({ tier, window, family, weight, event }: Candidate): boolean {
  if (isExact(tier)) return true;
  if (weight === 'none' || family === undefined || window === null) return false;
  if (window === 'before') return PREPARES.has(family.name) || isPush(event);
  if (window === 'later') return isMinting(event) && (tier === 'T3' || tier === 'T6');
  return true;
}

function isExact(tier: Tier): boolean {
  return tier === 'T1' || tier === 'T2';
}

function scoredEvent(
  job: CorrelatedJob,
  candidate: Candidate,
  all: readonly Candidate[],
  config: CorrelationConfig,
): CorrelatedEvent {
  const weight = isFollowedByCode(candidate, all) ? 'high' : candidate.weight;
  const severity = weight === 'critical' ? 1 : severityOf(job);
  const score = config.weights[weight] * config.tiers[candidate.tier] * severity;
  const relation = isExact(candidate.tier) ? 'linked' : 'correlated';
  return { ...candidate, weight, relation, score: Math.round(score * 10) / 10 };
}

/** A lowered guard is worth more when code came in behind it. */
function isFollowedByCode({ family, weight, event }: Candidate, all: readonly Candidate[]): boolean {
  if (family?.name !== 'guard' || weight !== 'medium') return false;
  return all.some(
    (other) =>
      other.event.time >= event.time && other.tier !== 'T6' && (other.family?.name === 'merge' || isPush(other.event)),
  );
}

function severityOf({ findings }: CorrelatedJob): number {
  return findings.reduce((worst, { priority }) => Math.max(worst, SEVERITY[priority] ?? 0.3), NO_FINDINGS);
}

const RANK: Readonly<Record<Weight, number>> = { critical: 0, high: 1, medium: 2, none: 3 };

function byScore(a: CorrelatedEvent, b: CorrelatedEvent): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.tier !== b.tier) return a.tier < b.tier ? -1 : 1;
  return RANK[a.weight] - RANK[b.weight] || a.event.time - b.event.time;
}
