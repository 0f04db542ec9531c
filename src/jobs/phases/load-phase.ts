import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { LoadMarks } from '../../report/evidence/load-groups.js';
import { loadedBy, type Unrepeated } from '../../report/findings/repeats.js';
import type { LoadedPackage, LoadPart } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';
import type { Limited } from '../deadline.js';
import type { Clock, GroupedLoads, ImportResult, SandboxRun } from '../ports.js';

/** How many packages are loaded once more, alone, after what was seen where many were loaded: at marks, and then around them. */
const MOST_MARKED = 150;
const MOST_AROUND = 256;
/** The same of packages whose process ended before their load did: a large tree may hold several that end it. */
const MOST_CUT_OFF = 600;
/** How many packages that were not loaded are named. */
const MOST_NAMED = 10;

/** What `loadEverything` works with. */
export interface LoadContext {
  readonly packages: readonly InstalledPackage[];
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly marks: LoadMarks;
  readonly limited: Limited;
  /** Resolves when what was done so far has been told of. */
  readonly toldOf: () => Promise<void>;
  /** What was seen where many packages were loaded, and of none alone. */
  readonly unrepeated: (marks?: LoadMarks) => readonly Unrepeated[];
}

/** How everything was loaded. */
export interface Loads {
  /** Those that are loaded alone, with what came of the others. */
  readonly imported: ImportResult;
  readonly parts: readonly LoadPart[];
}

/**
 * Loads every package: those that the project asks for and those with scripts alone, all others many to a process. What is seen of
 * those may be any one's, so whoever the mark before it names is loaded again alone, then the others of that process; and whoever
 * did not come to its end there.
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
  await context.toldOf();
  const cutOff = notEnded(together).slice(0, MOST_CUT_OFF);
  await again(new Set([...cutOff, ...marked(context).slice(0, MOST_MARKED)]));
  await context.toldOf();
  await again(new Set(around(context).slice(0, MOST_AROUND)));
  return { imported: withProblem(imported, together, done, packages), parts };
}

function partOf(name: LoadPart['name'], { durationMs, loaded }: ImportResult): LoadPart {
  return { name, durationMs, packages: loaded.length };
}

/** The packages whose marks stand before what was seen. */
function marked({ unrepeated, marks }: LoadContext): readonly string[] {
  return unrepeated(marks).flatMap(({ group, time }) => loadedBy(group, time, marks).slice(0, 1));
}

/** Whoever was in the process by then. */
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

/** A package that was loaded neither with others nor alone has shown nothing. */
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
