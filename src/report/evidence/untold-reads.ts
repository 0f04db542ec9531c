import { type Alert, alertTimeAt, alertTimeNs } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { Seen } from '../../witness/seen.js';
import { type Actors, type Attribution, attribute } from '../attribution/attribution.js';
import { isOfImage } from '../attribution/image-files.js';
import type { Finding } from '../finding.js';
import { specOf } from '../spec.js';
import type { IncompleteReason } from '../verdict.js';
import type { PlantedDecoy } from './decoys.js';

/** The rule name under which a read is reported that the worker's own witness saw and the alert source did not. */
export const UNTOLD_READ_RULE = 'Read of a decoy that no alert told of';

/** The witness takes note of what happens a moment later; the alert source's clock may differ a little. */
const CLOCK_SLACK_MS = 20;
/** A busy machine's witness may be late by seconds. Later than that, a number may be another process's. */
const LATE_NS = 10_000_000_000n;
/** How many decoys a reason names. */
const SHOWN_DECOYS = 3;
const NS_PER_US = 1_000n;
const NS_PER_MS = 1_000_000n;

/** Programs of the image that look a password up there before every request, whoever starts them: no rule alerts for it. */
const LOOKS_UP_PASSWORDS = /^\/usr\/(?:lib\/git-core\/git-remote-http\w*|bin\/wget)$/;
const PASSWORDS = '/.netrc';
/** Configuration libraries read it when they are merely loaded. */
const SETTINGS = '/.env';

/** What the alert source told: its alerts as they came, and what they became in the report. */
export interface Told {
  readonly alerts: readonly FoldedAlert[];
  readonly findings: readonly Finding[];
  readonly decoys: readonly PlantedDecoy[];
}

/** A decoy that was opened by a process which read it, or left it to another to read. */
interface Opening {
  readonly event: Seen;
  readonly alert: Alert;
  readonly attribution: Attribution;
}

/**
 * Decoys that were read and that no alert tells of, as alerts of source `witness`: one for each decoy and package. A rule alerts
 * for an opening, by the name that its caller used; the witness knows the file. Told of is an opening where an alert names the
 * decoy and the process, or where a finding about this decoy already names its package.
 */
export function untoldReads(
  seen: readonly Seen[],
  told: Told,
  actors: Actors,
  hostname: string,
): readonly FoldedAlert[] {
  const inside = seen.filter(({ outside }) => outside !== true);
  const readers = new Readers(inside, actors);
  const alerts = alertsByDecoy(told);
  const untold = new Map<string, FoldedAlert>();
  for (const event of inside) {
    if (!event.opened || !readers.isRead(event) || isTold(event, alerts.get(event.path) ?? [])) continue;
    const alert = toAlert(event, hostname);
    const attribution = attribute(alert, actors);
    const opening = { event, alert, attribution };
    if (isHonest(opening) || isToldOfPackage(opening, told.findings)) continue;
    const { package: by } = attribution;
    const key = JSON.stringify([event.path, by && specOf(by), by?.path]);
    const at = alertTimeNs(alert);
    const before = untold.get(key) ?? { alert, count: 0, first: at, last: at };
    untold.set(key, { ...before, count: before.count + 1, last: at });
  }
  return [...untold.values()];
}

/**
 * The mark against the alert source. What the image's own programs do is no mark, nor what the service's owners accepted: they may
 * have taken a rule out. What a project accepted is one.
 */
export function missedByAlerts(findings: readonly Finding[]): readonly IncompleteReason[] {
  const missed = findings.filter(
    ({ rule, known, accepted }) =>
      rule === UNTOLD_READ_RULE && known === undefined && (accepted === undefined || accepted.by === 'project'),
  );
  const paths = [...new Set(missed.map(({ alert }) => alert.output_fields['fd.name'] ?? ''))];
  if (paths.length === 0) return [];
  const shown = paths.slice(0, SHOWN_DECOYS).join(', ') + (paths.length > SHOWN_DECOYS ? ' …' : '');
  const message = `decoys were read and the alert source did not tell of it (${shown}): what else it missed is not known`;
  return [{ code: 'alerts-missed', message }];
}

/** Who read what was opened: the opener itself, or whoever it left the open file to. */
class Readers {
  readonly #own = new Set<string>();
  readonly #left = new Set<string>();
  /** Paths that somebody read who neither opened them nor was made by anybody who did: handed over by other ways. */
  readonly #handed = new Set<string>();

  constructor(events: readonly Seen[], { tree }: Actors) {
    const openers = new Set(events.filter(({ opened }) => opened).map(keyOf));
    for (const event of events.filter(({ read }) => read)) {
      if (openers.has(keyOf(event))) {
        this.#own.add(keyOf(event));
        continue;
      }
      const makers = tree.chain(toAlert(event, '')).map(({ pid }) => keyOf({ path: event.path, pid }));
      const opener = makers.find((key) => openers.has(key));
      if (opener === undefined) this.#handed.add(event.path);
      else this.#left.add(opener);
    }
  }

  isRead(event: Seen): boolean {
    const key = keyOf(event);
    return this.#own.has(key) || this.#left.has(key) || this.#handed.has(event.path);
  }
}

function keyOf({ path, pid }: Pick<Seen, 'path' | 'pid'>): string {
  return `${path}\0${pid}`;
}

/** The alerts that are about each decoy, or about a file of its name: a folder may have been reached by another name. */
function alertsByDecoy({ alerts, decoys }: Told): ReadonlyMap<string, readonly FoldedAlert[]> {
  const about = new Map<string, FoldedAlert[]>();
  const names = decoys.map(({ path }) => ({ path, name: path.slice(path.lastIndexOf('/')) }));
  for (const folded of alerts) {
    const files = filesOf(folded.alert.fields);
    for (const { path, name } of names) {
      if (!files.some((file) => file.endsWith(name))) continue;
      const list = about.get(path);
      if (list) list.push(folded);
      else about.set(path, [folded]);
    }
  }
  return about;
}

/** Every file that an alert names. */
function filesOf(fields: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(fields).flatMap(([name, value]) => (/^(?:fd|fs\.path|evt\.arg)\./.test(name) ? [value] : []));
}

function isTold({ pid, at }: Seen, alerts: readonly FoldedAlert[]): boolean {
  const time = BigInt(at) * NS_PER_US;
  return alerts.some(
    ({ alert, first, last }) =>
      alert.fields['proc.pid'] === String(pid) && time >= first - LATE_NS && time <= last + LATE_NS,
  );
}

/** A finding that is not excused says already who is after this decoy: one that was linked to another name before it was read. */
function isToldOfPackage({ event, attribution }: Opening, findings: readonly Finding[]): boolean {
  const { package: by } = attribution;
  if (by === null) return false;
  return findings.some(
    ({ package: other, known, alert }) =>
      other !== null &&
      known === undefined &&
      specOf(other) === specOf(by) &&
      other.path.join('\0') === by.path.join('\0') &&
      filesOf(alert.output_fields).some((file) => file.endsWith(event.path)),
  );
}

/** What no rule alerts for: steps in which no code of the project or of a package runs, and programs that look up passwords. */
function isHonest({ event, attribution: { step, programs } }: Opening): boolean {
  const [program] = programs;
  if (program === undefined) return false;
  if (step?.kind === 'own' || step?.kind === 'fetch') return programs.every(({ exepath }) => isOfImage(exepath));
  return event.path.endsWith(PASSWORDS) && LOOKS_UP_PASSWORDS.test(program.exepath);
}

function toAlert({ at, pid, path, comm, exe }: Seen, hostname: string): Alert {
  const ms = Math.ceil(at / 1000) + CLOCK_SLACK_MS;
  const priority = path.endsWith(SETTINGS) ? 'NOTICE' : 'WARNING';
  return {
    time: alertTimeAt(BigInt(ms) * NS_PER_MS),
    priority,
    source: 'witness',
    rule: UNTOLD_READ_RULE,
    output: `${UNTOLD_READ_RULE} (file=${path} pid=${pid} name=${comm ?? ''} exepath=${exe ?? ''})`,
    fields: {
      'fd.name': path,
      'proc.pid': String(pid),
      ...(comm === undefined ? {} : { 'proc.name': comm }),
      ...(exe === undefined ? {} : { 'proc.exepath': exe }),
    },
    hostname,
    tags: ['packwarden', 'credentials', 'mitre_credential_access', 'T1552.001'],
  };
}
