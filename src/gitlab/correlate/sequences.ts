import type { Candidate } from './candidate.js';
import { isMinting, isPush, isRunnerAdded, isWeakening } from './direction.js';
import type { CorrelatedJob, SandboxFinding } from './job.js';

/** The attack sequences of facts on GitLab §6.7, which consist of several events. */
export type SequenceName =
  | 'credential-harvest'
  | 'guard-lowered-then-published'
  | 'rogue-runner'
  | 'flagged-package-published'
  | 'monitoring-tampered';

/** Events that form an attack sequence. */
export interface Sequence {
  readonly name: SequenceName;
  readonly message: string;
  /** `linked` only if each of its events is linked to the job. */
  readonly relation: 'linked' | 'correlated';
  /** Its events, in the order of the sequence. */
  readonly refs: readonly string[];
  /** Rules of the sandbox's findings that are part of it. */
  readonly findings: readonly string[];
}

const DAY_MS = 86_400_000;
const CREDENTIAL_TAG = 'mitre_credential_access';

/** The detected sequences. `candidates` excludes the baseline; `runner` are the addresses of the job's runner. */
export function sequencesOf(
  job: CorrelatedJob,
  candidates: readonly Candidate[],
  runner: ReadonlySet<string>,
): readonly Sequence[] {
  const ordered = [...candidates].sort((a, b) => a.event.time - b.event.time);
  return [
    credentialHarvest(job, ordered, runner),
    guardLowered(ordered),
    rogueRunner(job, ordered),
    flaggedPublished(job, ordered),
    monitoringTampered(job, ordered),
  ].filter((sequence) => sequence !== undefined);
}

function sequence(
  name: SequenceName,
  message: string,
  events: readonly Candidate[],
  findings: readonly SandboxFinding[] = [],
): Sequence {
  const isLinked = events.every(({ tier }) => tier === 'T1' || tier === 'T2');
  return {
    name,
    message,
    relation: isLinked ? 'linked' : 'correlated',
    refs: events.map(({ ref }) => ref),
    findings: [...new Set(findings.map(({ rule }) => rule))],
  };
}

/**
 * A credential was read, by a package in the sandbox or in GitLab, or the job's token was used by someone else; afterwards the same person
 * created one.
 */
function credentialHarvest(
  job: CorrelatedJob,
  events: readonly Candidate[],
  runner: ReadonlySet<string>,
): Sequence | undefined {
  const { userId } = job.context;
  const reads = events.filter(
    (candidate) => candidate.family?.name === 'secret-read' || isForeignTokenUse(candidate, runner),
  );
  const findings = job.findings.filter(({ tags }) => tags.includes(CREDENTIAL_TAG));
  const minted = events.find((candidate) => {
    const { event } = candidate;
    if (!isMinting(event)) return false;
    const isPersons = userId === undefined ? candidate.isOwnProject : event.authorId === userId;
    const isAfterRead = reads.some((read) => read.ref !== candidate.ref && read.event.time <= event.time);
    return isPersons && (isAfterRead || findings.some(({ first }) => first <= event.time));
  });
  if (minted === undefined) return undefined;
  const earlier = reads.filter(({ event }) => event.time <= minted.event.time);
  const message = 'a credential was read, and afterwards the same person made a new one';
  return sequence('credential-harvest', message, [...earlier, minted], findings);
}

function isForeignTokenUse(candidate: Candidate, runner: ReadonlySet<string>): boolean {
  const { event, tier, window } = candidate;
  if (event.type !== 'user_authenticated_using_job_token' || tier === 'T6') return false;
  const isElsewhere = event.ip !== undefined && !runner.has(event.ip);
  return isElsewhere || window === 'after' || window === 'later';
}

/** A guard or policy was weakened, then code was pushed or merged, then something was published: all in the project. */
function guardLowered(events: readonly Candidate[]): Sequence | undefined {
  const inScope = events.filter(({ tier }) => tier !== 'T6');
  for (const lowered of inScope.filter(({ event }) => isWeakening(event))) {
    const entered = inScope.find(
      ({ event, family }) => event.time >= lowered.event.time && (family?.name === 'merge' || isPush(event)),
    );
    if (entered === undefined) continue;
    const published = inScope.find(
      ({ event, family }) =>
        event.time >= entered.event.time && family?.name === 'publish' && !/deleted|destroy/.test(event.type),
    );
    if (published === undefined) continue;
    const message = 'a guard was lowered, code came in, and something was published';
    return sequence('guard-lowered-then-published', message, [lowered, entered, published]);
  }
  return undefined;
}

/** A runner was added, and this job was assigned to it. */
function rogueRunner(job: CorrelatedJob, events: readonly Candidate[]): Sequence | undefined {
  const { runnerId } = job.context;
  const added = events.find(
    ({ event }) =>
      isRunnerAdded(event) && event.targetId === runnerId && runnerId !== undefined && event.time <= job.end,
  );
  if (added === undefined) return undefined;
  return sequence('rogue-runner', 'a runner was added shortly before it got this job', [added]);
}

/** A package was published with the name of one that the sandbox has a finding about. */
function flaggedPublished(job: CorrelatedJob, events: readonly Candidate[]): Sequence | undefined {
  for (const candidate of events) {
    if (candidate.event.type !== 'package_registry_package_published') continue;
    const words = new Set(
      `${candidate.event.targetDetails ?? ''} ${candidate.event.message ?? ''}`.split(/[\s,;:"'()]+/),
    );
    const findings = job.findings.filter(({ package: by }) => by !== null && isNamed(words, by));
    if (findings.length === 0) continue;
    const message = `${findings[0]?.package?.name} was published, and the sandbox has findings about it`;
    return sequence('flagged-package-published', message, [candidate], findings);
  }
  return undefined;
}

function isNamed(words: ReadonlySet<string>, by: { readonly name: string; readonly version: string }): boolean {
  return [by.name, `${by.name}@${by.version}`, `${by.name}-${by.version}`, `${by.name}/${by.version}`].some((name) =>
    words.has(name),
  );
}

/** The stream of audit events was tampered with within a day of findings. */
function monitoringTampered(job: CorrelatedJob, events: readonly Candidate[]): Sequence | undefined {
  if (job.findings.length === 0) return undefined;
  const tampered = events.filter(
    ({ event, family }) => family?.name === 'monitoring-tampered' && Math.abs(event.time - job.end) <= DAY_MS,
  );
  if (tampered.length === 0) return undefined;
  const message = 'the stream of audit events was changed within a day of these findings';
  return sequence('monitoring-tampered', message, tampered, job.findings);
}
