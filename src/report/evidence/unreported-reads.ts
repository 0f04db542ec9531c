import { type Alert, alertTimeAt, alertTimeNs } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { Seen } from '../../witness/seen.js';
import { type Actors, type Attribution, attribute } from '../attribution/attribution.js';
import { isOfImage } from '../attribution/processes/image-files.js';
import type { Finding } from '../finding.js';
import { specOf } from '../spec.js';
import type { IncompleteReason } from '../verdict/verdict.js';
import type { PlantedDecoy } from './decoys.js';

/** The rule name for a read that the worker's own witness observed, but the alert source did not report. */
export const UNREPORTED_READ_RULE = 'Read of a decoy that no alert told of';

/** The witness records an event a moment after it happened, and the alert source's clock may differ slightly. */
const CLOCK_SLACK_MS = 20;
/** On a busy machine the witness may be late by seconds. After more time than this, the pid may belong to another process. */
const LATE_NS = 10_000_000_000n;
/** How many decoys are named in a reason. */
const SHOWN_DECOYS = 3;
const NS_PER_US = 1_000n;
const NS_PER_MS = 1_000_000n;

/** Programs of the image that look for a password there before every request, whoever starts them: no rule alerts on that. */
const LOOKS_UP_PASSWORDS = /^\/usr\/(?:lib\/git-core\/git-remote-http\w*|bin\/wget)$/;
const PASSWORDS = '/.netrc';
/** Configuration libraries read this file as soon as they are loaded. */
const SETTINGS = '/.env';

/** What the alert source reported: its alerts as received, and the findings made from them. */
export interface KnownReads {
  readonly alerts: readonly FoldedAlert[];
  readonly findings: readonly Finding[];
  readonly decoys: readonly PlantedDecoy[];
}

/** The opening of a decoy that was then read by the same process or by another one that got the open file. */
interface Opening {
  readonly event: Seen;
  readonly alert: Alert;
  readonly attribution: Attribution;
}

/**
 * Alerts of source `witness` for decoys that were read without an alert: one for each decoy and package. A rule sees the path that the
 * caller used to open a file; the witness knows the file itself. A read is considered reported if an alert names the decoy and the process,
 * or if a finding about this decoy is already attributed to the same package.
 */
export function unreportedReads(
  seen: readonly Seen[],
  told: KnownReads,
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
    if (isHonest(opening) || isReportedOfPackage(opening, told.findings)) continue;
    const { package: by } = attribution;
    const key = JSON.stringify([event.path, by && specOf(by), by?.path]);
    const at = alertTimeNs(alert);
    const before = untold.get(key) ?? { alert, count: 0, first: at, last: at };
    untold.set(key, { ...before, count: before.count + 1, last: at });
  }
  return [...untold.values()];
}

/**
 * The reason for an incomplete run, because the alert source missed reads. Reads by programs of the image do not count, nor do those that
 * the service's owners accepted, because they may have removed a rule. Those that only a project accepted do count.
 */
export function missedByAlerts(findings: readonly Finding[]): readonly IncompleteReason[] {
  const missed = findings.filter(
    ({ rule, known, accepted }) =>
      rule === UNREPORTED_READ_RULE && known === undefined && (accepted === undefined || accepted.by === 'project'),
  );
  const paths = [...new Set(missed.map(({ alert }) => alert.output_fields['fd.name'] ?? ''))];
  if (paths.length === 0) return [];
  const shown = paths.slice(0, SHOWN_DECOYS).join(', ') + (paths.length > SHOWN_DECOYS ? ' …' : '');
  const message = `decoys were read but the alert source did not report it (${shown}): what else it missed is not known`;
  return [{ code: 'alerts-missed', message }];
}

/** Which openings were followed by a read: by the process that opened the file, or by one that got the open file. */
class Readers {
  readonly #own = new Set<string>();
  readonly #left = new Set<string>();
  /**
   * Paths read by a process that did not open them and has no ancestor that did. It got the open file in another way, so every opening
   * counts.
   */
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

/** The alerts for each decoy, including those about any file of the same name, because its folder may have been reached by another path. */
function alertsByDecoy({ alerts, decoys }: KnownReads): ReadonlyMap<string, readonly FoldedAlert[]> {
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

/**
 * A finding without an exception already attributes this decoy to the package, e.g. if it was linked to another name before it was read.
 */
function isReportedOfPackage({ event, attribution }: Opening, findings: readonly Finding[]): boolean {
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

/** Reads for which no rule alerts: in steps that run no code of the project or of a package, and by programs that look for passwords. */
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
    rule: UNREPORTED_READ_RULE,
    output: `${UNREPORTED_READ_RULE} (file=${path} pid=${pid} name=${comm ?? ''} exepath=${exe ?? ''})`,
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
