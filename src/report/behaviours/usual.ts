import semver from 'semver';
import { isSharedHost } from '../contact-meaning/shared-host.js';
import type { Finding, PackageRef } from '../finding.js';
import { type Behaviour, type BehaviourData, SENT } from './behaviour.js';
import { sentTo, stepAndCode } from './extract.js';
import { comparablePhases, isMeasurable } from './measurable.js';
import { kindsOf } from './place-kind.js';

/** How usual an action of a package is. */
export type Usual = NonNullable<Finding['measured']>;

const PHASE_WORDS: Readonly<Record<Behaviour['phase'], string>> = {
  install: 'at install',
  import: 'when it is loaded',
  drain: 'by what it leaves running',
};

/** Lookup of what packages were measured to do. */
export class Behaviours {
  /** How many packages were measured. */
  readonly size: number;
  readonly #byDoing = new Map<string, Behaviour[]>();
  /** By rule and phase: the packages with such findings. */
  readonly #doers = new Map<string, Set<string>>();

  constructor(data: readonly BehaviourData[]) {
    this.size = new Set(data.flatMap(({ packages }) => packages.map(({ name }) => name))).size;
    for (const behaviour of data.flatMap(({ behaviours }) => behaviours)) {
      const { package: owner, rule, phase, through } = behaviour;
      const key = JSON.stringify([owner, through?.package ?? null, rule, phase]);
      this.#byDoing.set(key, [...(this.#byDoing.get(key) ?? []), behaviour]);
      const act = JSON.stringify([rule, phase]);
      this.#doers.set(act, (this.#doers.get(act) ?? new Set()).add(owner));
    }
  }

  /**
   * How usual a finding is, if its package was measured to do exactly this: in the same range of versions (a mere download in a later one,
   * too) and the same phase, only at places of the same kinds, and sending no more. `isFromRegistry`: whether a package is what a registry delivered under its name.
   */
  usual(finding: Finding, isFromRegistry: (pkg: PackageRef) => boolean): (Usual & { words: string }) | undefined {
    if (!isMeasurable(finding, finding.priority)) return undefined;
    for (const phase of comparablePhases(finding.phase)) {
      const usual = this.#usualIn(phase, finding, isFromRegistry);
      if (usual !== undefined) return usual;
    }
    return undefined;
  }

  #usualIn(
    phase: Behaviour['phase'],
    finding: Finding,
    isFromRegistry: (pkg: PackageRef) => boolean,
  ): (Usual & { words: string }) | undefined {
    const { package: by, ranBy, rule } = finding;
    if (by === null) return undefined;
    const { owner, through } = stepAndCode(by, ranBy);
    const known = this.#byDoing.get(JSON.stringify([owner.name, through?.name ?? null, rule, phase])) ?? [];
    const covering = known.length === 0 ? [] : coveringAll(finding, known, owner, through);
    if (covering.length === 0 || !isFromRegistry(owner)) return undefined;
    if (through !== undefined && !isFromRegistry(through)) return undefined;
    const packages = this.#doers.get(JSON.stringify([rule, phase]))?.size ?? 0;
    const usual = { since: lowest(covering, owner), packages, of: this.size };
    return { ...usual, words: inWords(owner, through, PHASE_WORDS[phase], usual) };
  }
}

/**
 * The measured behaviours that together cover a finding; empty if one of its places is not covered, or if something unknown was sent to a
 * host that several owners share.
 */
function coveringAll(
  finding: Finding,
  known: readonly Behaviour[],
  owner: PackageRef,
  through: PackageRef | undefined,
): readonly Behaviour[] {
  const kinds = kindsOf(finding) ?? [];
  if (sentTo(finding, 'unknown') === 'unknown' && kinds.some(isSharedHost)) return [];
  const isDownload = sentTo(finding, 'unknown') === 'download';
  const fitting = known.filter((one) => {
    const isVersion =
      covers(one.versions, owner, isDownload) &&
      (through === undefined || covers(one.through?.versions, through, isDownload));
    return isVersion && sendsNoMore(finding, one) && one.places.some((place) => kinds.includes(place));
  });
  return kinds.every((kind) => fitting.some(({ places }) => places.includes(kind))) ? fitting : [];
}

/** For runs without measured data. */
export const NOTHING_MEASURED = new Behaviours([]);

function inWords(owner: PackageRef, through: PackageRef | undefined, when: string, usual: Usual): string {
  const { since, packages, of } = usual;
  const tool = through === undefined ? '' : ` with ${through.name}`;
  const versions = semver.lt(owner.version, since) ? `in ${since}, a later version` : `since ${since}`;
  const many = `${packages} of ${of} measured packages ${packages === 1 ? 'does' : 'do'}`;
  return `measured: ${owner.name} does this ${when}${tool} ${versions}; ${many}`;
}

/**
 * `isOlderToo`: for a host that is only asked for a file. Older versions are not measured each, and who could publish one that asks a
 * measured host for something else could as well publish a newer one.
 */
function covers(versions: string | undefined, { version }: PackageRef, isOlderToo = false): boolean {
  if (versions === undefined) return false;
  if (semver.satisfies(version, versions, { includePrerelease: true })) return true;
  const isOlder = (range: string): boolean => semver.valid(version) !== null && semver.ltr(version, range);
  return isOlderToo && versions.split(' || ').some(isOlder);
}

function sendsNoMore(finding: Finding, { sent }: Behaviour): boolean {
  const now = sentTo(finding, 'unknown');
  return now === undefined ? sent === undefined : sent !== undefined && SENT.indexOf(now) <= SENT.indexOf(sent);
}

/**
 * The lowest version of the measured range that contains the package's version, or that is above it. If several behaviours are needed, the
 * highest of these, from which on all of them were observed.
 */
function lowest(behaviours: readonly Behaviour[], owner: PackageRef): string {
  const all = behaviours.flatMap(({ versions }) => versions.split(' || '));
  const containing = all.filter((range) => covers(range, owner));
  const ranges = containing.length > 0 ? containing : all;
  const begins = ranges.map((range) => range.slice(1)).sort(semver.compareBuild);
  return begins.at(-1) ?? owner.version;
}
