import { type Alert, LOSSES_FIELD } from './alert.js';

/** Totals since Falco's start, in the fields of its metrics snapshot (`metrics.output_rule: true`). */
const TOTALS = ['scap.n_drops', 'falco.outputs_queue_num_drops'] as const;

/** Events that were lost since the previous message. */
export interface Loss {
  readonly all: number;
  /** By the first 12 digits of a container's id. Of the others it is unknown whose they were: a Falco tells of none. */
  readonly byContainer: ReadonlyMap<string, number>;
}

/** Determines from Falco's own messages (source `internal`) how many events it lost. */
export class DropMeter {
  readonly #totals = new Map<string, number>();

  /**
   * What the message says was lost; 0 if it reports no loss. `Falco internal: syscall event drop` contains the number for the last second
   * in `n_drops` (recorded from Falco 0.40); a drop message without a number counts as one.
   */
  read(alert: Alert): Loss {
    if (/\bdrop/i.test(alert.rule)) {
      return { all: countOf(alert.fields.n_drops) || 1, byContainer: losses(alert.fields[LOSSES_FIELD]) };
    }
    let all = 0;
    for (const name of TOTALS) all += this.#growth(name, countOf(alert.fields[name]));
    return { all, byContainer: new Map() };
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

/** How many events a container may have lost: its own, and those that could have been anybody's. */
export function lossOf({ all, byContainer }: Loss, id: string): number {
  const others = [...byContainer].reduce((sum, [container, count]) => (container === id ? sum : sum + count), 0);
  return Math.max(0, all - others);
}

function losses(text: string | undefined): ReadonlyMap<string, number> {
  const pairs = text?.matchAll(/\b([0-9a-f]{12})=(\d+)\b/g) ?? [];
  return new Map([...pairs].map(([, id = '', count]) => [id, countOf(count)]));
}

function countOf(value: string | undefined): number {
  const count = Number(value ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
