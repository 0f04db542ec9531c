import { type InstalledPackage, isLocal, scriptsOf } from '../ecosystems/installed-package.js';
import type { DataNames } from '../egress/data-names.js';
import type { EgressLeak } from '../egress/leak.js';
import type { EgressMode } from '../egress/mode.js';
import type { EgressRecord } from '../egress/record.js';
import type { Alert, Priority } from '../falco/alert.js';
import type { FoldedAlert } from '../falco/fold.js';
import type { Witnessed } from '../witness/seen.js';
import { type Actors, type Attribution, attribute, packagesThatRan } from './attribution.js';
import { type AuthoredWrite, foreignOf } from './authored-write.js';
import { type Baseline, markAccepted } from './baseline.js';
import type { Contacts } from './contacts.js';
import { correlate } from './correlation.js';
import type { PlantedDecoy } from './decoys.js';
import { directAttempts } from './direct-attempts.js';
import { dataInNames, type GatewayObservation, leakedDecoy, refusedEgress, toAlert } from './egress-findings.js';
import { directRow, recordRow } from './egress-rows.js';
import { type PhaseStart, toFinding } from './findings.js';
import { foreignWriteAlerts } from './foreign-write.js';
import { installedPart } from './installed.js';
import { type KnownPackages, lowerKnown } from './known-packages.js';
import { leftRunningAlerts } from './left-running.js';
import { oddPrograms } from './odd-programs.js';
import { PackageIndex } from './package-index.js';
import { processRows } from './process-rows.js';
import type { ProcessTree } from './process-tree.js';
import { baselineOutcome, type ProjectBaseline } from './project-baseline.js';
import type { ProjectWrites } from './project-writes.js';
import type { Finding, Phase, Report } from './report.js';
import type { ScriptCheck } from './script-check.js';
import { allowScripts, packageRows } from './script-rows.js';
import { specOf } from './spec.js';
import type { Steps } from './steps.js';
import { strayContacts } from './stray-contacts.js';
import { missedByAlerts, untoldReads } from './untold-reads.js';
import { decideVerdict, type IncompleteReason, splitByPriority } from './verdict.js';

/** Everything one try of a job has left behind when it ends, however it ends. */
export interface Evidence {
  readonly job: { readonly id: string; readonly ecosystem: string; readonly submittedAt: number };
  readonly finishedAt: number;
  readonly containerId: string;
  /** IPv4 address of the sandbox's gateway; null when no sandbox was made. */
  readonly gateway: string | null;
  readonly hostname: string;
  readonly projectDir: string;
  readonly manager: Report['manager'];
  readonly phases: readonly Phase[];
  readonly phaseStarts: readonly PhaseStart[];
  readonly monitoring: Omit<Report['monitoring'], 'proven' | 'witness'>;
  readonly alerts: readonly FoldedAlert[];
  readonly tree: ProcessTree;
  readonly steps: Steps;
  readonly packages: readonly InstalledPackage[];
  readonly disagreements: readonly string[];
  /** The names in `.bin` folders as they were fetched, each with its file. */
  readonly commands: ReadonlyMap<string, string>;
  /** Absolute paths of the project's own files, as they were submitted. */
  readonly brought: ReadonlySet<string>;
  /** Null when no sandbox was made. */
  readonly egressMode: EgressMode | null;
  readonly egress: readonly EgressRecord[];
  readonly leaks: readonly EgressLeak[];
  readonly dataNames: readonly DataNames[];
  readonly contacts: Contacts;
  readonly writes: ProjectWrites;
  readonly decoys: readonly PlantedDecoy[];
  /** What the worker's own witness saw of them. */
  readonly witnessed: Witnessed;
  readonly incomplete: readonly IncompleteReason[];
  /** Null when the job did not ask which scripts are needed. */
  readonly scriptCheck: ScriptCheck | null;
  readonly log: string;
  readonly failOn: Priority;
  readonly known: KnownPackages;
  /** The service's. */
  readonly baseline: Baseline;
  /** The project's own; null when it has none. */
  readonly projectBaseline: ProjectBaseline | null;
}

/** The report of one job: a pure function of the evidence. */
export function buildReport(evidence: Evidence): Report {
  const index = new PackageIndex(evidence.packages, evidence.projectDir, evidence.commands);
  const actors: Actors = { tree: evidence.tree, steps: evidence.steps, packages: index };
  const ran = packagesThatRan(actors);
  const writes = evidence.writes.authored(actors);
  const seen = syscallAlerts(evidence);
  const all = allFindings(evidence, seen, writes, actors);
  const missed = missedByAlerts(all);
  const incomplete = [...evidence.incomplete, ...missed, ...unrunScripts(evidence, ran), ...nothingInstalled(evidence)];
  const { judged, told } = splitByPriority(all, evidence.failOn);
  const verdict = decideVerdict(judged.length, incomplete);
  const { phaseStarts, scriptCheck } = evidence;
  const steps = evidence.phases.flatMap((phase) => phase.steps ?? []);
  const seenOf = { ran, writes, phaseStarts, scriptCheck, judged, steps };
  const packages = packageRows(seenOf, index);
  const declared = evidence.packages.filter((pkg) => scriptsOf(pkg).length > 0);
  const fetched = evidence.packages.filter(({ path }) => path !== '.');
  const { projectBaseline, finishedAt } = evidence;
  return {
    id: evidence.job.id,
    status: verdict === 'incomplete' ? 'incomplete' : 'finished',
    verdict,
    ecosystem: evidence.job.ecosystem,
    manager: evidence.manager,
    submittedAt: new Date(evidence.job.submittedAt).toISOString(),
    finishedAt: new Date(evidence.finishedAt).toISOString(),
    phases: evidence.phases.map((phase, index) => {
      const started = evidence.phaseStarts.find(({ name }) => name === phase.name);
      const timed = started === undefined ? phase : { ...phase, startedAt: new Date(started.at).toISOString() };
      // What git dependencies are built with is fetched afterwards, as a phase of the same name.
      if (phase.name === 'fetch' && index === 0) return { ...timed, installed: fetched.length };
      if (phase.name !== 'install') return timed;
      return {
        ...timed,
        scripts: { declared: declared.length, ran: declared.filter((pkg) => ran.has(pkg)).length },
      };
    }),
    monitoring: {
      ...evidence.monitoring,
      proven: isProven(evidence) && missed.length === 0,
      witness: witnessPart(evidence.witnessed),
    },
    findings: judged,
    observations: told,
    ...(projectBaseline === null ? {} : { projectBaseline: baselineOutcome(projectBaseline, all, finishedAt) }),
    egressMode: evidence.egressMode,
    egress: egressRows(evidence, seen, actors),
    packages,
    ...installedPart(fetched, index),
    disagreements: [...evidence.disagreements],
    ...(scriptCheck === null ? {} : { scriptCheck: { problem: scriptCheck.problem } }),
    allowScripts: allowScripts(packages, verdict, judged, scriptCheck && contacting(evidence, seen, actors)),
    incomplete,
    processes: processRows(actors, judged),
    log: evidence.log,
  };
}

function isProven(evidence: Evidence): boolean {
  const { openingCanaryMs, closingCanaryMs, drops } = evidence.monitoring;
  const interrupted = evidence.incomplete.some(({ code }) => code === 'sensor-lost' || code === 'alerts-overflowed');
  return openingCanaryMs !== null && closingCanaryMs !== null && drops === 0 && !interrupted;
}

function witnessPart({ unavailable }: Witnessed): Report['monitoring']['witness'] {
  return { state: unavailable === null ? 'watching' : 'unavailable', reason: unavailable };
}

/** A successful install whose packages have scripts, none of which was seen to run, has shown nothing. */
function unrunScripts(
  evidence: Evidence,
  ran: ReadonlyMap<InstalledPackage, readonly string[]>,
): readonly IncompleteReason[] {
  const install = evidence.phases.find((phase) => phase.name === 'install');
  if (install?.exitCode !== 0) return [];
  const declared = evidence.packages.filter((pkg) => scriptsOf(pkg).length > 0);
  if (declared.length === 0 || declared.some((pkg) => ran.has(pkg))) return [];
  const message = `${declared.length} packages have install scripts and none of them was seen to run`;
  return [{ code: 'scripts-not-run', message }];
}

/** A fetch that leaves nothing in place, of a project that declares what it needs, has shown nothing. */
function nothingInstalled({ phases, packages, manager }: Evidence): readonly IncompleteReason[] {
  if (phases.find(({ name }) => name === 'fetch')?.exitCode !== 0) return [];
  if (packages.some((pkg) => !isLocal(pkg) || pkg.from.kind === 'link')) return [];
  const needed = packages
    .filter(isLocal)
    .flatMap(({ dependencies, mayBeAbsent }) => dependencies.filter((name) => !mayBeAbsent?.includes(name)));
  const listed = new Set(packages.map(({ name }) => name));
  const names = [...new Set(needed)].filter((name) => !listed.has(name));
  if (names.length === 0) return [];
  const shown = names.slice(0, 5).join(', ');
  const message = `the project declares ${names.length} dependencies (${shown}) and none was found after ${manager?.name ?? 'the package manager'} had fetched them`;
  return [{ code: 'nothing-installed', message }];
}

function allFindings(
  evidence: Evidence,
  alerts: readonly FoldedAlert[],
  writes: readonly AuthoredWrite[],
  actors: Actors,
): Finding[] {
  const { packages: index } = actors;
  const observations = [
    ...evidence.leaks.map(leakedDecoy),
    ...evidence.dataNames.map(dataInNames),
    ...evidence.egress.filter((record) => !record.allowed).map(refusedEgress),
  ];
  const seen = observations.flatMap((observation) => perPackage(observation, evidence, actors));
  const foreignWrites = foreignOf(writes, index, evidence.brought);
  const context = {
    ...actors,
    phases: evidence.phaseStarts,
    decoys: evidence.decoys,
    foreignWrites,
    manager: evidence.manager?.name ?? null,
  };
  const derived = [
    ...foreignWriteAlerts(foreignWrites),
    ...oddPrograms(actors, evidence.hostname),
    ...leftRunningAlerts(evidence.phases, evidence.finishedAt, evidence.hostname, actors),
  ];
  const judged = (observed: readonly FoldedAlert[]): readonly Finding[] =>
    observed
      .map((one) => toFinding(one, context))
      .filter((finding) => finding !== undefined)
      .map((finding) => lowerKnown(finding, evidence.known, (pkg) => index.isFromRegistry(pkg)));
  const told = judged([...alerts, ...seen, ...derived]);
  const toldOf = { alerts: evidence.alerts, findings: told, decoys: evidence.decoys };
  const single = [...told, ...judged(untoldReads(evidence.witnessed.seen, toldOf, actors, evidence.hostname))];
  const { baseline, projectBaseline, finishedAt } = evidence;
  const ofProject = projectBaseline?.entries ?? [];
  return [...single, ...correlate(single)].map((finding) => markAccepted(finding, baseline, finishedAt, ofProject));
}

/** What the sensor saw, direct attempts that only the gateway's address tells from contacts with it included. */
function syscallAlerts({ alerts, contacts, gateway }: Evidence): readonly FoldedAlert[] {
  return gateway === null ? alerts : [...alerts, ...strayContacts(contacts.all(), gateway)];
}

/** Two packages that ask for the same host are two findings. */
function perPackage(observation: GatewayObservation, evidence: Evidence, actors: Actors): readonly FoldedAlert[] {
  const askers = new Map<string, Alert[]>();
  for (const alert of evidence.contacts.of(observation.asked)) {
    const by = attribute(alert, actors).package;
    const key = by === null ? '' : by.path.join('\0');
    askers.set(key, [...(askers.get(key) ?? []), alert]);
  }
  if (askers.size === 0) return [toAlert(observation, undefined, observation.count, evidence)];
  return [...askers.values()].map((alerts) => {
    const count = askers.size === 1 ? observation.count : alerts.length;
    return toAlert(observation, alerts[0], count, evidence);
  });
}

/** Who tried to reach anything, by the gateway or past it. */
function contacting({ contacts }: Evidence, alerts: readonly FoldedAlert[], actors: Actors): ReadonlySet<string> {
  const tries = [...contacts.all(), ...directAttempts(alerts)];
  const packages = tries.flatMap(({ alert }) => attribute(alert, actors).package ?? []);
  return new Set(packages.map(specOf));
}

function egressRows(evidence: Evidence, alerts: readonly FoldedAlert[], actors: Actors): Report['egress'] {
  const behind = (alert: Alert): Attribution => attribute(alert, actors);
  return [
    ...evidence.egress.map((record) => recordRow(record, evidence.contacts.of(record)[0], behind)),
    ...directAttempts(alerts).map((attempt) => directRow(attempt, behind)),
  ];
}
