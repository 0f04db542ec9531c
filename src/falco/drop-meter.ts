import type { Alert } from './alert.js';

/** Totals since Falco's start, in the fields of its metrics snapshot (`metrics.output_rule: true`). */
const TOTALS = ['scap.n_drops', 'falco.outputs_queue_num_drops'] as const;

/** Determines from Falco's own messages (source `internal`) how many events it lost. */
export class DropMeter {
  readonly #totals = new Map<string, number>();

  /**
   * Events lost since the previous message; 0 if the message reports no loss. `Falco internal: syscall event drop` contains the number for
   * the last second in `n_drops` (recorded from Falco 0.40); a drop message without a number counts as one.
   */
  read(alert: Alert): number {
    if (/\bdrop/i.test(alert.rule)) return countOf(alert.fields.n_drops) || 1;
    let lost = 0;
    for (const name of TOTALS) lost += this.#growth(name, countOf(alert.fields[name]));
    return lost;
  }

  /** Forgets the totals, since the next ones may come from a restarted Falco. */
  reset(): void {
    this.#totals.clear();
  }

  /** The first snapshot is only a reference: its total may be older than everything that is running now. */
  #growth(name: string, total: number): number {
    const before = this.#totals.get(name);
    this.#totals.set(name, total);
    return before === undefined ? 0 : Math.max(0, total - before);
  }
}

function countOf(value: string | undefined): number {
  const count = Number(value ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
