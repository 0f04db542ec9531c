import { createHash } from 'node:crypto';
import { isAtLeast, type Priority } from '../../falco/alert.js';
import type { Finding, FindingPlace, PackageRef } from '../finding.js';
import { placesOf } from '../findings/places.js';
import { specOf } from '../spec.js';
import { cut, plain } from '../text/plain.js';

/**
 * Everything that one package did against one rule: a reviewer decides about all of it together. Formats whose entries other systems
 * track from run to run use this as their unit, because its identity contains neither process ids nor temporary file names.
 */
export interface FindingGroup {
  /** Hex SHA-256 of rule and package name: the same in every run, even if the package's version changes. */
  readonly fingerprint: string;
  readonly rule: string;
  /** The rule's name as an identifier, e.g. `read-of-a-credential-file`. */
  readonly slug: string;
  /** The priority of the most severe finding. */
  readonly priority: Priority;
  readonly package: PackageRef | null;
  /** At least one. */
  readonly findings: readonly [Finding, ...Finding[]];
  /** The places of all the findings; at least one. */
  readonly places: readonly [Place, ...Place[]];
  /** How often it happened, including repetitions. */
  readonly count: number;
}

/** One of the places, and the phase in which it was touched. */
export interface Place extends FindingPlace {
  readonly phase: Finding['phase'];
}

/** Groups the findings by rule and package name, in the order of each group's first finding. */
export function groupFindings(findings: readonly Finding[]): readonly FindingGroup[] {
  const byKey = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.rule, finding.package?.name ?? null]);
    const members = byKey.get(key);
    if (members === undefined) byKey.set(key, [finding]);
    else members.push(finding);
  }
  return [...byKey].map(([key, members]) => toGroup(key, members));
}

function toGroup(key: string, findings: [Finding, ...Finding[]]): FindingGroup {
  const [first, ...others] = findings;
  const [place, ...more] = inPhase(first);
  return {
    fingerprint: createHash('sha256').update(key).digest('hex'),
    rule: cut(plain(first.rule), 200),
    slug: slugOf(first.rule),
    priority: findings.reduce<Priority>(
      (worst, { priority }) => (isAtLeast(priority, worst) ? priority : worst),
      'DEBUG',
    ),
    package: first.package,
    findings,
    places: [place, ...more, ...others.flatMap(inPhase)],
    count: findings.reduce((sum, { count }) => sum + count, 0),
  };
}

function inPhase(finding: Finding): readonly [Place, ...Place[]] {
  const { phase } = finding;
  const [first, ...others] = placesOf(finding);
  return [{ ...first, phase }, ...others.map((place) => ({ ...place, phase }))];
}

function slugOf(rule: string): string {
  const slug = rule
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 100);
  return slug === '' ? 'rule' : slug;
}

/** `name@version`, or words saying that the package is not known. */
export function packageLabel(by: PackageRef | null, max = 120): string {
  return by === null ? 'a package that is not known' : cut(plain(specOf(by)), max);
}

/** What happened at one place, in one line: what was touched, the decoy, the command, the phase, the number of repetitions. */
export function evidenceLine({ subject, command, decoy, phase, count }: Place, max = 400): string {
  const line = [
    cut(subject, max / 2),
    decoy === null ? '' : `(decoy: ${cut(plain(decoy), 100)})`,
    command === '' ? '' : `$ ${cut(command, max / 2)}`,
    `(${phase})`,
    count > 1 ? `×${count}` : '',
  ];
  return line.filter((part) => part !== '').join(' ');
}
