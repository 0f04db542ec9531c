import type { Finding } from '../../finding.js';
import { FIRST_GUISE, type Guise } from '../../guise.js';
import { specOf } from '../../spec.js';
import { samePlace } from '../same-place.js';
import { subjectOf } from '../subject.js';

/** The rule names for behaviour that was seen only on another kind of machine or date than in the first pass. */
export const ONLY_LATER = {
  future: 'Only in the future',
  github: 'Only on GitHub',
  outside: 'Only outside of CI',
  other: 'Only on another CI system',
  both: 'Only in the future or on GitHub',
} as const;

/**
 * What packages did with the clock moved ahead or on another kind of machine, but not in the first pass. Each becomes a finding
 * in addition to the one of the rule. A pure function of the findings and observations of a report. `together`: findings from
 * processes that loaded many packages, and that one of these packages also caused when it was loaded alone.
 */
export function onlyLater(all: readonly Finding[], together: readonly Finding[] = []): readonly Finding[] {
  const before = new Set(all.filter(({ guise }) => guise === undefined).map(doingOf));
  const byOneOf = doneByOneOf([...all, ...together]);
  const groups = new Map<string, Finding[]>();
  for (const finding of all) {
    if (finding.guise === undefined || finding.package === null || before.has(doingOf(finding))) continue;
    if (byOneOf.get(sharedDoing(finding))?.has(specOf(finding.package)) === true) continue;
    const key = doingOf(finding);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((seen) => namesOf(seen).map((rule) => toFinding(rule, seen)));
}

/**
 * What was done in the first pass in processes that loaded many packages, with the packages that may have caused it. If there was
 * no time to load each of them alone, no single package is named.
 */
function doneByOneOf(findings: readonly Finding[]): ReadonlyMap<string, ReadonlySet<string>> {
  const specs = new Map<string, Set<string>>();
  for (const finding of findings) {
    if (finding.guise !== undefined || finding.package !== null) continue;
    const key = sharedDoing(finding);
    const known = specs.get(key) ?? new Set();
    for (const spec of finding.among ?? []) known.add(spec);
    specs.set(key, known);
  }
  return specs;
}

/**
 * Removes repetitions: everything is run two or three times (loaded, called, on another kind of machine), and what a package does
 * each time is one finding, that of the first pass. Correlated findings must be made before this.
 */
export function withoutRepeats(all: readonly Finding[]): readonly Finding[] {
  const earliest = new Map<string, number>();
  for (const finding of all) {
    const key = repeatKeyOf(finding);
    earliest.set(key, Math.min(passOf(finding), earliest.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return all.filter((finding) => passOf(finding) === earliest.get(repeatKeyOf(finding)));
}

/** 0 for the first pass, 1 for the calls, 2 for the pass on another kind of machine or date. */
function passOf({ guise, phase }: Finding): number {
  if (guise !== undefined) return 2;
  return phase === 'execute' ? 1 : 0;
}

function repeatKeyOf(finding: Finding): string {
  const { priority, ranBy, orBy, decoy, parts = [] } = finding;
  const told = parts.map(({ rule, subject }) => `${rule} ${subject}`).toSorted();
  return JSON.stringify([
    doingOf(finding),
    priority,
    ranBy?.path,
    orBy?.map(({ path }) => path),
    decoy,
    [...new Set(told)],
  ]);
}

/** The identity of a behaviour: one package, one rule, one place. */
function doingOf(finding: Finding): string {
  return JSON.stringify([finding.package?.path ?? null, sharedDoing(finding)]);
}

/** The same without the package: one rule, one place. */
function sharedDoing(finding: Finding): string {
  return JSON.stringify([finding.rule, samePlace(subjectOf(finding))]);
}

/** If it was seen with only one thing changed, that thing is the reason; otherwise either may be. */
function namesOf(seen: readonly Finding[]): readonly string[] {
  const guises = seen.flatMap(({ guise }) => guise ?? []);
  const names: string[] = [];
  if (guises.some((guise) => isAhead(guise) && !isElsewhere(guise))) names.push(ONLY_LATER.future);
  if (guises.some((guise) => isElsewhere(guise) && !isAhead(guise))) names.push(ONLY_LATER.github);
  if (guises.some(({ ci }) => ci === 'none')) names.push(ONLY_LATER.outside);
  if (guises.some(({ ci }) => ci === 'other')) names.push(ONLY_LATER.other);
  return names.length === 0 ? [ONLY_LATER.both] : names;
}

function isAhead({ aheadDays }: Guise): boolean {
  return aheadDays > FIRST_GUISE.aheadDays;
}

function isElsewhere({ ci }: Guise): boolean {
  return ci === 'github';
}

function toFinding(rule: string, seen: readonly Finding[]): Finding {
  const [first] = seen;
  if (first === undefined) throw new TypeError('a group of findings without one');
  const subject = subjectOf(first);
  const story = subject === '' ? first.rule : `${first.rule}: ${subject}`;
  const tags = ['packwarden', 'correlated', 'mitre_defense_evasion', 'T1497.003'];
  const { known: _known, places: _places, ...rest } = first;
  return {
    ...rest,
    rule,
    tags,
    parts: seen.map((part) => ({ rule: part.rule, first: part.first, subject: subjectOf(part) })),
    alert: { ...first.alert, source: 'CORRELATION', rule, output: `${rule} (${story})`, tags },
  };
}
