import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { type Alert, alertTimeNs } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import { type Actors, attribute, groupOfStart, ownerOfStart, stepOfStart } from '../attribution/attribution.js';
import type { Contacts } from '../evidence/egress/contacts.js';
import type { LoadGroup, LoadMarks } from '../evidence/load-groups.js';
import type { ProjectWrites } from '../evidence/project-writes.js';
import { touchedFiles } from '../evidence/touched-files.js';
import { samePlace } from './same-place.js';

/** Everything observed in a sandbox that a loaded package may have caused. */
export interface Doings {
  readonly alerts: readonly FoldedAlert[];
  readonly contacts: Contacts;
  readonly writes: ProjectWrites;
}

/** Something that happened in a process that loads many packages, and that none of these packages did when loaded alone. */
export interface Unrepeated {
  readonly group: LoadGroup;
  readonly time: bigint;
  /** Whether it can become a finding; program starts and files in temporary folders are not findings by themselves. */
  readonly counts: boolean;
}

/** Alerts that were caused while many packages were loaded and again while one of them was loaded alone, and all others. */
export interface SplitAlerts {
  readonly repeated: readonly FoldedAlert[];
  readonly unrepeated: readonly FoldedAlert[];
}

/** What packages did when they were loaded alone, by a key for each behaviour. */
export class Repeats {
  readonly #actors: Actors;
  readonly #alone = new Map<string, Set<string>>();

  constructor(actors: Actors) {
    this.#actors = actors;
  }

  /** Records an alert that was caused while a single package was loaded. */
  add(alert: Alert, key: string = doingOf(alert)): void {
    const { step, owner } = attribute(alert, this.#actors);
    if (step?.kind === 'load') this.note(key, owner);
  }

  note(key: string, owner: InstalledPackage | undefined): void {
    if (owner === undefined) return;
    const folders = this.#alone.get(key) ?? new Set();
    this.#alone.set(key, folders.add(owner.realPath));
  }

  /** Whether a package of the group did the same when loaded alone. */
  has(key: string, { members }: LoadGroup): boolean {
    const folders = this.#alone.get(key);
    return folders !== undefined && members.some((folder) => folders.has(folder));
  }

  /** Splits alerts by whether a package of the group did the same when loaded alone: then they are attributed better elsewhere. */
  split(observed: readonly FoldedAlert[]): SplitAlerts {
    const repeated: FoldedAlert[] = [];
    const unrepeated: FoldedAlert[] = [];
    for (const one of observed) (this.#isRepeated(one.alert) ? repeated : unrepeated).push(one);
    return { repeated, unrepeated };
  }

  #isRepeated(alert: Alert): boolean {
    const { group } = attribute(alert, this.#actors);
    return group !== undefined && this.has(doingOf(alert), group);
  }
}

/** The files that were written in processes that load many packages, and that none of these packages wrote when loaded alone. */
export function unrepeatedWrites(writes: ProjectWrites, actors: Actors): ReadonlySet<string> {
  const repeats = new Repeats(actors);
  const together: { readonly path: string; readonly group: LoadGroup }[] = [];
  const known = new Set<string>();
  for (const { path, alert } of writes.all()) {
    const { group } = attribute(alert, actors);
    if (group !== undefined) together.push({ path, group });
    else {
      known.add(path);
      repeats.add(alert, writing(path));
    }
  }
  const unknown = together.filter(({ path, group }) => !known.has(path) && !repeats.has(writing(path), group));
  return new Set(unknown.map(({ path }) => path));
}

/**
 * What happened in processes that load many packages, without what one of these packages did when loaded alone. With `marks`,
 * only the package that the mark names for that time counts as an explanation.
 */
export function unrepeated(
  { alerts, contacts, writes }: Doings,
  actors: Actors,
  marks?: LoadMarks,
): readonly Unrepeated[] {
  const repeats = new Repeats(actors);
  const together: (Unrepeated & { readonly key: string })[] = [];
  const look = (alert: Alert, key: string, counts: boolean): void => {
    const { group } = attribute(alert, actors);
    if (group !== undefined) together.push({ group, time: alertTimeNs(alert), counts, key });
    else repeats.add(alert, key);
  };
  for (const { alert } of alerts) look(alert, doingOf(alert), true);
  for (const { alert } of contacts.all()) look(alert, contactOf(alert), true);
  for (const { path, alert } of writes.all()) {
    if (!OF_CLOCK.test(path)) look(alert, writing(path), !path.startsWith('/tmp/'));
  }
  for (const start of actors.tree.starts()) {
    const group = groupOfStart(start, actors);
    const key = `start\0${start.exepath}`;
    if (group !== undefined) together.push({ group, time: start.time, counts: false, key });
    else if (stepOfStart(start, actors)?.kind === 'load') repeats.note(key, ownerOfStart(start, actors));
  }
  return together.filter(({ key, group, time }) => {
    const marked = marks?.folderAt(group, time);
    return !repeats.has(key, marked === undefined ? group : { ...group, members: [marked] });
  });
}

/** The folders of the packages that did something on another kind of machine or date that they did not do in the first pass. */
export function onlyInAnotherGuise({ alerts, contacts }: Doings, actors: Actors): readonly string[] {
  const before = new Set<string>();
  const later = new Map<string, string>();
  const look = (alert: Alert, what: string): void => {
    const { step, owner } = attribute(alert, actors);
    if (step === undefined || owner === undefined) return;
    const key = `${owner.realPath}\0${what}`;
    if (step.guise === undefined) before.add(key);
    else later.set(key, owner.realPath);
  };
  for (const { alert } of alerts) look(alert, doingOf(alert));
  for (const { alert } of contacts.all()) look(alert, contactOf(alert));
  return [...new Set([...later].filter(([key]) => !before.has(key)).map(([, folder]) => folder))];
}

/** The folders of the packages that had been loaded in a process by a given time, the latest first. */
export function loadedBy(group: LoadGroup, time: bigint, marks: LoadMarks): readonly string[] {
  const last = marks.folderAt(group, time);
  const end = last === undefined ? group.members.length : group.members.indexOf(last) + 1;
  return group.members.slice(0, end).toReversed();
}

/** Files that libfaketime, which moves the clock, keeps for each process. */
const OF_CLOCK = /^\/dev\/shm\/(?:sem\.)?faketime_\w+$/;

/** The command lines of our own loaders, which say nothing about what a package did. */
const OWN_LOADER = /^\w+ \/opt\/ci\/.*/;

/** A key for the behaviour that an alert reports: the same in every run. */
function doingOf(alert: Alert): string {
  const { fields } = alert;
  const files = touchedFiles(alert).map(samePlace);
  const what = [...files, fields['egress.target'] ?? ''].filter((word) => word !== '');
  return [alert.rule, ...(what.length > 0 ? what : [(fields['proc.cmdline'] ?? '').replace(OWN_LOADER, '')])].join(
    '\0',
  );
}

function writing(path: string): string {
  return `write\0${path}`;
}

/** A key for a contact. The id of a DNS query (the first two characters of its data) is different each time, so it is left out. */
function contactOf({ rule, fields }: Alert): string {
  return `${rule}\0${(fields['evt.arg.data'] ?? '').slice(2)}`;
}
