import { type Alert, alertTimeNs } from '../../falco/alert.js';
import { type Besides, besidesOf } from '../environment/loaded-besides.js';
import type { SaidProgram } from './program-file.js';

/** The rules of `rules/packwarden_plumbing.yaml` whose alerts build the tree. */
export const TRACE_RULE = 'Packwarden process trace';
export const FORK_RULE = 'Packwarden fork trace';
/** The same process start, told once more with its environment where that may have code run. */
export const ENVIRONMENT_RULE = 'Packwarden environment trace';

/** How many started programs a tree remembers: far above an honest install's, so that a fork storm stays bounded. */
const MAX_STARTS = 50_000;
/** Forks put orphans back into their chain. */
const MAX_FORKS = 200_000;
/** How far a chain is climbed. A longer one can't be told, so that nobody makes a worker climb all day. */
const MAX_CHAIN = 1_024;
/** Of one process's programs a chain holds the first, by which it is attributed, and the last ones. */
const MAX_PROGRAMS = 64;

/** A program that a process became by exec. One process may have been several. */
export interface ProcessStart extends SaidProgram, Besides {
  readonly pid: number;
  /** In the container's numbers; undefined when the alert does not say. */
  readonly vpid: number | undefined;
  readonly ppid: number;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
}

/** A process as it was at a certain time. */
export interface ProcessNode {
  readonly pid: number;
  /** What it had become by then, the first program first; empty for a fork that started none. Of very many the first and the last. */
  readonly programs: readonly ProcessStart[];
  /** When it was made, or became its first program where that was not seen; undefined where neither was. */
  readonly since: bigint | undefined;
}

/** The starts under one number of the host, in time. Where no fork tells, `begins` tells where the process of each begins. */
interface NumberStarts {
  readonly starts: ProcessStart[];
  readonly begins: number[];
}

const NO_STARTS: NumberStarts = { starts: [], begins: [] };

/** Who made the process with a certain number in the container, and when. */
interface Fork {
  readonly parentPid: number;
  readonly parentVpid: number | undefined;
  readonly time: bigint;
}

/** A process at a time: the point that a climb stands on. */
interface Place {
  readonly pid: number;
  readonly vpid: number | undefined;
  readonly time: bigint;
}

/** Falco ends `proc.cwd` in a slash (Falco 0.40). */
export function trimSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** A name as the alert source gives it: empty or `<NA>` where there is none; pipes and sockets have no path. */
function fileOf(name: string | undefined): string | undefined {
  return name?.startsWith('/') ? name : undefined;
}

function integer(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * The processes of one sandbox, from its trace alerts. Alerts come in the kernel's order. What a process *is* may change
 * (exec, chdir, a new name, another parent when its own ends); who made it can't, so chains follow the makers.
 */
export class ProcessTree {
  readonly #starts = new Map<number, NumberStarts>();
  readonly #forks = new Map<number, Fork[]>();
  #size = 0;
  #forkCount = 0;
  #overflowed = 0;

  /** Starts and forks that were not remembered. */
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
    // The engine's helper has one number inside and outside: it makes processes of the host, whose numbers are no container's.
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
    if (retold(known.starts, start)) return;
    if (this.#size >= MAX_STARTS) {
      this.#overflowed += 1;
      return;
    }
    if (insert(known, start) > MAX_PROGRAMS) this.#overflowed += 1;
    this.#starts.set(pid, known);
    this.#size += 1;
  }

  /** Every program start, process by process. */
  *starts(): Iterable<ProcessStart> {
    for (const { starts } of this.#starts.values()) yield* starts;
  }

  /** What a process became last; undefined where that was not seen. */
  latest(pid: number): ProcessStart | undefined {
    return this.#starts.get(pid)?.starts.at(-1);
  }

  /**
   * The chain from the process behind an alert up to the first one that was started in the sandbox. Where the alert's own
   * process is not known (its rule does not print `proc.vpid`), its parent's and grandparents' numbers in the alert lead on.
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

  /** The chain of the process that started a program, as it was at that moment; at most `limit` processes of it. */
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
      // A number that was used before belonged to another process.
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

/** How many of the first starts `hold`; they are in time, so it holds up to a certain one. */
function countUntil(starts: readonly ProcessStart[], hold: (start: ProcessStart) => boolean): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hold(starts[middle] as ProcessStart)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What of the starts from `begin` up to `end` a chain holds. */
function ends(starts: readonly ProcessStart[], begin: number, end: number): readonly ProcessStart[] {
  if (end - begin <= MAX_PROGRAMS) return starts.slice(begin, end);
  return [starts[begin] as ProcessStart, ...starts.slice(end - MAX_PROGRAMS + 1, end)];
}

/** In time, though two processors' events may change places on their way. Returns how many programs the process has been by then. */
function insert({ starts, begins }: NumberStarts, start: ProcessStart): number {
  const at = countUntil(starts, ({ time }) => time <= start.time);
  starts.splice(at, 0, start);
  for (let i = at; i < starts.length; i += 1) {
    const before = starts[i - 1];
    begins[i] = before !== undefined && isSame(before, starts[i] as ProcessStart) ? (begins[i - 1] ?? 0) : i;
  }
  return at - (begins[at] ?? at) + 1;
}

/** Whether a start is told once more; what each telling knows of the environment counts. */
function retold(starts: ProcessStart[], start: ProcessStart): boolean {
  const at = countUntil(starts, ({ time }) => time <= start.time) - 1;
  const known = starts[at];
  if (known === undefined || known.time !== start.time || known.cmdline !== start.cmdline) return false;
  const loads = known.loads === null && start.loads === null ? null : [...(known.loads ?? []), ...(start.loads ?? [])];
  starts[at] = { ...known, loads, carries: [...known.carries, ...start.carries] };
  return true;
}

/** By its number in the container; else by its parent, though that changes when the parent ends. */
function isSame(start: ProcessStart, last: ProcessStart): boolean {
  return last.vpid === undefined ? start.ppid === last.ppid : start.vpid === last.vpid;
}
