import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../../src/report/report.js';
import { reportOf, submit } from '../../support/client.js';
import type { Random } from '../../support/random.js';
import { projectWithScript } from '../../support/tarballs.js';
import { FAULTS, type Fault } from './faults.js';
import type { Rig, SensorKind } from './rig.js';

const MOST_FAULTS = 3;
const JOBS = 6;
/** A fault begins within this time after the jobs were submitted. */
const BEGINS_WITHIN_MS = 8_000;
const LASTS_MS = { least: 500, most: 8_000 };
/** One job in so many does nothing wrong: it must never become findings. */
const HONEST_ONE_IN = 3;
const REPORT_MS = 240_000;

/** One fault of a round: when it begins, counted from the start of the round, and for how long it lasts, in milliseconds. */
export interface PlannedFault {
  readonly fault: Fault;
  readonly atMs: number;
  readonly forMs: number;
}

interface PlannedJob {
  readonly isHonest: boolean;
  /** When its script acts, in milliseconds after it started. */
  readonly actsAfterMs: number;
}

/** What happens in one round; made from the seed alone, so that a round can be repeated. */
export interface RoundPlan {
  readonly faults: readonly PlannedFault[];
  readonly jobs: readonly PlannedJob[];
}

export function planRound(random: Random, kind: SensorKind): RoundPlan {
  const possible = FAULTS.filter(({ on }) => on === undefined || on === kind);
  const faults = Array.from({ length: 1 + random.below(MOST_FAULTS) }, () => ({
    fault: random.pick(possible),
    atMs: random.below(BEGINS_WITHIN_MS),
    forMs: LASTS_MS.least + random.below(LASTS_MS.most - LASTS_MS.least),
  }));
  const jobs = Array.from({ length: JOBS }, () => ({
    isHonest: random.below(HONEST_ONE_IN) === 0,
    actsAfterMs: random.below(2_000),
  }));
  return { faults: distinct(faults), jobs };
}

/** The faults of a round, in words. */
export function describeRound({ faults }: RoundPlan): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return faults
    .map(({ fault, atMs, forMs }) => `${fault.name} (after ${seconds(atMs)}, for ${seconds(forMs)})`)
    .join('; ');
}

/** The same part is not broken twice at the same time. */
function distinct(faults: readonly PlannedFault[]): readonly PlannedFault[] {
  return faults.filter(({ fault }, index) => faults.findIndex((other) => other.fault === fault) === index);
}

/**
 * Submits the jobs, breaks things, and checks what must hold whatever breaks: each job ends in one report in time, no job with a
 * hidden act is clean, no honest job has findings, the service recovers by itself, and nothing is left. Resolves with what did not hold.
 */
export async function runRound(rig: Rig, plan: RoundPlan): Promise<readonly string[]> {
  const jobs = await Promise.all(
    plan.jobs.map(async (job) => ({ job, id: await submit(rig.url, await projectWithScript(scriptOf(job))) })),
  );
  const breaking = Promise.all(plan.faults.map((planned) => breakIt(rig, planned)));
  const waiting = Promise.all(
    jobs.map(({ id }) => reportOf(rig.url, id, REPORT_MS).catch((error: unknown) => String(error))),
  );
  await breaking;
  const reports = await waiting;
  const wrong = jobs.flatMap(({ job, id }, index) => wrongWith(job, id, reports[index] ?? 'no report'));
  for (const recovered of [rig.ready(), rig.nothingLeft()]) {
    await recovered.catch((error: unknown) => wrong.push(String(error)));
  }
  return wrong;
}

async function breakIt(rig: Rig, { fault, atMs, forMs }: PlannedFault): Promise<void> {
  await sleep(atMs);
  const end = await fault.begin(rig);
  await sleep(forMs);
  await end();
}

function scriptOf({ isHonest, actsAfterMs }: PlannedJob): string {
  const act = isHonest ? '' : "require('fs').readFileSync(require('os').homedir() + '/.ssh/id_rsa');";
  return `setTimeout(() => { ${act} }, ${actsAfterMs});`;
}

function wrongWith({ isHonest }: PlannedJob, id: string, report: Report | string): readonly string[] {
  if (typeof report === 'string') return [`job ${id}: ${report}`];
  if (!isHonest && report.verdict === 'clean') return [`job ${id} read a decoy key and is clean`];
  if (!isHonest || report.verdict !== 'findings') return [];
  return [`job ${id} did nothing wrong and has findings: ${report.findings.map(({ rule }) => rule).join(', ')}`];
}
