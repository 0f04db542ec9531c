import { type Actors, ownerOfStart } from '../attribution/attribution.js';
import type { ProcessStart } from '../attribution/processes/process-tree.js';
import type { Finding } from '../finding.js';
import { isoTime } from '../findings/findings.js';
import type { ProcessRow, Report } from '../report.js';
import { specOf } from '../spec.js';

/** How many program starts a report contains at most. */
const MAX_ROWS = 200;
/** How many of the earliest starts are considered. */
const MAX_CANDIDATES = 1_000;
/** Maximum length of a command line in a row; the processes of a finding have it in full. */
const MAX_CMDLINE = 400;

interface OwnedStart {
  readonly start: ProcessStart;
  /** The dependency that caused the start, as `name@version`. */
  readonly owner: string | null;
}

/**
 * The program starts in a sandbox, in the order of time. If there are too many, those in the process chain of a finding are kept
 * first, then those caused by dependencies, then the earliest.
 */
export function processRows(actors: Actors, findings: readonly Finding[]): Report['processes'] {
  const told = new Set(findings.flatMap(({ processes }) => processes.map(({ pid }) => pid)));
  const starts = [...actors.tree.starts()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.pid - b.pid));
  // A fork bomb can be one chain of tens of thousands of processes, so the ancestors are not looked up for every one of them.
  const candidates = starts.filter(({ pid }, position) => position < MAX_CANDIDATES || told.has(pid));
  const owned = candidates.slice(-2 * MAX_CANDIDATES).map((start) => ({ start, owner: ownerName(start, actors) }));
  const rank = ({ start, owner }: OwnedStart): number => (told.has(start.pid) ? 0 : owner === null ? 2 : 1);
  const kept = new Set([...owned].sort((a, b) => rank(a) - rank(b)).slice(0, MAX_ROWS));
  return { total: starts.length, rows: owned.filter((row) => kept.has(row)).map(toRow) };
}

/** Null for what the package manager itself or the project's own scripts start. */
function ownerName(start: ProcessStart, actors: Actors): string | null {
  const owner = ownerOfStart(start, actors);
  return owner && owner !== actors.packages.root ? specOf(owner) : null;
}

function toRow({ start, owner }: OwnedStart): ProcessRow {
  const { pid, ppid, cwd, time } = start;
  return { pid, ppid, at: isoTime(time), cmdline: start.cmdline.slice(0, MAX_CMDLINE), cwd, package: owner };
}
