import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { LoadMarks } from '../../report/evidence/load-groups.js';
import { loadedBy, type Unrepeated } from '../../report/findings/repeats.js';
import type { LoadedPackage, LoadPart } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';
import type { Limited } from '../deadline.js';
import type { Clock, GroupedLoads, ImportResult, SandboxRun } from '../ports.js';

/** How many packages are loaded again alone after alerts while many were loaded: those marked just before an alert, then the others of that process. */
const MOST_MARKED = 150;
const MOST_AROUND = 256;
/** The same for packages whose process ended before they were loaded: a large project may have several packages that end the process. */
const MOST_CUT_OFF = 600;
/** How many packages that were not loaded the report names. */
const MOST_NAMED = 10;

/** What `loadEverything` needs. */
export interface LoadContext {
  readonly packages: readonly InstalledPackage[];
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly marks: LoadMarks;
  readonly limited: Limited;
  /** Resolves when the alerts for everything that happened so far have arrived. */
  readonly alertsArrived: () => Promise<void>;
  /** Alerts from processes that loaded many packages, and that no package loaded alone has repeated. */
  readonly unrepeated: (marks?: LoadMarks) => readonly Unrepeated[];
}

/** The results of loading all packages. */
export interface Loads {
  /** The packages that were loaded alone, with the problems of the others. */
  readonly imported: ImportResult;
  readonly parts: readonly LoadPart[];
}

/**
 * Loads every package: direct dependencies and packages with scripts in a process of their own, all others many in one process. An
 * alert from such a shared process may be any of its packages' doing. So the package whose mark came just before it is loaded again
 * alone, then the others of that process; and so are packages that were not loaded because their process ended early.
 */
export async function loadEverything(run: SandboxRun, context: LoadContext): Promise<Loads> {
  const { clock, limited, packages, timeoutMs } = context;
  const deadline = clock.now() + timeoutMs;
  const left = (): number => Math.max(1, deadline - clock.now());
  const importing = run.importAll(left(), packages);
  let imported = await limited('the import', left(), importing);
  const parts: LoadPart[] = [partOf('alone', imported)];
  const together = imported.timedOut ? null : await limited('the import', left(), run.loadTogether(left(), packages));
  if (together === null) return { imported, parts };
  parts.push({ name: 'together', durationMs: together.durationMs, packages: together.groups.flat().length });

  const done = new Set<string>();
  const again = async (folders: ReadonlySet<string>): Promise<void> => {
    const fresh = new Set([...folders].filter((folder) => !done.has(folder)));
    if (fresh.size === 0 || imported.timedOut) return;
    for (const folder of fresh) done.add(folder);
    const result = await limited('the import', left(), run.importAll(left(), packages, fresh));
    parts.push(partOf('again', result));
    imported = joined(imported, result);
  };
  await context.alertsArrived();
  const cutOff = notEnded(together).slice(0, MOST_CUT_OFF);
  await again(new Set([...cutOff, ...marked(context).slice(0, MOST_MARKED)]));
  await context.alertsArrived();
  await again(new Set(around(context).slice(0, MOST_AROUND)));
  return { imported: withProblem(imported, together, done, packages), parts };
}

function partOf(name: LoadPart['name'], { durationMs, loaded }: ImportResult): LoadPart {
  return { name, durationMs, packages: loaded.length };
}

/** The packages whose load mark came just before an alert. */
function marked({ unrepeated, marks }: LoadContext): readonly string[] {
  return unrepeated(marks).flatMap(({ group, time }) => loadedBy(group, time, marks).slice(0, 1));
}

/** All packages that the process had loaded by the time of an alert. */
function around({ unrepeated, marks }: LoadContext): readonly string[] {
  return unrepeated()
    .filter(({ counts }) => counts)
    .flatMap(({ group, time }) => loadedBy(group, time, marks));
}

function notEnded({ groups, ended }: GroupedLoads): readonly string[] {
  return groups.flat().filter((folder) => !ended.has(folder));
}

function joined(first: ImportResult, second: ImportResult): ImportResult {
  const loaded: LoadedPackage[] = [...first.loaded, ...second.loaded];
  return {
    ...first,
    exitCode: first.exitCode === 0 ? second.exitCode : first.exitCode,
    timedOut: second.timedOut,
    durationMs: first.durationMs + second.durationMs,
    log: first.log + second.log,
    logBytes: first.logBytes + second.logBytes,
    loaded,
    worked: new Set([...first.worked, ...second.worked]),
    problem: first.problem ?? second.problem,
  };
}

/** A package that was loaded neither with others nor alone has not been tested: that makes the run incomplete. */
function withProblem(
  imported: ImportResult,
  together: GroupedLoads,
  alone: ReadonlySet<string>,
  packages: readonly InstalledPackage[],
): ImportResult {
  const missing = new Set(notEnded(together).filter((folder) => !alone.has(folder)));
  const named = packages.filter(({ realPath }) => missing.has(realPath)).map(specOf);
  const more = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : '';
  const problem =
    named.length === 0
      ? together.problem
      : `${named.length} packages were not loaded: ${named.slice(0, MOST_NAMED).join(', ')}${more}`;
  const durationMs = imported.durationMs + together.durationMs;
  const log = imported.log + together.log;
  return { ...imported, durationMs, log, problem: imported.problem ?? problem };
}
