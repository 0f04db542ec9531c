import { type Alert, alertTimeNs } from '../../../falco/alert.js';
import { type Besides, besidesOf } from '../../environment/loaded-besides.js';
import type { SaidProgram } from './program-file.js';

/** The rules of `rules/packwarden_plumbing.yaml` from whose alerts the tree is built. */
export const TRACE_RULE = 'Packwarden process trace';
export const FORK_RULE = 'Packwarden fork trace';
/** Reports a process start a second time, with its environment, if that environment may make it run other code. */
export const ENVIRONMENT_RULE = 'Packwarden environment trace';

/** Limit for the program starts in a tree: far above those of an honest install, so that a fork storm needs only bounded memory. */
const MAX_STARTS = 50_000;
/** Limit for the forks in a tree. Forks connect a process whose parent has ended to its chain. */
const MAX_FORKS = 200_000;
/** Length at which a chain is cut off, so that deep nesting can't keep a worker busy; a chain that is cut off does not reach its step. */
const MAX_CHAIN = 1_024;
/** For each process a chain holds its first program, which is needed for attribution, and its last ones. */
const MAX_PROGRAMS = 64;

/** A program that a process became by exec. One process may have run several programs in turn. */
export interface ProcessStart extends SaidProgram, Besides {
  readonly pid: number;
  /** In the pid namespace of the container; undefined if the alert does not contain it. */
  readonly vpid: number | undefined;
  readonly ppid: number;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
}

/** A process at a certain time. */
export interface ProcessNode {
  readonly pid: number;
  /**
   * The programs that it had become by then, the first one first; empty if it was forked and did not exec. If there are very many: the
   * first and the last ones.
   */
  readonly programs: readonly ProcessStart[];
  /** When it was created, or else when it became its first program; undefined if neither was observed. */
  readonly since: bigint | undefined;
}

/**
 * The starts with one host pid, in order of time. `begins` has for each start the index of its process's first start; it is used if no fork
 * was observed.
 */
interface NumberStarts {
  readonly starts: ProcessStart[];
  readonly begins: number[];
}

const NO_STARTS: NumberStarts = { starts: [], begins: [] };

/** Which process created the process with a certain pid of the container, and when. */
interface Fork {
  readonly parentPid: number;
  readonly parentVpid: number | undefined;
  readonly time: bigint;
}

/** A process at a certain time: the current position while going up a chain. */
interface Place {
  readonly pid: number;
  readonly vpid: number | undefined;
  readonly time: bigint;
}

/** Falco ends `proc.cwd` with a slash (Falco 0.40). */
export function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** A file name from the alert source: it is empty or `<NA>` if there is none, and pipes and sockets have no path. */
function fileOf(name: string | undefined): string | undefined {
  return name?.startsWith('/') ? name : undefined;
}

function integer(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * The processes of one sandbox, built from its trace alerts, which arrive in the kernel's order. The properties of a process may change
 * (exec, chdir, a new name, another parent when its own one ends), but not its creator, so chains follow the creators.
 */
export class ProcessTree {
  readonly #starts = new Map<number, NumberStarts>();
  readonly #forks = new Map<number, Fork[]>();
  #size = 0;
  #forkCount = 0;
  #overflowed = 0;

  /** Number of starts and forks that were dropped, or are left out of chains, because there were too many. */
  get overflowed(): number {
    return this.#overflowed;
  }

  add(alert: Alert): void {
    if (alert.rule === FORK_RULE) this.#addFork(alert);
    else this.#addStart(alert);
  }

  #addFork(alert: Alert): void {
    const child = integer(alert.fields['evt.rawres']);
    const parentPid = integer(alert.fields['proc.pid']);
    if (child === undefined || parentPid === undefined) return;
    if (this.#forkCount >= MAX_FORKS) {
      this.#overflowed += 1;
      return;
    }
    const parentVpid = integer(alert.fields['proc.vpid']);
    // The engine's helper has the same pid inside and outside: it creates processes of the host, whose pids are not those of a container.
    if (parentVpid === parentPid) return;
    const fork = { parentPid, parentVpid, time: alertTimeNs(alert) };
    const earlier = this.#forks.get(child);
    if (earlier) earlier.push(fork);
    else this.#forks.set(child, [fork]);
    this.#forkCount += 1;
  }

  #addStart(alert: Alert): void {
    const pid = integer(alert.fields['proc.pid']);
    const ppid = integer(alert.fields['proc.ppid']);
    if (pid === undefined || ppid === undefined) return;
    const program = {
      exepath: alert.fields['proc.exepath'] ?? '',
      cmdline: alert.fields['proc.cmdline'] ?? '',
      cwd: trimSlash(alert.fields['proc.cwd'] ?? ''),
      stdin: fileOf(alert.fields['proc.stdin.name']),
      argumentCount: integer(alert.fields['proc.cmdnargs']),
    };
    const start: ProcessStart = {
      ...program,
      pid,
      vpid: integer(alert.fields['proc.vpid']),
      ppid,
      ...besidesOf(alert.fields, program),
      time: alertTimeNs(alert),
    };
    const known = this.#starts.get(pid) ?? { starts: [], begins: [] };
    if (isRepetition(known.starts, start)) return;
    if (this.#size >= MAX_STARTS) {
      this.#overflowed += 1;
      return;
    }
    if (insert(known, start) > MAX_PROGRAMS) this.#overflowed += 1;
    this.#starts.set(pid, known);
    this.#size += 1;
  }

  /** Every program start, grouped by process. */
  *starts(): Iterable<ProcessStart> {
    for (const { starts } of this.#starts.values()) yield* starts;
  }

  /** The latest program of a process; undefined if none was observed. */
  latest(pid: number): ProcessStart | undefined {
    return this.#starts.get(pid)?.starts.at(-1);
  }

  /**
   * The chain from the process behind an alert up to the first process that was started in the sandbox. If the process itself is not known
   * (its rule does not print `proc.vpid`), the search uses the pids of its parent and grandparents in the alert.
   */
  chain(alert: Pick<Alert, 'time' | 'fields'>): readonly ProcessNode[] {
    const time = alertTimeNs(alert);
    const own = integer(alert.fields['proc.pid']);
    if (own !== undefined) {
      const chain = this.#climb({ pid: own, vpid: integer(alert.fields['proc.vpid']), time });
      if (chain.some(({ programs }) => programs.length > 0)) return chain;
    }
    for (const field of ['proc.ppid', 'proc.apid[2]', 'proc.apid[3]']) {
      const pid = integer(alert.fields[field]);
      if (pid !== undefined && this.#starts.has(pid)) return this.#climb({ pid, vpid: undefined, time });
    }
    return [];
  }

  /** The chain of the process that started a program, at the time of that start; at most `limit` processes. */
  chainOf({ pid, vpid, time }: ProcessStart, limit: number = MAX_CHAIN): readonly ProcessNode[] {
    return this.#climb({ pid, vpid, time }, limit);
  }

  #climb(from: Place, limit: number = MAX_CHAIN): readonly ProcessNode[] {
    const chain: ProcessNode[] = [];
    const seen = new Set<number>();
    let place: Place | undefined = from;
    while (place !== undefined && !seen.has(place.pid) && chain.length < limit) {
      seen.add(place.pid);
      const { node, maker }: { node: ProcessNode; maker: Place | undefined } = this.#look(place);
      if (node.programs.length === 0 && maker === undefined) break;
      chain.push(node);
      place = maker;
    }
    return chain;
  }

  #look({ pid, vpid, time }: Place): { node: ProcessNode; maker: Place | undefined } {
    const { starts, begins } = this.#starts.get(pid) ?? NO_STARTS;
    const end = countUntil(starts, (start) => start.time <= time);
    const number = vpid ?? starts[end - 1]?.vpid;
    const fork = number === undefined ? undefined : this.#forks.get(number)?.findLast((made) => made.time <= time);
    if (fork !== undefined) {
      // Earlier starts with this pid belonged to another process.
      const programs = ends(
        starts,
        countUntil(starts, (start) => start.time < fork.time),
        end,
      );
      return {
        node: { pid, programs, since: fork.time },
        maker: { pid: fork.parentPid, vpid: fork.parentVpid, time: fork.time },
      };
    }
    const programs = ends(starts, begins[end - 1] ?? 0, end);
    const first = programs.at(0);
    const maker = first === undefined ? undefined : { pid: first.ppid, vpid: undefined, time: first.time };
    return { node: { pid, programs, since: first?.time }, maker };
  }
}

/** How many of the first starts satisfy `hold`. Starts are in order of time, so it holds up to a certain one (binary search). */
function countUntil(starts: readonly ProcessStart[], hold: (start: ProcessStart) => boolean): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hold(starts[middle] as ProcessStart)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The starts from `begin` up to `end` that a chain contains. */
function ends(starts: readonly ProcessStart[], begin: number, end: number): readonly ProcessStart[] {
  if (end - begin <= MAX_PROGRAMS) return starts.slice(begin, end);
  return [starts[begin] as ProcessStart, ...starts.slice(end - MAX_PROGRAMS + 1, end)];
}

/**
 * Inserts in order of time, because events of two processors may arrive in a different order. Returns how many programs the process has run
 * so far.
 */
function insert({ starts, begins }: NumberStarts, start: ProcessStart): number {
  const at = countUntil(starts, ({ time }) => time <= start.time);
  starts.splice(at, 0, start);
  for (let i = at; i < starts.length; i += 1) {
    const before = starts[i - 1];
    begins[i] = before !== undefined && isSame(before, starts[i] as ProcessStart) ? (begins[i - 1] ?? 0) : i;
  }
  return at - (begins[at] ?? at) + 1;
}

/** Whether the start was already reported; what both alerts know about the environment is combined. */
function isRepetition(starts: ProcessStart[], start: ProcessStart): boolean {
  const at = countUntil(starts, ({ time }) => time <= start.time) - 1;
  const known = starts[at];
  if (known === undefined || known.time !== start.time || known.cmdline !== start.cmdline) return false;
  const loads = known.loads === null && start.loads === null ? null : [...(known.loads ?? []), ...(start.loads ?? [])];
  starts[at] = { ...known, loads, carries: [...known.carries, ...start.carries] };
  return true;
}

/** Compares the pids in the container, or else the parents, although the parent of a process changes when the parent ends. */
function isSame(start: ProcessStart, last: ProcessStart): boolean {
  return last.vpid === undefined ? start.ppid === last.ppid : start.vpid === last.vpid;
}
