import { isOwn } from '../../../ecosystems/installed-package.js';
import { type Alert, alertTimeNs, type Priority, processFields } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { type Actors, type Attribution, attribute } from '../../attribution/attribution.js';
import type { PlantedDecoy } from '../../evidence/decoys.js';
import {
  type ChangedFile,
  ENCODING_FIELD,
  type FoundSecrets,
  isHidden,
  KEPT_SECRET_RULE,
  type KeptSecret,
  PRINTED_SECRET_RULE,
  type PrintedSecret,
  SECRET_FIELD,
  UNREADABLE_RULE,
  UNSEARCHED_RULE,
} from '../../evidence/found-secrets.js';
import { type LoadNote, noteAt } from '../../evidence/load-notes.js';
import type { ProjectWrites } from '../../evidence/project-writes.js';

/** What a build tool puts into its output on purpose, if the project names it there. */
const SETTINGS = 'dotenv file';
const TAGS = ['packwarden', 'collection', 'mitre_collection', 'T1074.001'];

/** What is needed to tell who wrote or printed a secret. */
export interface SecretContext {
  readonly secrets: FoundSecrets;
  readonly writes: ProjectWrites;
  readonly decoys: readonly PlantedDecoy[];
  readonly hostname: string;
}

/** Alerts about writes, whose process is known, and notes about packages where it is not. */
export interface SecretAlerts {
  readonly alerts: readonly FoldedAlert[];
  readonly notes: readonly LoadNote[];
}

/** What is said of a file. `isSettings`: it holds nothing but a value of the project's own settings, in plain. */
interface About {
  readonly file: ChangedFile;
  readonly said: Pick<Alert, 'rule' | 'priority' | 'output' | 'fields' | 'tags'>;
  readonly isSettings: boolean;
}

/** A write after which a file held a secret, and who caused it. */
interface Writer extends Attribution {
  readonly alert: Alert;
}

/**
 * What packages did with the planted secrets besides sending them: they left one in a file, where a build's output, a cache or a published
 * package takes it along, or printed it into the job's log. Nobody needs a system call of its own to know a value of the environment, so the
 * value itself is the evidence.
 */
export function secretAlerts({ secrets, writes, decoys, hostname }: SecretContext, actors: Actors): SecretAlerts {
  const alerts: FoldedAlert[] = [];
  const notes: LoadNote[] = [];
  // A credential's own file may be rewritten by the tool that it belongs to.
  const isOwnFile = (kept: KeptSecret): boolean =>
    decoys.some(({ path, name }) => path === kept.path && name === kept.secret);
  const files: readonly About[] = [
    ...secrets.kept.filter((kept) => !isOwnFile(kept)).map((file) => ({ file, ...aboutSecret(file) })),
    ...secrets.unreadable.map((file) => ({ file, ...aboutUnreadable(file) })),
  ];
  const written = writesByPath(files, writes);
  for (const one of files) {
    const { path, by, at } = one.file;
    const found = writerOf(one.file, written.get(path) ?? [], actors);
    if (found === 'project') continue;
    if (found !== undefined) alerts.push(toAlert(one, found));
    else notes.push(noteAt(at, by === null ? undefined : actors.packages.owning(by), { ...one.said, hostname }));
  }
  notes.push(...printedNotes(secrets.printed, hostname, actors));
  if (secrets.unsearched > 0) notes.push(unsearchedNote(secrets.unsearched, secrets.kept, hostname));
  return { alerts, notes: notes.filter(({ by }) => by === undefined || !isOwn(by)) };
}

/**
 * The write after which the file held the secret; `project` if the project's own code wrote it, and undefined if that is not known, or if
 * several packages had written to the file.
 */
function writerOf(
  { since, at }: ChangedFile,
  writes: readonly Alert[],
  actors: Actors,
): Writer | 'project' | undefined {
  const between = writes.filter((alert) => {
    const ms = Number(alertTimeNs(alert) / 1_000_000n);
    return ms >= since && ms <= at;
  });
  const writers = between.map((alert): Writer => ({ alert, ...attribute(alert, actors) }));
  const others = writers.filter(({ by, step }) => !(by !== undefined && isOwn(by)) && step?.kind !== 'own');
  const [first] = others;
  if (first === undefined) return writers.length === 0 ? undefined : 'project';
  return others.every(({ by }) => by === first.by) ? first : undefined;
}

function writesByPath(files: readonly About[], writes: ProjectWrites): ReadonlyMap<string, readonly Alert[]> {
  const wanted = new Map<string, Alert[]>(files.map(({ file }) => [file.path, []]));
  if (wanted.size === 0) return wanted;
  for (const { path, alert } of writes.all()) wanted.get(path)?.push(alert);
  return wanted;
}

function toAlert({ said, isSettings }: About, { alert, owner }: Writer): FoldedAlert {
  // The project's own build may put its settings into what it builds.
  const priority = isSettings && owner !== undefined && isOwn(owner) ? 'NOTICE' : said.priority;
  const time = alertTimeNs(alert);
  const fields = { ...processFields(alert), ...said.fields };
  return { alert: { ...alert, ...said, priority, fields, source: 'correlation' }, count: 1, first: time, last: time };
}

function aboutSecret(kept: KeptSecret): Pick<About, 'said' | 'isSettings'> {
  const { path, secret, encoding } = kept;
  const said = {
    rule: KEPT_SECRET_RULE,
    priority: priorityOf(kept),
    output: `${KEPT_SECRET_RULE} (decoy=${secret} encoding=${encoding} file=${path})`,
    fields: { 'fd.name': path, [SECRET_FIELD]: secret, [ENCODING_FIELD]: encoding },
    tags: TAGS,
  };
  return { said, isSettings: secret === SETTINGS && !isHidden(kept) };
}

function aboutUnreadable({ path }: ChangedFile): Pick<About, 'said' | 'isSettings'> {
  const output = `${UNREADABLE_RULE} (file=${path})`;
  const said = { rule: UNREADABLE_RULE, priority: 'WARNING', output, fields: { 'fd.name': path }, tags: TAGS } as const;
  return { said, isSettings: false };
}

function priorityOf(found: Pick<KeptSecret, 'encoding'>): Priority {
  return isHidden(found) ? 'CRITICAL' : 'WARNING';
}

/**
 * One note for each package and form. CI systems mask the plain value of a secret in a log, and a tool that is asked for help shows the
 * values that its options have by default, so a plain value that was printed while packages are loaded is an observation.
 */
function printedNotes(printed: readonly PrintedSecret[], hostname: string, { steps, packages }: Actors): LoadNote[] {
  const notes = new Map<string, LoadNote>();
  for (const one of printed) {
    const step = steps.get(one.step);
    const isScript = step?.kind === 'scripts';
    if (step === undefined || step.kind === 'own' || step.kind === 'fetch') continue;
    const by = step.folder === null ? undefined : packages.owning(step.folder);
    const priority = isHidden(one) ? (isScript ? 'CRITICAL' : 'WARNING') : isScript ? 'WARNING' : 'NOTICE';
    const key = `${by?.path}\0${priority}\0${one.secret}`;
    if (notes.has(key)) continue;
    const { secret, encoding } = one;
    const output = `${PRINTED_SECRET_RULE} (decoy=${secret} encoding=${encoding})`;
    const fields = { [SECRET_FIELD]: secret, [ENCODING_FIELD]: encoding };
    notes.set(key, noteAt(one.at, by, { rule: PRINTED_SECRET_RULE, priority, output, fields, tags: TAGS, hostname }));
  }
  return [...notes.values()];
}

function unsearchedNote(count: number, kept: readonly KeptSecret[], hostname: string): LoadNote {
  const output = `${UNSEARCHED_RULE} (files=${count})`;
  const said = {
    rule: UNSEARCHED_RULE,
    priority: 'NOTICE',
    output,
    fields: {},
    tags: ['packwarden'],
    hostname,
  } as const;
  return noteAt(kept.at(-1)?.at ?? 0, undefined, said);
}
