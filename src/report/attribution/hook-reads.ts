import { hookedBy } from '../../ecosystems/image-programs.js';
import type { ImageProgram } from '../../ecosystems/manager.js';
import { type Alert, alertTimeNs } from '../../falco/alert.js';
import type { ProcessStart } from './process-tree.js';

/** The rule of `rules/packwarden_plumbing.yaml` that tells of every file that a manager with hooks of any name opened. */
export const MANAGER_READ_RULE = 'Packwarden manager file read';

/** Seconds in which processes read such files, over all processes: far above those of an honest build. */
const MAX_READS = 40_000;
/** What a number did shortly before it became a program counts, too: its first read in a second hides the others. */
const BEFORE_START_NS = 2_000_000_000n;

/** A second in which a process opened such files. */
interface HookRead {
  readonly time: bigint;
  readonly of: readonly ImageProgram[];
}

/** When processes opened a file that a package manager would run in its own process. */
export class HookReads {
  readonly #reads = new Map<number, HookRead[]>();
  #size = 0;
  #overflowed = 0;

  /** Reads that were not remembered. */
  get overflowed(): number {
    return this.#overflowed;
  }

  /** `alert`: that code was opened, wherever it lies. */
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

  /** Whether the process had opened one of a manager by a time. */
  hasRead({ pid, time: started }: ProcessStart, by: bigint, manager: ImageProgram): boolean {
    const reads = this.#reads.get(pid) ?? [];
    return reads.some(({ time, of }) => time <= by && time >= started - BEFORE_START_NS && of.includes(manager));
  }
}

function secondOf(time: bigint): bigint {
  return time / 1_000_000_000n;
}
