import type { FoldedAlert } from '../falco/fold.js';
import { markAccepted } from './acceptance/baseline.js';
import type { Actors } from './attribution/attribution.js';
import { type AuthoredWrite, changingCode, foreignOf, type PackageWrite } from './attribution/files/authored-write.js';
import type { PackageIndex } from './attribution/files/package-index.js';
import { PlantedFiles } from './attribution/files/planted-files.js';
import { nameActing } from './attribution/refine/acting-code.js';
import { nameCallers } from './attribution/refine/callers-code.js';
import { doubtDebugged } from './attribution/refine/debugged.js';
import { lowerInherited, lowerRequired } from './attribution/refine/inherited.js';
import { nameReaders } from './attribution/refine/script-code.js';
import { NOTHING_MEASURED } from './behaviours/usual.js';
import { unreportedChanges } from './changes/unreported-changes.js';
import { gatewaySeen } from './evidence/egress/gateway-seen.js';
import { isReportedByHostName } from './evidence/egress/named-contacts.js';
import { leftRunningAlerts } from './evidence/left-running.js';
import { type LoadNote, loadNotes } from './evidence/load-notes.js';
import { registryAsks } from './evidence/registry/registry-asks.js';
import { unreportedReads } from './evidence/unreported-reads.js';
import type { Finding } from './finding.js';
import { correlate } from './findings/detections/correlation.js';
import { FAILED_LOOKUP_RULE } from './findings/detections/failed-lookups.js';
import { filesOfAlerts, foreignWriteAlerts, reportedOnce } from './findings/detections/foreign-write.js';
import { secretAlerts } from './findings/detections/kept-secrets.js';
import { oddPrograms } from './findings/detections/odd-programs.js';
import { onlyLater, withoutRepeats } from './findings/detections/only-later.js';
import { shadowedPrograms } from './findings/detections/shadowed-programs.js';
import { toolStoreAlerts } from './findings/detections/tool-stores.js';
import { type FindingContext, toFinding } from './findings/findings.js';
import { lowerKnown } from './findings/lowering/known-packages.js';
import { Repeats, type SplitAlerts, unrepeatedWrites } from './findings/repeats.js';
import type { Evidence } from './job-evidence.js';
import { isOfMeasuredRegistry } from './parts/reported-manager.js';
import type { Phase } from './phase.js';
import { isFromRegistry } from './scripts/provenance.js';
import { installedOf } from './weighing/installed.js';
import { weigh } from './weighing/weigh.js';

/** Files written by packages: as observed, and with whose code wrote them. */
interface AllWrites {
  readonly written: readonly PackageWrite[];
  readonly writes: readonly AuthoredWrite[];
}

/** All findings of a job, those below the priority that decides too. A pure function of the evidence. */
export function allFindings(
  evidence: Evidence,
  alerts: readonly FoldedAlert[],
  { written, writes }: AllWrites,
  actors: Actors,
): readonly Finding[] {
  const { packages: index } = actors;
  const foreign = foreignOf(writes, index, evidence.brought);
  const changed = changesWithoutAlert(evidence, actors);
  const foreignWrites = [
    ...changingCode(foreign, index, evidence.brought),
    ...changed.flatMap((change) => change.writes),
  ];
  const context = contextOf(evidence, actors, written, foreignWrites);
  const secrets = secretAlerts(evidence, actors);
  const derived = [
    ...secrets.alerts,
    ...foreignWriteAlerts(foreign, filesOfAlerts(evidence.alerts), evidence.brought),
    ...registryAsks(evidence, actors),
    ...toolStoreAlerts(written, evidence.hookReads),
    ...oddPrograms(actors, evidence.hostname),
    ...leftRunningAlerts(evidence.phases, evidence.finishedAt, evidence.hostname, actors),
  ];
  const observed = new Observed(evidence, [...alerts, ...gatewaySeen(evidence, actors), ...derived], actors, context);
  const changes = changed.flatMap((change) => changedFinding(change, context));
  const notes = [...notesOf(evidence, index), ...secrets.notes].flatMap((one) => changedFinding(one, context));
  const weighed = weighedByAll([...observed.findings(), ...changes, ...notes], evidence, index);
  return concluded(weighed, observed.alsoTogether(), evidence, actors, context);
}

/** What is known of a run, for its findings. */
function contextOf(
  evidence: Evidence,
  actors: Actors,
  written: readonly PackageWrite[],
  foreignWrites: FindingContext['foreignWrites'],
): FindingContext {
  return {
    ...actors,
    phases: evidence.phaseStarts,
    marks: evidence.marks,
    decoys: evidence.decoys,
    foreignWrites,
    planted: new PlantedFiles(written, evidence.writes.reads, actors.packages),
    codeReads: evidence.codeReads,
    manager: evidence.manager?.name ?? null,
    hookReads: evidence.hookReads,
  };
}

/** Changed files that no alert accounts for. Writes of unknown origin account for nothing. */
function changesWithoutAlert(evidence: Evidence, actors: Actors): ReturnType<typeof unreportedChanges> {
  const nobodys = unrepeatedWrites(evidence.writes, actors);
  return unreportedChanges(evidence.compared.changes, {
    packages: actors.packages,
    reported: { alerts: evidence.alerts, writes: [...evidence.writes.all()].filter(({ path }) => !nobodys.has(path)) },
    brought: evidence.brought,
    hostname: evidence.hostname,
  });
}

/** The alerts of a run as findings, each attributed as well as repeated loads allow. */
class Observed {
  readonly #repeats: Repeats;
  readonly #alerts: SplitAlerts;

  constructor(
    private readonly evidence: Evidence,
    alerts: readonly FoldedAlert[],
    private readonly actors: Actors,
    private readonly context: FindingContext,
  ) {
    this.#repeats = new Repeats(actors);
    for (const { alert } of alerts) this.#repeats.add(alert);
    this.#alerts = this.#repeats.split(alerts);
  }

  /** Those of the alerts, and of decoys whose reads no alert reported. */
  findings(): readonly Finding[] {
    const { alerts, decoys, witnessed, hostname } = this.evidence;
    const findings = this.#known(this.#alerts.unrepeated.filter((one) => !isReportedByHostName(one)));
    const reads = unreportedReads(witnessed.seen, { alerts, findings, decoys }, this.actors, hostname);
    return [...findings, ...this.#known(this.#repeats.split(reads).unrepeated)];
  }

  /** What happened while many packages were loaded together, and also when one of them was loaded alone. */
  alsoTogether(): readonly Finding[] {
    return this.#findingsOf(this.#alerts.repeated);
  }

  #known(alerts: readonly FoldedAlert[]): readonly Finding[] {
    const { known } = this.evidence;
    return this.#findingsOf(alerts).map((finding) =>
      lowerKnown(finding, known, (pkg) => isFromRegistry(pkg, this.context.packages)),
    );
  }

  #findingsOf(alerts: readonly FoldedAlert[]): readonly Finding[] {
    return alerts.map((one) => toFinding(one, this.context)).filter((finding) => finding !== undefined);
  }
}

/** What our own loaders and the listing report, rather than an alert. */
function notesOf(evidence: Evidence, index: PackageIndex): readonly LoadNote[] {
  const { commands, hostname, phaseStarts, packages } = evidence;
  const fetchedAt = phaseStarts[0]?.at ?? evidence.finishedAt;
  return [
    ...shadowedPrograms(commands, index, hostname, fetchedAt),
    ...loadNotes(importPhases(evidence), packages, hostname, phaseStarts),
  ];
}

/** Lowers what looks honest in view of everything else that a package did, and what is usual for it. */
function weighedByAll(findings: readonly Finding[], evidence: Evidence, index: PackageIndex): readonly Finding[] {
  const isMeasured = isOfMeasuredRegistry({ manager: evidence.manager, ecosystem: evidence.job.ecosystem });
  return weigh(findings, installedOf(index, evidence.phases), isMeasured ? evidence.behaviours : NOTHING_MEASURED);
}

/** Combines findings, removes repetitions, settles whose code acted where several packages come into question, and marks what was accepted. */
function concluded(
  weighed: readonly Finding[],
  together: readonly Finding[],
  evidence: Evidence,
  actors: Actors,
  context: FindingContext,
): readonly Finding[] {
  const { baseline, projectBaseline, finishedAt, codeReads, failOn } = evidence;
  const once = reportedOnce(weighed);
  const shown = once.filter(({ rule }) => rule !== FAILED_LOOKUP_RULE);
  const combined = [...shown, ...correlate(once), ...onlyLater(shown, together)];
  const inherited = lowerInherited(withoutRepeats(combined), actors.packages);
  const acted = nameActing(inherited, actors, { ...context, failOn });
  const named = nameReaders(nameCallers(acted, codeReads, actors, failOn), codeReads, actors, failOn);
  const accepted = projectBaseline?.entries ?? [];
  return doubtDebugged(lowerRequired(named)).map((finding) => markAccepted(finding, baseline, finishedAt, accepted));
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
