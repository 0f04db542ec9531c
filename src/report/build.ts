import type { FoldedAlert } from '../falco/fold.js';
import type { Witnessed } from '../witness/seen.js';
import { baselineOutcome } from './acceptance/project-baseline.js';
import { allFindings } from './all-findings.js';
import { type Actors, attribute, packagesThatRan } from './attribution/attribution.js';
import { authoredOf } from './attribution/files/authored-write.js';
import { PackageIndex } from './attribution/files/package-index.js';
import { egressPolicyOf } from './egress-policy/policy.js';
import { directAttempts } from './evidence/egress/direct-attempts.js';
import { egressFaults, egressRows } from './evidence/egress/egress-rows.js';
import { namedByLookups } from './evidence/egress/named-contacts.js';
import { strayContacts } from './evidence/egress/stray-contacts.js';
import { withRefusedHosts } from './evidence/registry/refused-downloads.js';
import { registryOutages } from './evidence/registry/registry-outages.js';
import { missedByAlerts } from './evidence/unreported-reads.js';
import { foldPlaces } from './findings/places.js';
import type { Evidence } from './job-evidence.js';
import { installedPart } from './parts/installed.js';
import { phaseRows } from './parts/phase-rows.js';
import { processRows } from './parts/process-rows.js';
import type { Report } from './report.js';
import { recommend } from './scripts/recommendation.js';
import { packageRows } from './scripts/script-rows.js';
import { specOf } from './spec.js';
import { nothingInstalled, unrunScripts } from './verdict/nothing-shown.js';
import { decideVerdict, splitByPriority } from './verdict/verdict.js';

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
