import { createHash } from 'node:crypto';
import { isAtLeast, type Priority } from '../../falco/alert.js';
import type { Finding, FindingPlace, PackageRef } from '../finding.js';
import { placesOf } from '../findings/places.js';
import { specOf } from '../spec.js';
import { cut, plain } from '../text/plain.js';

/**
 * All that one package did against one rule: what a reviewer decides about at once. It is the unit of the formats that
 * other systems track from run to run, because its identity holds neither process ids nor temporary file names.
 */
export interface FindingGroup {
  /** Hex SHA-256 of rule and package name: the same in every run, also with another version of the package. */
  readonly fingerprint: string;
  readonly rule: string;
  /** The rule's name as an identifier, e.g. `read-of-a-credential-file`. */
  readonly slug: string;
  /** The most severe one. */
  readonly priority: Priority;
  readonly package: PackageRef | null;
  /** At least one. */
  readonly findings: readonly [Finding, ...Finding[]];
  /** Every place of them; at least one. */
  readonly places: readonly [Place, ...Place[]];
  /** How often it happened, repetitions included. */
  readonly count: number;
}

/** One place where it happened, and in which phase. */
export interface Place extends FindingPlace {
  readonly phase: Finding['phase'];
}

/** In the order of their first finding. */
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

/** `name@version`, or that it is not known. */
export function packageLabel(by: PackageRef | null, max = 120): string {
  return by === null ? 'a package that is not known' : cut(plain(specOf(by)), max);
}

/** What a finding is about at one place, in one line: file, peer or host, decoy, command, phase, repetitions. */
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
