import { touchedFiles } from '../evidence/touched-files.js';
import type { Finding, FindingPlace, PackageRef } from '../finding.js';
import { packageKey } from '../spec.js';
import { plain } from '../text/plain.js';
import { commandOf, subjectOf } from './subject.js';

/** The places of a finding in the order of time; at least one. */
export function placesOf(finding: Finding): readonly [FindingPlace, ...FindingPlace[]] {
  const [first, ...others] = finding.places ?? [placeOf(finding)];
  return [first ?? placeOf(finding), ...others];
}

function placeOf(finding: Finding): FindingPlace {
  const { decoy, count, first, alert } = finding;
  const subject = subjectOf(finding);
  const files = touchedFiles({ fields: alert.output_fields }).map(plain);
  const others = [...new Set(files)].filter((file) => file !== subject);
  const named = others.length === 0 ? {} : { others };
  return { subject, ...named, command: commandOf(finding), decoy, count, first };
}

/**
 * Folds findings into one for each rule, package and phase, with its places, because a reviewer decides about them together: a
 * program that looks through HOME becomes one finding with forty places. Findings that differ in more than the place (priority,
 * why they were lowered, who ran them, whether they are accepted, what was sent) stay separate, and so do correlated findings.
 */
export function foldPlaces(findings: readonly Finding[]): readonly Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = finding.parts === undefined ? keyOf(finding) : `parts ${groups.size}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map(folded);
}

/** Only whether there are other candidates (`orBy`) is part of the key, because they may differ by place; the folded finding lists all. */
function keyOf({ rule, package: by, phase, priority, ranBy, orBy, known, accepted, measured, alert }: Finding): string {
  const { 'egress.means': means } = alert.output_fields;
  return JSON.stringify([
    rule,
    by,
    phase,
    priority,
    ranBy,
    orBy === undefined,
    known,
    accepted,
    measured,
    alert.source,
    means,
  ]);
}

function folded(group: readonly Finding[]): Finding {
  const inTime = group.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const [first] = inTime;
  if (first === undefined) throw new TypeError('a group of findings without one');
  if (inTime.length === 1) return first;
  const places = distinct(inTime.map(placeOf));
  return {
    ...first,
    count: inTime.reduce((sum, { count }) => sum + count, 0),
    last: inTime.map(({ last }) => last).reduce((a, b) => (a > b ? a : b)),
    decoy: inTime.find(({ decoy }) => decoy !== null)?.decoy ?? null,
    ...(first.orBy === undefined ? {} : { orBy: othersOf(inTime) }),
    ...(places.length === 1 ? {} : { places }),
  };
}

function othersOf(group: readonly Finding[]): PackageRef[] {
  const others = group.flatMap(({ orBy = [] }) => orBy);
  return [...new Map(others.map((other) => [packageKey(other), other])).values()];
}

/** The same place touched by the same command is one place, however many processes did it. */
function distinct(places: readonly FindingPlace[]): FindingPlace[] {
  const known = new Map<string, FindingPlace>();
  for (const place of places) {
    const key = JSON.stringify([place.subject, place.others, place.command, place.decoy]);
    const before = known.get(key);
    known.set(key, before === undefined ? place : { ...before, count: before.count + place.count });
  }
  return [...known.values()];
}
