import { hookedBy } from '../../../ecosystems/image/image-programs.js';
import type { ImageProgram } from '../../../ecosystems/manager.js';
import { type Alert, alertTimeNs } from '../../../falco/alert.js';
import type { ProcessStart } from '../processes/process-tree.js';

/** The rule of `rules/packwarden_plumbing.yaml` that reports the files opened by package managers whose hooks can have any name. */
export const MANAGER_READ_RULE = 'Packwarden manager file read';

/** Limit for the entries of all processes together, about one per process and second; an honest build stays far below it. */
const MAX_READS = 40_000;
/**
 * Reads shortly before the program was started count too, because only the first read of a second is kept, and it may precede the start.
 */
const BEFORE_START_NS = 2_000_000_000n;

/** A second in which a process opened files that could be hooks of these managers. */
interface HookRead {
  readonly time: bigint;
  readonly of: readonly ImageProgram[];
}

/** When processes opened a file that a package manager would run in its own process. */
export class HookReads {
  readonly #reads = new Map<number, HookRead[]>();
  #size = 0;
  #overflowed = 0;

  /** Number of reads that were dropped because there were too many. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** `alert`: an opened file, from any of the rules that report reads of code. */
  add(alert: Alert): void {
    const of = hookedBy(alert.fields['fd.name'] ?? '');
    if (of.length === 0) return;
    const pid = Number(alert.fields['proc.pid']);
    const time = alertTimeNs(alert);
    const reads = this.#reads.get(pid) ?? [];
    const known = reads.filter((read) => secondOf(read.time) === secondOf(time));
    if (of.every((manager) => known.some((read) => read.of.includes(manager)))) return;
    if (this.#size >= MAX_READS) {
      this.#overflowed += 1;
      return;
    }
    this.#size += 1;
    this.#reads.set(pid, [...reads, { time, of }]);
  }

  /** Whether the process had opened a hook of a manager by a certain time. */
  hasRead({ pid, time: started }: ProcessStart, by: bigint, manager: ImageProgram): boolean {
    const reads = this.#reads.get(pid) ?? [];
    return reads.some(({ time, of }) => time <= by && time >= started - BEFORE_START_NS && of.includes(manager));
  }
}

function secondOf(time: bigint): bigint {
  return time / 1_000_000_000n;
}
