import { type Alert, alertTimeNs } from './alert.js';

/** Equal alerts as one: the first of them, how many there were, and from when to when (ns since the epoch). */
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

/** Fields that tell what was touched, where `fd.name` does not; the names are Falco's (recorded from Falco 0.40). */
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
 * Folds equal alerts of one container: same rule, process (pid and command line), file or peer. A flood of equal alerts
 * costs one entry; a flood of different ones is counted from the limit on.
 */
export class AlertFold {
  readonly #folds = new Map<string, Fold>();
  readonly #limit: number;
  #overflowed = 0;

  /** At most `limit` distinct folds are kept. */
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

  /** Alerts that found no place; a report with any is incomplete. */
  get overflowed(): number {
    return this.#overflowed;
  }
}

function foldKey(alert: Alert): string {
  const { fields } = alert;
  const parts = [alert.rule, fields['proc.pid'], fields['proc.cmdline'], peerOrFile(fields['fd.name'])];
  for (const name of OBJECT_FIELDS) parts.push(fields[name]);
  // No field of Falco's holds a NUL: the key is unambiguous.
  return parts.join('\0');
}

/** `10.0.0.2:40000->1.2.3.4:443`, for IPv6 too; a file may have an arrow in its name. */
const CONNECTION = /^[0-9a-f.:]+:\d+->/;

/** Of a connection only the peer: the local port is a new one each time. */
function peerOrFile(name: string | undefined): string | undefined {
  return name?.replace(CONNECTION, '->');
}
