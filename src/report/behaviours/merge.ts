import semver from 'semver';
import { type Behaviour, type BehaviourData, SENT, type SentKind } from './behaviour.js';
import type { Measurement, SeenBehaviour } from './extract.js';

/** One action of a package at one place, from all reports. */
interface Gathered {
  readonly seen: SeenBehaviour;
  readonly versions: Set<string>;
  readonly throughVersions: Set<string>;
  sent: SentKind | undefined;
}

/** Merges what several reports show into the data of a file; the order of the reports does not matter. */
export function mergeMeasurements(measurements: readonly Measurement[]): BehaviourData {
  const days = measurements.map(({ day }) => day).sort();
  return {
    measured: days.at(-1) ?? '1970-01-01',
    packages: mergePackages(measurements),
    behaviours: byPlaces(gather(measurements.flatMap(({ behaviours }) => behaviours))),
  };
}

function mergePackages(measurements: readonly Measurement[]): BehaviourData['packages'] {
  const versions = new Map<string, Set<string>>();
  for (const { name, version } of measurements.flatMap(({ packages }) => packages)) {
    versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  const names = [...versions].sort(([a], [b]) => order(a, b));
  return names.map(([name, all]) => ({ name, versions: [...all].sort(semver.compareBuild) }));
}

function gather(all: readonly SeenBehaviour[]): readonly Gathered[] {
  const gathered = new Map<string, Gathered>();
  for (const seen of all) {
    const { by, rule, phase, place, through, sent } = seen;
    const key = JSON.stringify([by.name, through?.name ?? null, rule, phase, place]);
    const known = gathered.get(key) ?? { seen, versions: new Set(), throughVersions: new Set(), sent };
    gathered.set(key, known);
    known.versions.add(by.version);
    if (through !== undefined) known.throughVersions.add(through.version);
    known.sent = more(known.sent, sent);
  }
  return [...gathered.values()];
}

/** Puts places together if nothing else differs. */
function byPlaces(gathered: readonly Gathered[]): Behaviour[] {
  const groups = new Map<string, { behaviour: Omit<Behaviour, 'places'>; places: string[] }>();
  for (const { seen, versions, throughVersions, sent } of gathered) {
    const { by, rule, phase, through, place } = seen;
    const behaviour = {
      package: by.name,
      versions: rangeOf([...versions]),
      rule,
      phase,
      ...(sent === undefined ? {} : { sent }),
      ...(through === undefined ? {} : { through: { package: through.name, versions: rangeOf([...throughVersions]) } }),
    };
    const key = JSON.stringify([by.name, rule, phase, through?.name, behaviour]);
    const group = groups.get(key) ?? { behaviour, places: [] };
    groups.set(key, group);
    group.places.push(place);
  }
  return [...groups]
    .sort(([a], [b]) => order(a, b))
    .map(([, { behaviour, places }]) => ({ ...behaviour, places: places.sort(order) }));
}

/** From each lowest version up to the next breaking one, as defined by npm's `^`. */
export function rangeOf(versions: readonly string[]): string {
  const lowest: string[] = [];
  for (const version of [...versions].sort(semver.compareBuild)) {
    const last = lowest.at(-1);
    if (last === undefined || !semver.satisfies(version, `^${last}`, { includePrerelease: true })) lowest.push(version);
  }
  return lowest.map((version) => `^${version}`).join(' || ');
}

function more(a: SentKind | undefined, b: SentKind | undefined): SentKind | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return SENT.indexOf(a) < SENT.indexOf(b) ? b : a;
}

/** By code units, which gives the same order on every machine. */
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
