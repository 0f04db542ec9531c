import { isHook } from '../../ecosystems/image-programs.js';
import { type Alert, alertTimeNs } from '../../falco/alert.js';
import type { ProcessStart } from './process-tree.js';

/** Seconds in which processes read such files, over all processes: far above those of an honest build. */
const MAX_READS = 40_000;
/** What a number did shortly before it became a program counts, too: its first read in a second hides the others. */
const BEFORE_START_NS = 2_000_000_000n;

/** When processes opened a file that a package manager would run in its own process. */
export class HookReads {
  readonly #reads = new Map<number, bigint[]>();
  #size = 0;
  #overflowed = 0;

  /** Reads that were not remembered. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** `alert`: that code was opened, wherever it lies. */
  add(alert: Alert): void {
    if (!isHook(alert.fields['fd.name'] ?? '')) return;
    const pid = Number(alert.fields['proc.pid']);
    const time = alertTimeNs(alert);
    const known = this.#reads.get(pid) ?? [];
    if (known.some((other) => secondOf(other) === secondOf(time))) return;
    if (this.#size >= MAX_READS) {
      this.#overflowed += 1;
      return;
    }
    this.#size += 1;
    this.#reads.set(pid, [...known, time]);
  }

  /** Whether the process had opened one by a time. */
  hasRead({ pid, time: started }: ProcessStart, by: bigint): boolean {
    return this.#reads.get(pid)?.some((time) => time <= by && time >= started - BEFORE_START_NS) ?? false;
  }
}

function secondOf(time: bigint): bigint {
  return time / 1_000_000_000n;
}
