import semver from 'semver';
import type { Finding, PackageRef } from '../finding.js';
import { isOfMeasuredRegistry } from '../parts/reported-manager.js';
import type { InstalledRow, Report } from '../report.js';
import type { IncompleteCode } from '../verdict/incomplete-codes.js';
import { type BEHAVIOUR_PHASES, SENT, type SentKind } from './behaviour.js';
import { isMeasurable, measuredPhase } from './measurable.js';
import { kindsOf } from './place-kind.js';

/** Reasons why a run did not reach its end, although everything until then was observed. */
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

/** One action of one package at one kind of place. */
export interface SeenBehaviour {
  readonly by: PackageVersion;
  readonly rule: string;
  readonly phase: (typeof BEHAVIOUR_PHASES)[number];
  readonly place: string;
  readonly sent: SentKind | undefined;
  readonly through: PackageVersion | undefined;
}

/** What one report shows about packages. */
export interface Measurement {
  /** The date on which the run ended. */
  readonly day: string;
  /** The packages whose code was observed to run. */
  readonly packages: readonly PackageVersion[];
  readonly behaviours: readonly SeenBehaviour[];
}

/** Why a report can't be used for measurements; undefined if it can. */
export function unusableBecause(report: Report): string | undefined {
  const fault = report.incomplete.find(({ code }) => !WATCHED.has(code));
  if (fault !== undefined) return `${fault.code}: ${fault.message}`;
  if (!report.monitoring.proven) return 'the run was not provably watched';
  if (report.installed === undefined) return 'it does not say what was installed';
  return isOfMeasuredRegistry(report) ? undefined : `it is of ${report.manager?.name}, whose registry is not measured`;
}

/** What the packages of the registry did, according to a report that can be used (`unusableBecause`). */
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
  // Older reports do not contain what was sent. They count as the least, so that they make no sending usual.
  const sent = sentTo(finding, 'download');
  const common = { by: named(owner), rule, phase, sent, through: through && named(through) };
  return kinds.map((place) => ({ ...common, place }));
}

/**
 * A finding that was lowered for another reason is not a habit of the package itself, e.g. when the image's npm reads its settings. Those
 * lowered because they are usual still count, and so do those of the gateway.
 */
function counts(finding: Finding): boolean {
  const { priority, known, measured, alert } = finding;
  if (known === undefined) return isMeasurable(finding, priority);
  return (measured !== undefined || alert.source === 'EGRESS') && isMeasurable(finding, alert.priority);
}

/**
 * An action belongs to the package that owns the step, together with the one whose code acted: a tool that any package may run has no
 * habits of its own.
 */
export function stepAndCode(
  by: PackageRef,
  ranBy: PackageRef | undefined,
): { owner: PackageRef; through?: PackageRef } {
  return ranBy === undefined ? { owner: by } : { owner: ranBy, through: by };
}

/**
 * What was sent, for observations of the gateway; `untold` is used if the report does not contain it. A DNS query alone sends nothing but
 * the name, so it counts as the least here; correlated findings still treat it as sending.
 */
export function sentTo({ alert }: Finding, untold: SentKind): SentKind | undefined {
  if (alert.source !== 'EGRESS') return undefined;
  if (alert.output_fields['egress.via'] === 'dns') return 'download';
  return SENT.find((kind) => kind === alert.output_fields['egress.means']) ?? untold;
}

/** Whether all packages of this name and version are what the registry delivered under this name, with its integrity. */
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
