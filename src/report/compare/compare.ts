import type { Behaviour } from './behaviour.js';
import { wordsOf } from './behaviour-words.js';
import { doingKey, type KeptBehaviour, type Summary } from './summary.js';
import type { NotCompared, PackageChange } from './what-changed.js';

/** The differences between a report and an earlier one. */
export interface Comparison {
  readonly added: readonly PackageChange[];
  readonly removed: readonly PackageChange[];
  readonly changed: readonly PackageChange[];
  readonly unchanged: readonly PackageChange[];
  /** Behaviours that no package of the same name showed in the earlier report, by `doingKey`. */
  readonly newKeys: ReadonlySet<string>;
  /** New behaviours whose package is not known, in words. */
  readonly ofNobody: readonly string[];
  readonly notes: readonly string[];
}

/** Why two reports can't be compared. */
export interface RetryableFailure {
  readonly code: NotCompared;
  readonly message: string;
}

/** How many new behaviours are described for each package. */
const MAX_NEWS = 20;

/** Undefined if the two can be compared. The earlier report is one that the user chose, or the project's last complete one. */
export function failureOf(earlier: Summary, now: Summary): RetryableFailure | undefined {
  const { job } = earlier;
  if (!earlier.complete) return { code: 'earlier-incomplete', message: `job ${job} did not run to its end` };
  if (earlier.manager !== now.manager) {
    const message = `the earlier one was installed by ${earlier.manager ?? 'nothing'}, this one by ${now.manager ?? 'nothing'}`;
    return { code: 'other-manager', message };
  }
  if (earlier.judgedBy !== now.judgedBy) {
    return {
      code: 'other-version',
      message: 'the earlier one was made by another version of Packwarden, of its rules or of its sensor',
    };
  }
  if (earlier.egressMode !== now.egressMode) {
    const message = `the earlier one ran with egress ${earlier.egressMode ?? 'none'}, this one with ${now.egressMode ?? 'none'}`;
    return { code: 'other-egress', message };
  }
  if (now.packages === null || earlier.packages === null) {
    return { code: 'not-fetched', message: 'not every package was fetched' };
  }
  if (earlier.cut || now.cut) return { code: 'too-large', message: 'the reports contain more than is compared' };
  return undefined;
}

/** The differences. A pure function; call it only if `failureOf` returns undefined. */
export function compare(earlier: Summary, now: Summary): Comparison {
  const before = versionsOf(earlier);
  const after = versionsOf(now);
  const fresh = newBehaviours(earlier, now);
  const newsOf = wordsByPackage(fresh);
  const all = [...new Set([...before.keys(), ...after.keys(), ...newsOf.keys()])].sort().map((name) => {
    const [from = [], to = []] = [before.get(name), after.get(name)];
    const news = newsOf.get(name) ?? [];
    const row = { name, from: namesOf(from), to: namesOf(to), news: news.slice(0, MAX_NEWS) };
    return { ...row, kind: kindOf(from, to), otherContent: hasOtherContent(from, to) };
  });
  const having = (kind: Kind): readonly PackageChange[] =>
    all
      .filter((row) => row.kind === kind && (kind !== 'unchanged' || row.news.length > 0))
      .sort((a, b) => b.news.length - a.news.length)
      .map(({ kind: _, ...row }) => row);
  return {
    added: having('added'),
    removed: having('removed'),
    changed: having('changed'),
    unchanged: having('unchanged'),
    newKeys: new Set(fresh.map(doingKey)),
    ofNobody: fresh.filter(({ name }) => name === null).map(({ behaviour }) => wordsOf(behaviour)),
    notes: earlier.allPrograms
      ? []
      : ['which programs are new is not known: the earlier report does not contain all programs that were started'],
  };
}

type Kind = 'added' | 'removed' | 'changed' | 'unchanged';
type Versions = readonly { readonly version: string; readonly digest: string }[];

function versionsOf({ packages }: Summary): ReadonlyMap<string, Versions> {
  return new Map((packages ?? []).map(({ name, versions }) => [name, versions]));
}

function namesOf(versions: Versions): string[] {
  return [...new Set(versions.map(({ version }) => version))].sort();
}

function kindOf(from: Versions, to: Versions): Kind {
  const same = JSON.stringify(namesOf(from)) === JSON.stringify(namesOf(to));
  if (same) return hasOtherContent(from, to) ? 'changed' : 'unchanged';
  if (from.length === 0) return 'added';
  return to.length === 0 ? 'removed' : 'changed';
}

/** Whether a version has another digest than before. If a digest is missing on either side, this is not known and counts as no change. */
function hasOtherContent(from: Versions, to: Versions): boolean {
  return to.some(({ version, digest }) => {
    const before = from.filter((old) => old.version === version).map((old) => old.digest);
    return digest !== '' && before.length > 0 && !before.includes('') && !before.includes(digest);
  });
}

function newBehaviours(earlier: Summary, now: Summary): readonly KeptBehaviour[] {
  const known = new Set(earlier.behaviours.map(doingKey));
  // A report names only the package that asked for a host first, so a host is new only if no package had asked for it before.
  const hosts = new Set(earlier.behaviours.flatMap(({ behaviour: { kind, what } }) => (kind === 'host' ? what : [])));
  return now.behaviours.filter((kept) => {
    const { kind, what } = kept.behaviour;
    if (known.has(doingKey(kept))) return false;
    if (kind === 'host') return !hosts.has(what);
    return kind !== 'program' || earlier.allPrograms;
  });
}

/**
 * The order in which new behaviours are described: those matched by a rule first, because they say the most, e.g. that
 * credentials were read.
 */
const ORDER: readonly Behaviour['kind'][] = ['rule', 'script', 'host', 'files', 'program'];

function wordsByPackage(fresh: readonly KeptBehaviour[]): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  const sorted = fresh.toSorted((a, b) => ORDER.indexOf(a.behaviour.kind) - ORDER.indexOf(b.behaviour.kind));
  for (const { name, behaviour } of sorted) {
    if (name === null) continue;
    const words = byName.get(name);
    if (words === undefined) byName.set(name, [wordsOf(behaviour)]);
    else words.push(wordsOf(behaviour));
  }
  return byName;
}
