import { touchedFiles } from '../evidence/touched-files.js';
import type { Finding, FindingPlace, PackageRef } from '../finding.js';
import { packageKey } from '../spec.js';
import { plain } from '../text/plain.js';
import { commandOf, subjectOf } from './subject.js';

/** Where a finding happened, in time; at least one place. */
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
 * One finding for each rule, package and phase, with its places: what a reviewer decides about at once. A program that looks through
 * HOME is one finding with forty places. What differs in more than the place (priority, why it is lowered, who ran it, whether it is
 * accepted, what was sent) stays apart, and so does what was put together from others.
 */
export function foldPlaces(findings: readonly Finding[]): readonly Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = finding.parts === undefined ? keyOf(finding) : `parts ${groups.size}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map(folded);
}

/** Who else may have done it may be others at each place: all of them are named then. */
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

/** The same place by the same command is one, however many processes were there. */
function distinct(places: readonly FindingPlace[]): FindingPlace[] {
  const known = new Map<string, FindingPlace>();
  for (const place of places) {
    const key = JSON.stringify([place.subject, place.others, place.command, place.decoy]);
    const before = known.get(key);
    known.set(key, before === undefined ? place : { ...before, count: before.count + place.count });
  }
  return [...known.values()];
}
