import { type Alert, alertTimeNs } from '../../falco/alert.js';

/** `/opt/ci/at/SECRET/FOLDER[.LABEL]`, as `acting.*` in `image/opt` write it: the folder in hexadecimal digits. */
const MARK = /^\/opt\/ci\/at\/([0-9a-f]{32})\/((?:[0-9a-f]{2})+)(?:\.(\d{1,10}))?$/;

/** A load of some hundred packages sets as many; beyond this the run is `incomplete`. */
const MAX_MARKS = 200_000;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

interface Mark {
  readonly time: bigint;
  readonly folder: string;
  /** Of a mark that is about one file or host alone. */
  readonly label: string | undefined;
}

/** What a process said by its marks. */
interface Said {
  readonly marks: Mark[];
  /** The folders of all packages that it named, each with the first time. */
  readonly present: Map<string, bigint>;
}

/** Something that was done in a process. */
export interface Act {
  readonly pid: number;
  /** The secret that the worker gave to the step's loader. */
  readonly secret: string;
  readonly time: bigint;
  /** The files and hosts that it is about. */
  readonly subjects: readonly string[];
}

/** Whose code ran in a process by a moment, and whose acted. */
export interface Acting {
  /** The folder of the package that the mark before it names. */
  readonly folder: string;
  /** The folders of all packages whose code ran in the process by then, the last one first. */
  readonly present: readonly string[];
}

/**
 * Whose code acted in the processes that load or call packages, as our own code in these processes says. Before a package's code runs
 * for the first time its mark is set, so nobody who is there is missing. Whoever runs there can find the secret out and set marks of his
 * own: a mark chooses among those who were there, and clears nobody.
 */
export class ActingMarks {
  readonly #bySource = new Map<string, Said>();
  readonly #folders = new Map<string, string>();
  #size = 0;
  #overflowed = 0;

  /** Marks that were not remembered. */
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

  /** Undefined where no mark stands before it. */
  at({ pid, secret, time, subjects }: Act): Acting | undefined {
    const said = this.#bySource.get(sourceKey(pid, secret));
    if (said === undefined) return undefined;
    const labels = new Set(subjects.map(labelOf));
    const before = said.marks.filter((mark) => mark.time <= time);
    const labelled = before.findLast(({ label }) => label !== undefined && labels.has(label));
    // What is begun later, while somebody else's code runs already, has a mark of its own.
    const mark = labelled ?? before.at(-1);
    if (mark === undefined) return undefined;
    const present = [...said.present].filter(([, first]) => first <= time).map(([folder]) => folder);
    return { folder: mark.folder, present: present.toReversed() };
  }

  /** The same text for the same folder, of which there are many marks. */
  #folderOf(encoded: string): string {
    const known = this.#folders.get(encoded) ?? Buffer.from(encoded, 'hex').toString('utf8');
    this.#folders.set(encoded, known);
    return known;
  }
}

function sourceKey(pid: number, secret: string): string {
  return `${pid}\0${secret}`;
}

/** FNV-1a of 32 bits, as the marks have it. */
function labelOf(subject: string): string {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(subject)) hash = Math.imul(hash ^ byte, FNV_PRIME) >>> 0;
  return String(hash);
}
