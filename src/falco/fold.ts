import { type Alert, alertTimeNs } from './alert.js';

/** Equal alerts merged into one: the first of them, their number, and the time range (ns since the epoch). */
export interface FoldedAlert {
  readonly alert: Alert;
  readonly count: number;
  readonly first: bigint;
  readonly last: bigint;
}

interface Fold {
  readonly alert: Alert;
  count: number;
  first: bigint;
  last: bigint;
}

/** Fields that identify the affected object if `fd.name` does not; the names are Falco's (recorded from Falco 0.40). */
const OBJECT_FIELDS = [
  'evt.arg.path',
  'evt.arg.name',
  'evt.arg.filename',
  'evt.arg.pathname',
  'evt.arg.target',
  'evt.arg.linkpath',
  'evt.arg.oldpath',
  'evt.arg.newpath',
] as const;

/**
 * Merges equal alerts of one container: same rule, process (pid and command line), and file or peer. A flood of equal alerts takes one
 * entry; a flood of different ones is only counted once the limit is reached.
 */
export class AlertFold {
  readonly #folds = new Map<string, Fold>();
  readonly #limit: number;
  #overflowed = 0;

  /** Keeps at most `limit` distinct alerts. */
  constructor(limit = 5_000) {
    this.#limit = limit;
  }

  add(alert: Alert): void {
    const key = foldKey(alert);
    const at = alertTimeNs(alert);
    const fold = this.#folds.get(key);
    if (fold !== undefined) {
      fold.count += 1;
      if (at < fold.first) fold.first = at;
      if (at > fold.last) fold.last = at;
      return;
    }
    if (this.#folds.size >= this.#limit) {
      this.#overflowed += 1;
      return;
    }
    this.#folds.set(key, { alert, count: 1, first: at, last: at });
  }

  /** In the order of their first arrival. */
  entries(): readonly FoldedAlert[] {
    return [...this.#folds.values()];
  }

  /** Number of alerts beyond the limit; a report with any is incomplete. */
  get overflowed(): number {
    return this.#overflowed;
  }
}

function foldKey(alert: Alert): string {
  const { fields } = alert;
  const parts = [alert.rule, fields['proc.pid'], fields['proc.cmdline'], peerOrFile(fields['fd.name'])];
  for (const name of OBJECT_FIELDS) parts.push(fields[name]);
  // Falco's fields never contain a NUL, so the key is unambiguous.
  return parts.join('\0');
}

/** `10.0.0.2:40000->1.2.3.4:443`, also for IPv6; a file name may contain an arrow, too. */
const CONNECTION = /^[0-9a-f.:]+:\d+->/;

/** Of a connection keep only the peer: the local port is different each time. */
function peerOrFile(name: string | undefined): string | undefined {
  return name?.replace(CONNECTION, '->');
}
