import { hostname } from 'node:os';
import { NO_EGRESS } from '../egress/evidence.js';
import { readProjectBaseline } from '../report/acceptance/project-baseline.js';
import { buildReport } from '../report/build.js';
import { comparisonFaults } from '../report/changes/compared.js';
import { Steps } from '../report/evidence/steps.js';
import type { Report } from '../report/report.js';
import type { ScriptCheck } from '../report/scripts/script-check.js';
import type { IncompleteReason } from '../report/verdict/verdict.js';
import type { DetonationDependencies } from './attempt.js';
import type { JobSpec } from './job.js';
import type { Comparison } from './phases/comparison.js';
import type { Fetched } from './phases/fetched.js';
import type { PhaseRecord } from './phases/phase-record.js';
import type { SecretWatch } from './phases/secret-watch.js';
import type { SandboxRun } from './ports.js';
import type { Canaries } from './watching/canaries.js';
import type { JobWitness } from './watching/job-witness.js';
import type { Monitor } from './watching/monitor.js';

/** Everything that one attempt at a job recorded. */
export interface JobEvidence {
  readonly deps: DetonationDependencies;
  readonly spec: JobSpec;
  /** Undefined when no sandbox was created. */
  readonly run: SandboxRun | undefined;
  readonly record: PhaseRecord;
  readonly canaries: Canaries;
  readonly monitor: Monitor;
  readonly fetched: Fetched;
  readonly comparison: Comparison;
  readonly secrets: SecretWatch;
  readonly witness: JobWitness;
  readonly scriptCheck: ScriptCheck | null;
}

/** Builds the report from the evidence. */
export function reportOf(evidence: JobEvidence): Report {
  const { deps, spec, run, record, canaries, monitor, fetched, comparison, secrets, witness, scriptCheck } = evidence;
  const { clock, feed, limits, projectBaseline: mode } = deps;
  const { id, ecosystem, submittedAt, baseline: uploaded } = spec;
  return buildReport({
    job: { id, ecosystem, submittedAt },
    finishedAt: clock.now(),
    containerId: run?.containerId ?? '',
    gateway: run?.gateway ?? null,
    hostname: hostname(),
    projectDir: run?.projectDir ?? '/',
    manager: run?.manager ?? null,
    phases: record.phases,
    phaseStarts: record.starts,
    monitoring: {
      source: feed.status().description,
      openingCanaryMs: canaries.openingMs,
      closingCanaryMs: canaries.closingMs,
      drops: monitor.drops,
    },
    alerts: monitor.alerts,
    tree: monitor.tree,
    steps: run?.steps ?? new Steps(),
    packages: fetched.packages,
    disagreements: fetched.disagreements,
    commands: fetched.commands,
    brought: run?.brought ?? new Set(),
    egressMode: run?.egressMode ?? null,
    ...(run?.egressEvidence() ?? NO_EGRESS),
    contacts: monitor.contacts,
    writes: monitor.writes,
    marks: monitor.marks,
    acting: monitor.acting,
    codeReads: monitor.codeReads,
    hookReads: monitor.hookReads,
    compared: comparison.result(),
    secrets: {
      kept: secrets.kept,
      unreadable: secrets.unreadable,
      printed: run?.printedSecrets() ?? [],
      unsearched: secrets.unsearched,
    },
    decoys: run?.decoys ?? [],
    witnessed: witness.witnessed,
    scriptCheck,
    incomplete: faultsOf(evidence),
    log: record.log,
    failOn: limits.failOn,
    known: deps.known,
    behaviours: deps.behaviours,
    baseline: deps.baseline,
    projectBaseline: uploaded === undefined ? null : readProjectBaseline(uploaded, mode),
  });
}

function faultsOf({ record, monitor, witness, comparison }: JobEvidence): readonly IncompleteReason[] {
  const compared = comparisonFaults(comparison.result());
  return [...record.incomplete, ...monitor.faults(), ...witness.faults(), ...compared];
}
