import { type Alert, alertTimeNs } from '../falco/alert.js';

/** The rule of `rules/packwarden_plumbing.yaml` whose alerts build the tree. */
export const TRACE_RULE = 'Packwarden process trace';

/** How many started processes a tree remembers: far above an honest install's, so that a fork storm stays bounded. */
const MAX_STARTS = 50_000;

/** A program that a process became by exec. One pid may have several, in time. */
export interface ProcessStart {
  readonly pid: number;
  readonly ppid: number;
  readonly exepath: string;
  readonly cmdline: string;
  /** Absolute, without a trailing slash. */
  readonly cwd: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
}

/** Falco ends `proc.cwd` in a slash (Falco 0.40). */
export function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function integer(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * The processes of one sandbox, from its trace alerts. Alerts arrive in the kernel's order, so the last start of a pid
 * before a given time is the program that ran then; pids that were used again stay apart by time.
 */
export class ProcessTree {
  readonly #starts = new Map<number, ProcessStart[]>();
  #size = 0;
  #overflowed = 0;

  /** Starts that were not remembered. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    const pid = integer(alert.fields['proc.pid']);
    const ppid = integer(alert.fields['proc.ppid']);
    if (pid === undefined || ppid === undefined) return;
    if (this.#size >= MAX_STARTS) {
      this.#overflowed += 1;
      return;
    }
    const start: ProcessStart = {
      pid,
      ppid,
      exepath: alert.fields['proc.exepath'] ?? '',
      cmdline: alert.fields['proc.cmdline'] ?? '',
      cwd: trimSlash(alert.fields['proc.cwd'] ?? ''),
      time: alertTimeNs(alert),
    };
    const earlier = this.#starts.get(pid);
    if (earlier) earlier.push(start);
    else this.#starts.set(pid, [start]);
    this.#size += 1;
  }

  /** Every program start, in the order they came. */
  *starts(): Iterable<ProcessStart> {
    for (const list of this.#starts.values()) yield* list;
  }

  /** What ran as `pid` at `time`; undefined when its start was not seen (a fork without exec, the host's processes). */
  at(pid: number, time: bigint): ProcessStart | undefined {
    return this.#starts.get(pid)?.findLast((start) => start.time <= time);
  }

  /** All programs that `pid` had been by `time`, the latest first: `sh -c` often becomes the command it runs. */
  programs(pid: number, time: bigint): readonly ProcessStart[] {
    return (this.#starts.get(pid) ?? []).filter((start) => start.time <= time).reverse();
  }

  /**
   * The chain from the process behind an alert up to the first one that was started in the sandbox: per process, its
   * programs, latest first. A forked child without an exec is found through its parent and grandparents, which Falco names in
   * the alert itself (`proc.ppid`, `proc.apid[2]`, `proc.apid[3]`).
   */
  chain(alert: Alert): readonly ProcessStart[] {
    const time = alertTimeNs(alert);
    const candidates = ['proc.pid', 'proc.ppid', 'proc.apid[2]', 'proc.apid[3]'];
    for (const field of candidates) {
      const pid = integer(alert.fields[field]);
      if (pid !== undefined && this.#starts.has(pid)) return this.#climb(pid, time);
    }
    return [];
  }

  #climb(pid: number, time: bigint): readonly ProcessStart[] {
    const chain: ProcessStart[] = [];
    const seen = new Set<number>();
    let next: number | undefined = pid;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      const programs = this.programs(next, time);
      chain.push(...programs);
      next = programs.at(0)?.ppid;
    }
    return chain;
  }
}
