import semver from 'semver';
import type { Finding, PackageRef } from '../finding.js';
import type { IncompleteCode } from '../incomplete-codes.js';
import type { InstalledRow, Report } from '../report.js';
import { isOfMeasuredRegistry } from '../reported-manager.js';
import { type BEHAVIOUR_PHASES, SENT, type SentKind } from './behaviour.js';
import { isMeasurable, measuredPhase } from './measurable.js';
import { kindsOf } from './place-kind.js';

/** Where a run did not reach its end, but what it did until then was watched. */
const WATCHED: ReadonlySet<string> = new Set([
  'install-failed',
  'install-timeout',
  'import-failed',
  'import-timeout',
] satisfies IncompleteCode[]);

/** A package in one version. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
}

/** One package did one thing at one kind of place. */
export interface SeenBehaviour {
  readonly by: PackageVersion;
  readonly rule: string;
  readonly phase: (typeof BEHAVIOUR_PHASES)[number];
  readonly place: string;
  readonly sent: SentKind | undefined;
  readonly through: PackageVersion | undefined;
}

/** What one report shows of packages. */
export interface Measurement {
  /** The day on which the run ended. */
  readonly day: string;
  /** Whose code was seen to run. */
  readonly packages: readonly PackageVersion[];
  readonly behaviours: readonly SeenBehaviour[];
}

/** Why nothing can be learned from a report; undefined where it counts. */
export function unusableBecause(report: Report): string | undefined {
  const fault = report.incomplete.find(({ code }) => !WATCHED.has(code));
  if (fault !== undefined) return `${fault.code}: ${fault.message}`;
  if (!report.monitoring.proven) return 'the run was not provably watched';
  if (report.installed === undefined) return 'it does not tell what was installed';
  return isOfMeasuredRegistry(report) ? undefined : `it is of ${report.manager?.name}, whose registry is not measured`;
}

/** What packages of the registry did, of a report that counts: see `unusableBecause`. */
export function behavioursOf(report: Report): Measurement {
  const delivered = deliveredBy(report.installed ?? []);
  const { packages, phases } = report;
  const ran = [...packages.filter((pkg) => pkg.ran), ...phases.flatMap(({ loaded = [] }) => loaded)];
  const behaviours = [...report.findings, ...report.observations].flatMap((finding) => seenIn(finding, delivered));
  const all = [...ran, ...behaviours.flatMap(({ by, through }) => (through === undefined ? [by] : [by, through]))];
  return { day: report.finishedAt.slice(0, 10), packages: all.filter(delivered).map(named), behaviours };
}

function seenIn(finding: Finding, delivered: (pkg: PackageVersion) => boolean): readonly SeenBehaviour[] {
  const { package: by, ranBy, rule } = finding;
  const phase = measuredPhase(finding.phase);
  const kinds = kindsOf(finding);
  if (by === null || phase === undefined || kinds === undefined || !counts(finding)) return [];
  const { owner, through } = stepAndCode(by, ranBy);
  if (![owner, through].every((pkg) => pkg === undefined || delivered(pkg))) return [];
  // Of before it was read: nothing that is sent becomes usual by it.
  const sent = sentTo(finding, 'download');
  const common = { by: named(owner), rule, phase, sent, through: through && named(through) };
  return kinds.map((place) => ({ ...common, place }));
}

/** What was lowered for another reason is not the package's own habit: the image's npm that reads its settings. */
function counts(finding: Finding): boolean {
  const { priority, known, measured, alert } = finding;
  if (known === undefined) return isMeasurable(finding, priority);
  return (measured !== undefined || alert.source === 'EGRESS') && isMeasurable(finding, alert.priority);
}

/** Whose step it was decides, and whose code acted there: a tool that anybody may run has no habits of its own. */
export function stepAndCode(
  by: PackageRef,
  ranBy: PackageRef | undefined,
): { owner: PackageRef; through?: PackageRef } {
  return ranBy === undefined ? { owner: by } : { owner: ranBy, through: by };
}

/**
 * What was sent, of what the gateway saw; `untold`: where the report does not say. A name that was only looked up got nothing but
 * itself; it still counts as a send in what belongs together.
 */
export function sentTo({ alert }: Finding, untold: SentKind): SentKind | undefined {
  if (alert.source !== 'EGRESS') return undefined;
  if (alert.output_fields['egress.via'] === 'dns') return 'download';
  return SENT.find((kind) => kind === alert.output_fields['egress.means']) ?? untold;
}

/** Whether all that has this name and version is what the registry delivers under it, with its integrity. */
function deliveredBy(installed: readonly InstalledRow[]): (pkg: PackageVersion) => boolean {
  const good = new Map<string, boolean>();
  for (const row of installed) {
    const key = keyOf(row);
    good.set(key, (good.get(key) ?? true) && isDelivered(row));
  }
  return (pkg) => good.get(keyOf(pkg)) === true && semver.valid(pkg.version) !== null;
}

function isDelivered({ name, calledItself, folder, from, integrity }: InstalledRow): boolean {
  return (
    from === 'registry' && integrity !== null && calledItself === undefined && folder.endsWith(`node_modules/${name}`)
  );
}

function keyOf({ name, version }: PackageVersion): string {
  return `${name}@${version}`;
}

function named({ name, version }: PackageVersion): PackageVersion {
  return { name, version };
}
