import { type Alert, alertTimeNs } from '../../falco/alert.js';
import type { Guise } from '../guise.js';
import type { Step } from './steps.js';

/** The rule of `rules/packwarden_plumbing.yaml` that tells which package a loader of many comes to. */
export const MARK_RULE = 'Packwarden load mark';

/** A program in the image that loads many packages: `node /opt/ci/node/load-many.cjs GROUP …`. */
const LOADER_OF_MANY = /^\w+ \/opt\/ci\/\w+\/load-many\.\w+ (\d+) /;

/** `/opt/ci/at/NUMBER` */
const MARK = /^\/opt\/ci\/at\/(\d+)$/;

/** Far above what the groups of one job set. */
const MAX_MARKS = 40_000;

/** A process that loads many packages: whatever is done below it may be any one's. */
export interface LoadGroup {
  /** Folders of the packages that it loads, in that order. */
  readonly members: readonly string[];
  /** Of the loader, as the host has it. */
  readonly pid: number;
  /** As `Step.guise`. */
  readonly guise?: Guise;
}

/** The group of packages that a process of a step loads, by the command line that our own program gave it. */
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
 * Which package a loader of many had come to. Whatever a package leaves in the process may act behind another one's mark, and may
 * set marks itself: a mark says whom to look at first, and nothing more.
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

  /** The folder of the package that the mark before a moment names; undefined where there is none. */
  folderAt({ members, pid }: LoadGroup, time: bigint): string | undefined {
    const mark = this.#byPid.get(pid)?.findLast((candidate) => candidate.time <= time);
    return mark && members[mark.at];
  }
}
