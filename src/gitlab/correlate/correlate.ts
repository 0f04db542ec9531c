import { baselineOf, runnerAddresses } from './baseline.js';
import type { Candidate } from './candidate.js';
import type { CorrelationConfig, Tier } from './config.js';
import { isMinting, isPush, weightOf } from './direction.js';
import { type FamilyName, familyOf, type Weight } from './families.js';
import type { CorrelatedJob, StoredEvent } from './job.js';
import { type Sequence, sequencesOf } from './sequences.js';
import { isOwnProject, placeEvent } from './tiers.js';
import { windowOf } from './windows.js';

/** An event related to the job, with its relation and score. */
export interface CorrelatedEvent extends Candidate {
  /** `linked`: it names this job, pipeline, runner or merge request. Anything else only coincides in place and time. */
  readonly relation: 'linked' | 'correlated';
  /** 0 to 10: weight × tier × severity of the sandbox's findings. */
  readonly score: number;
}

/** The result of correlating a job with audit events. */
export interface Correlation {
  /** Most relevant first. */
  readonly events: readonly CorrelatedEvent[];
  readonly sequences: readonly Sequence[];
  /** Number of events that were subtracted because a legitimate job causes them. */
  readonly baseline: number;
  /** Number of further events that are not listed. */
  readonly unlisted: number;
  readonly score: number;
  /** Whether a person should look at it: the sandbox has findings, too, the monitoring was tampered with, or a sequence was detected. */
  readonly raised: boolean;
}

/** Before the job only preparations are relevant: guards, variables, runners, and what introduced the dependency. */
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
/** Without findings in the sandbox events count little, except critical ones. */
const NO_FINDINGS = 0.2;

/** Correlates a job with audit events. A pure function: when late events arrive it is simply called again. */
export function correlate(job: CorrelatedJob, events: readonly StoredEvent[], config: CorrelationConfig): Correlation {
  const candidates = events.map((stored) => candidateOf(job, stored, config)).filter((found) => found !== undefined);
  const runner = runnerAddresses(job, candidates);
  const baseline = baselineOf(job, candidates, runner, config);
  const left = candidates.filter((candidate) => !baseline.has(candidate.ref) && isRelevant(candidate));
  const sequences = sequencesOf(job, left, runner);
  const scored = left.map((candidate) => scoredEvent(job, candidate, left, config)).sort(byScore);
  const isCritical = scored.some(({ weight }) => weight === 'critical');
  const raised =
    sequences.length > 0 || isCritical || (job.findings.length > 0 && scored.some(({ score }) => score > 0));
  const sequenceScore = sequences.length > 0 ? config.weights.critical : 0;
  return {
    events: scored.slice(0, config.maxEvents),
    sequences,
    baseline: baseline.size,
    unlisted: Math.max(0, scored.length - config.maxEvents),
    score: Math.max(sequenceScore, scored[0]?.score ?? 0),
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

/** Whether an event belongs in the report: always if it names the job, otherwise depending on weight and window. */
function isRelevant({ tier, window, family, weight, event }: Candidate): boolean {
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

/** A lowered guard weighs more if code was merged or pushed afterwards. */
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
