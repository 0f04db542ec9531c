import type { InstalledPackage } from '../ecosystems/installed-package.js';
import type { EgressEvidence } from '../egress/evidence.js';
import type { EgressMode } from '../egress/mode.js';
import type { Priority } from '../falco/alert.js';
import type { FoldedAlert } from '../falco/fold.js';
import type { Witnessed } from '../witness/seen.js';
import { type Baseline, markAccepted } from './acceptance/baseline.js';
import { baselineOutcome, type ProjectBaseline } from './acceptance/project-baseline.js';
import { nameActing } from './attribution/acting-code.js';
import type { ActingMarks } from './attribution/acting-marks.js';
import { type Actors, attribute, packagesThatRan } from './attribution/attribution.js';
import {
  type AuthoredWrite,
  authoredOf,
  changingCode,
  foreignOf,
  type PackageWrite,
} from './attribution/authored-write.js';
import { nameCallers } from './attribution/callers-code.js';
import { doubtDebugged } from './attribution/debugged.js';
import type { HookReads } from './attribution/hook-reads.js';
import { lowerInherited, lowerRequired } from './attribution/inherited.js';
import type { PackageCodeReads } from './attribution/package-code-reads.js';
import { PackageIndex } from './attribution/package-index.js';
import { PlantedFiles } from './attribution/planted-files.js';
import type { ProcessTree } from './attribution/process-tree.js';
import { nameReaders } from './attribution/script-code.js';
import { type Behaviours, NOTHING_MEASURED } from './behaviours/usual.js';
import type { Compared } from './changes/compared.js';
import { untoldChanges } from './changes/untold-changes.js';
import { egressPolicyOf } from './egress-policy/policy.js';
import type { Contacts } from './evidence/contacts.js';
import type { PlantedDecoy } from './evidence/decoys.js';
import { directAttempts } from './evidence/direct-attempts.js';
import { egressFaults, egressRows } from './evidence/egress-rows.js';
import { gatewaySeen } from './evidence/gateway-seen.js';
import { leftRunningAlerts } from './evidence/left-running.js';
import type { LoadMarks } from './evidence/load-groups.js';
import { type LoadNote, loadNotes } from './evidence/load-notes.js';
import { isToldByName, namedByLookups } from './evidence/named-contacts.js';
import type { ProjectWrites } from './evidence/project-writes.js';
import { withRefusedHosts } from './evidence/refused-downloads.js';
import { registryAsks } from './evidence/registry-asks.js';
import { registryOutages } from './evidence/registry-outages.js';
import type { Steps } from './evidence/steps.js';
import { strayContacts } from './evidence/stray-contacts.js';
import { missedByAlerts, untoldReads } from './evidence/untold-reads.js';
import type { Finding } from './finding.js';
import { correlate } from './findings/correlation.js';
import { type FindingContext, type PhaseStart, toFinding } from './findings/findings.js';
import { foreignWriteAlerts, toldFiles, toldOnce } from './findings/foreign-write.js';
import { type KnownPackages, lowerKnown } from './findings/known-packages.js';
import { oddPrograms } from './findings/odd-programs.js';
import { onlyLater, withoutRepeats } from './findings/only-later.js';
import { foldPlaces } from './findings/places.js';
import { Repeats, unrepeatedWrites } from './findings/repeats.js';
import { shadowedPrograms } from './findings/shadowed-programs.js';
import { toolStoreAlerts } from './findings/tool-stores.js';
import { VAIN_LOOK_RULE } from './findings/vain-looks.js';
import { installedPart } from './installed.js';
import { nothingInstalled, unrunScripts } from './nothing-shown.js';
import type { Phase } from './phase.js';
import { phaseRows } from './phase-rows.js';
import { processRows } from './process-rows.js';
import type { Report } from './report.js';
import { isOfMeasuredRegistry } from './reported-manager.js';
import { isFromRegistry } from './scripts/provenance.js';
import { recommend } from './scripts/recommendation.js';
import type { ScriptCheck } from './scripts/script-check.js';
import { packageRows } from './scripts/script-rows.js';
import { specOf } from './spec.js';
import { decideVerdict, type IncompleteReason, splitByPriority } from './verdict.js';
import { installedOf } from './weighing/installed.js';
import { weigh } from './weighing/weigh.js';

/** Everything that one attempt at a job has left behind when it ends, whether it succeeded or not. */
export interface Evidence extends EgressEvidence {
  readonly job: { readonly id: string; readonly ecosystem: string; readonly submittedAt: number };
  readonly finishedAt: number;
  readonly containerId: string;
  /** IPv4 address of the sandbox's gateway; null if no sandbox was made. */
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
  /** The commands in `.bin` folders right after the fetch: the path of each one and the file that it leads to. */
  readonly commands: ReadonlyMap<string, string>;
  /** Absolute paths of the project's own files, as they were submitted. */
  readonly brought: ReadonlySet<string>;
  /** Null if no sandbox was made. */
  readonly egressMode: EgressMode | null;
  readonly contacts: Contacts;
  readonly writes: ProjectWrites;
  /** Which package was being loaded at which time, in processes that load many packages. */
  readonly marks: LoadMarks;
  /** Which package's code was acting at which time, in processes that load or call one package together with its dependencies. */
  readonly acting: ActingMarks;
  /** Which processes opened the code of which packages. */
  readonly codeReads: PackageCodeReads;
  /** Which processes opened files that a package manager would run as hooks in its own process. */
  readonly hookReads: HookReads;
  /** How the fetched and submitted files differ from what they were at first. */
  readonly compared: Compared;
  readonly decoys: readonly PlantedDecoy[];
  /** What the worker's own witness saw of the decoys. */
  readonly witnessed: Witnessed;
  readonly incomplete: readonly IncompleteReason[];
  /** Null if the job did not ask which scripts are needed. */
  readonly scriptCheck: ScriptCheck | null;
  readonly log: string;
  readonly failOn: Priority;
  readonly known: KnownPackages;
  /** What packages of npm's registry were measured to do. */
  readonly behaviours: Behaviours;
  /** The service's own baseline. */
  readonly baseline: Baseline;
  /** The project's own baseline; null if it has none. */
  readonly projectBaseline: ProjectBaseline | null;
}

/** The report of one job: a pure function of the evidence. */
export function buildReport(found: Evidence): Report {
  const evidence = namedByLookups(found);
  const index = new PackageIndex(evidence.packages, evidence.projectDir, evidence.commands);
  const { tree, acting } = evidence;
  const actors: Actors = { tree, steps: evidence.steps, packages: index, acting };
  const ran = packagesThatRan(actors);
  const written = evidence.writes.byPackages(actors);
  const writes = authoredOf(written, index);
  const seen = syscallAlerts(evidence);
  const all = allFindings(evidence, seen, { written, writes }, actors);
  const missed = missedByAlerts(all);
  const incomplete = [
    ...registryOutages(evidence.outages, evidence.incomplete),
    ...evidence.incomplete,
    ...missed,
    ...egressFaults(evidence),
    ...unrunScripts(evidence, ran),
    ...nothingInstalled(evidence),
  ];
  const { findings: unfolded, observations } = splitByPriority(all, evidence.failOn);
  const verdict = decideVerdict(unfolded.length, incomplete);
  const findings = foldPlaces(unfolded);
  const { phaseStarts, scriptCheck } = evidence;
  const steps = evidence.phases.flatMap((phase) => phase.steps ?? []);
  const seenOf = { ran, writes, phaseStarts, scriptCheck, findings, steps };
  const { brought } = evidence;
  const contacts = scriptCheck && contacting(evidence, seen, actors);
  const rows = packageRows(seenOf, index);
  const egress = egressRows(evidence, seen, actors);
  const reasons = withRefusedHosts(incomplete, steps, egress);
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
    phases: phaseRows(evidence, fetched.length, ran),
    monitoring: {
      ...evidence.monitoring,
      proven: isProven(evidence) && missed.length === 0,
      witness: witnessPart(evidence.witnessed),
    },
    findings: [...findings],
    observations: [...foldPlaces(observations)],
    ...(projectBaseline === null ? {} : { projectBaseline: baselineOutcome(projectBaseline, all, finishedAt) }),
    egressMode: evidence.egressMode,
    egress,
    egressPolicy: egressPolicyOf({ egress, findings, observations }),
    ...recommend(rows, { verdict, findings: unfolded, observations, actors, brought, contacting: contacts }),
    ...installedPart(fetched, index),
    disagreements: [...evidence.disagreements],
    ...(scriptCheck === null ? {} : { scriptCheck: { problem: scriptCheck.problem } }),
    incomplete: [...reasons],
    processes: processRows(actors, unfolded),
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

function allFindings(
  evidence: Evidence,
  alerts: readonly FoldedAlert[],
  { written, writes }: { readonly written: readonly PackageWrite[]; readonly writes: readonly AuthoredWrite[] },
  actors: Actors,
): Finding[] {
  const { packages: index } = actors;
  const seen = gatewaySeen(evidence, actors);
  const toldWrites = foreignOf(writes, index, evidence.brought);
  const nobodys = unrepeatedWrites(evidence.writes, actors);
  const changed = untoldChanges(evidence.compared.changes, {
    packages: index,
    told: { alerts: evidence.alerts, writes: [...evidence.writes.all()].filter(({ path }) => !nobodys.has(path)) },
    brought: evidence.brought,
    hostname: evidence.hostname,
  });
  const authors = changingCode(toldWrites, index, evidence.brought);
  const foreignWrites = [...authors, ...changed.flatMap((change) => change.writes)];
  const context = {
    ...actors,
    phases: evidence.phaseStarts,
    marks: evidence.marks,
    decoys: evidence.decoys,
    foreignWrites,
    planted: new PlantedFiles(written, evidence.writes.reads, index),
    codeReads: evidence.codeReads,
    manager: evidence.manager?.name ?? null,
    hookReads: evidence.hookReads,
  };
  const derived = [
    ...foreignWriteAlerts(toldWrites, toldFiles(evidence.alerts)),
    ...registryAsks(evidence, actors),
    ...toolStoreAlerts(written, evidence.hookReads),
    ...oddPrograms(actors, evidence.hostname),
    ...leftRunningAlerts(evidence.phases, evidence.finishedAt, evidence.hostname, actors),
  ];
  const repeats = new Repeats(actors);
  const findingsOf = (folded: readonly FoldedAlert[]): readonly Finding[] =>
    folded.map((one) => toFinding(one, context)).filter((finding) => finding !== undefined);
  const all = [...alerts, ...seen, ...derived];
  for (const { alert } of all) repeats.add(alert);
  const judged = (observed: readonly FoldedAlert[]): readonly Finding[] =>
    findingsOf(repeats.unrepeated(observed)).map((finding) =>
      lowerKnown(finding, evidence.known, (pkg) => isFromRegistry(pkg, index)),
    );
  const heard = judged([...alerts.filter((one) => !isToldByName(one)), ...seen, ...derived]);
  const toldOf = { alerts: evidence.alerts, findings: heard, decoys: evidence.decoys };
  const fetchedAt = evidence.phaseStarts[0]?.at ?? evidence.finishedAt;
  const notes = [
    ...shadowedPrograms(evidence.commands, index, evidence.hostname, fetchedAt),
    ...loadNotes(importPhases(evidence), evidence.packages, evidence.hostname, evidence.phaseStarts),
  ];
  const observed = [
    ...heard,
    ...judged(untoldReads(evidence.witnessed.seen, toldOf, actors, evidence.hostname)),
    ...changed.flatMap((change) => changedFinding(change, context)),
    ...notes.flatMap((one) => changedFinding(one, context)),
  ];
  const single = weigh(
    observed,
    installedOf(index, evidence.phases),
    isOfMeasuredRegistry({ manager: evidence.manager, ecosystem: evidence.job.ecosystem })
      ? evidence.behaviours
      : NOTHING_MEASURED,
  );
  const { baseline, projectBaseline, finishedAt } = evidence;
  const ofProject = projectBaseline?.entries ?? [];
  const once = toldOnce(single);
  const shown = once.filter(({ rule }) => rule !== VAIN_LOOK_RULE);
  const later = onlyLater(shown, findingsOf(repeats.repeated(all)));
  const weighed = lowerInherited(withoutRepeats([...shown, ...correlate(once), ...later]), index);
  const { codeReads, failOn } = evidence;
  const acted = nameActing(weighed, actors, { ...context, failOn });
  const named = nameReaders(nameCallers(acted, codeReads, actors, failOn), codeReads, actors, failOn);
  return doubtDebugged(lowerRequired(named)).map((finding) => markAccepted(finding, baseline, finishedAt, ofProject));
}

/** Without the check phase: it loads packages only to find out which scripts they need. */
function importPhases({ phases }: Evidence): readonly Phase[] {
  return phases.filter(({ name }) => name === 'import' || name === 'execute' || name === 'later');
}

/** Such a finding was made without observing a process, so the package comes from the note and not from an alert. */
function changedFinding({ folded, by }: LoadNote, context: FindingContext): readonly Finding[] {
  const finding = toFinding(folded, context);
  return finding === undefined ? [] : [{ ...finding, package: by === undefined ? null : context.packages.ref(by) }];
}

/** The sensor's alerts, and the direct attempts that look like contacts with a gateway but went to an address other than this sandbox's. */
function syscallAlerts({ alerts, contacts, gateway }: Evidence): readonly FoldedAlert[] {
  return gateway === null ? alerts : [...alerts, ...strayContacts(contacts.all(), gateway)];
}

/** The packages that tried to reach any host, through the gateway or past it, as `name@version`. */
function contacting({ contacts }: Evidence, alerts: readonly FoldedAlert[], actors: Actors): ReadonlySet<string> {
  const tries = [...contacts.all(), ...directAttempts(alerts)];
  const packages = tries.flatMap(({ alert }) => attribute(alert, actors).package ?? []);
  return new Set(packages.map(specOf));
}
