import { createHash } from 'node:crypto';
import { isAtLeast, type Priority } from '../../falco/alert.js';
import { cut, plain } from '../plain.js';
import type { Finding, PackageRef } from '../report.js';
import { specOf } from '../spec.js';
import { commandOf, subjectOf } from '../subject.js';

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
  /** How often it happened, repetitions included. */
  readonly count: number;
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
  const [first] = findings;
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
    count: findings.reduce((sum, { count }) => sum + count, 0),
  };
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

/** What a finding is about in one line: file, peer or host, decoy, command, phase, repetitions. */
export function evidenceLine(finding: Finding, max = 400): string {
  const subject = subjectOf(finding);
  const decoy = finding.decoy === null ? '' : `(decoy: ${cut(plain(finding.decoy), 100)})`;
  const command = commandOf(finding);
  const line = [
    cut(subject, max / 2),
    decoy,
    command === '' ? '' : `$ ${cut(command, max / 2)}`,
    `(${finding.phase})`,
    finding.count > 1 ? `×${finding.count}` : '',
  ];
  return line.filter((part) => part !== '').join(' ');
}
