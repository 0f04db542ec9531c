import { type Alert, alertTimeNs } from '../../falco/alert.js';
import type { Guise } from '../guise.js';
import type { Step } from './steps.js';

/** The rule of `rules/packwarden_plumbing.yaml` that reports which package a loader of many packages is about to load. */
export const MARK_RULE = 'Packwarden load mark';

/** A program of the image that loads many packages: `node /opt/ci/node/load-many.cjs GROUP …`. */
const LOADER_OF_MANY = /^\w+ \/opt\/ci\/\w+\/load-many\.\w+ (\d+) /;

/** `/opt/ci/at/NUMBER` */
const MARK = /^\/opt\/ci\/at\/(\d+)$/;

/** Far above the number of marks in one job. */
const MAX_MARKS = 40_000;

/** A process that loads many packages: any of them may have caused an action in it or in a process below it. */
export interface LoadGroup {
  /** Folders of the packages that it loads, in order. */
  readonly members: readonly string[];
  /** Pid of the loader on the host. */
  readonly pid: number;
  /** As in `Step.guise`. */
  readonly guise?: Guise;
}

/** The group of packages that a process of a step loads. `cmdline`: the command line of that process, which our own program chose. */
export function groupOfLoader({ kind, groups, guise }: Step, cmdline: string, pid: number): LoadGroup | undefined {
  if (kind !== 'load-many') return undefined;
  const members = groups?.[Number(LOADER_OF_MANY.exec(cmdline)?.[1] ?? Number.NaN)];
  return members && { members, pid, ...(guise === undefined ? {} : { guise }) };
}

interface Mark {
  readonly at: number;
  readonly time: bigint;
}

/**
 * Which package a loader of many packages was about to load. Code that a package left in the process may act after the mark of another
 * package, and may set marks itself. A mark therefore only decides which package to examine first.
 */
export class LoadMarks {
  readonly #byPid = new Map<number, Mark[]>();
  #size = 0;

  add(alert: Alert): void {
    const at = MARK.exec(alert.fields['fd.name'] ?? '')?.[1];
    const pid = Number(alert.fields['proc.pid']);
    if (at === undefined || !Number.isSafeInteger(pid) || this.#size >= MAX_MARKS) return;
    const marks = this.#byPid.get(pid) ?? [];
    marks.push({ at: Number(at), time: alertTimeNs(alert) });
    this.#byPid.set(pid, marks);
    this.#size += 1;
  }

  /** The folder of the package named by the last mark before a certain time; undefined if there is none. */
  folderAt({ members, pid }: LoadGroup, time: bigint): string | undefined {
    const mark = this.#byPid.get(pid)?.findLast((candidate) => candidate.time <= time);
    return mark && members[mark.at];
  }
}
