import { type Alert, alertTimeNs } from '../../falco/alert.js';

/** `/opt/ci/at/SECRET/FOLDER[.LABEL]`, as written by `acting.*` in `image/opt`: the folder is encoded in hexadecimal digits. */
const MARK = /^\/opt\/ci\/at\/([0-9a-f]{32})\/((?:[0-9a-f]{2})+)(?:\.(\d{1,10}))?$/;

/** Loading some hundred packages produces about this many marks; if there are more, the run is `incomplete`. */
const MAX_MARKS = 200_000;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

interface Mark {
  readonly time: bigint;
  readonly folder: string;
  /** Hash of the file or host to which the mark is limited; undefined if it applies to everything that follows. */
  readonly label: string | undefined;
}

/** The marks that one process set. */
interface Said {
  readonly marks: Mark[];
  /** The folders of all packages that were named, each with the time of its first mark. */
  readonly present: Map<string, bigint>;
}

/** An action observed in a process. */
export interface Act {
  readonly pid: number;
  /** The secret that the worker passed to the loader of the step. */
  readonly secret: string;
  readonly time: bigint;
  /** The files and hosts involved in the action. */
  readonly subjects: readonly string[];
}

/** The packages whose code had run in a process by a certain time, and the one whose code acted. */
export interface Acting {
  /** The folder of the package named by the last mark before the action. */
  readonly folder: string;
  /** The folders of all packages whose code had run in the process by then, the latest first. */
  readonly present: readonly string[];
}

/**
 * Which package's code acted in the processes that load or call packages, as reported by our own code in these processes. It sets a mark
 * before a package's code runs there for the first time, so no package that was present is missing. Code that runs there can find the
 * secret and set marks of its own: a mark chooses among the packages that were present, but clears none of them.
 */
export class ActingMarks {
  readonly #bySource = new Map<string, Said>();
  readonly #folders = new Map<string, string>();
  #size = 0;
  #overflowed = 0;

  /** Number of marks that were dropped because there were too many. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    const [, secret, encoded, label] = MARK.exec(alert.fields['fd.name'] ?? '') ?? [];
    const pid = Number(alert.fields['proc.pid']);
    if (secret === undefined || encoded === undefined || !Number.isSafeInteger(pid)) return;
    if (this.#size >= MAX_MARKS) {
      this.#overflowed += 1;
      return;
    }
    this.#size += 1;
    const folder = this.#folderOf(encoded);
    const time = alertTimeNs(alert);
    const key = sourceKey(pid, secret);
    const said: Said = this.#bySource.get(key) ?? { marks: [], present: new Map() };
    this.#bySource.set(key, said);
    said.marks.push({ time, folder, label });
    if (!said.present.has(folder)) said.present.set(folder, time);
  }

  /** Undefined if there is no mark before the action. */
  at({ pid, secret, time, subjects }: Act): Acting | undefined {
    const said = this.#bySource.get(sourceKey(pid, secret));
    if (said === undefined) return undefined;
    const labels = new Set(subjects.map(labelOf));
    const before = said.marks.filter((mark) => mark.time <= time);
    const labelled = before.findLast(({ label }) => label !== undefined && labels.has(label));
    // An operation that begins later, when code of another package may already be running, has a labelled mark of its own, which is
    // preferred.
    const mark = labelled ?? before.at(-1);
    if (mark === undefined) return undefined;
    const present = [...said.present].filter(([, first]) => first <= time).map(([folder]) => folder);
    return { folder: mark.folder, present: present.toReversed() };
  }

  /** Decodes a folder; equal folders share one string, because each has many marks. */
  #folderOf(encoded: string): string {
    const known = this.#folders.get(encoded) ?? Buffer.from(encoded, 'hex').toString('utf8');
    this.#folders.set(encoded, known);
    return known;
  }
}

function sourceKey(pid: number, secret: string): string {
  return `${pid}\0${secret}`;
}

/** 32-bit FNV-1a, the hash used in the marks. */
function labelOf(subject: string): string {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(subject)) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return String(hash);
}
