import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import { loadedBy } from '../../report/findings/repeats.js';
import { FIRST_GUISE, type Guise } from '../../report/guise.js';
import type { LoadPart, Phase, ScriptStep } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';
import type { SandboxRun, StepResult } from '../ports.js';
import type { LoadContext } from './load-phase.js';

/** Scripts that took longer in the first pass build something, and are not run again, in milliseconds. */
const LONGEST_SCRIPTS_MS = 8_000;
/** How many packages are looked at more closely. */
const MOST_CLOSER = 12;
const MOST_AGAIN = 100;

/** What `passLater` works with. */
export interface LaterContext extends LoadContext {
  /** Those with scripts, in the order in which they run. */
  readonly withScripts: readonly InstalledPackage[];
  /** How the scripts went in the first pass. */
  readonly steps: readonly ScriptStep[];
  readonly guise: Guise;
  /** Runs the scripts of a package, and compares what they changed. */
  readonly runScripts: (pkg: InstalledPackage, ms: number, guise: Guise) => Promise<StepResult>;
  /** Folders of the packages that did in another guise, and not in the first pass, what a rule alerts for. */
  readonly onlyLater: () => readonly string[];
}

/** What came of the pass. */
export interface LaterPass {
  readonly phase: Phase;
  /** Whether something was stopped at its deadline, and with it everything else that still ran. */
  readonly endedOthers: boolean;
}

/**
 * Runs scripts and loads packages once more, in another guise, within its time: what it does not come to was seen in the first pass.
 * Whoever behaves in another way is looked at again with one thing changed at a time, so that the report can say which it was.
 */
export async function passLater(run: SandboxRun, context: LaterContext): Promise<LaterPass> {
  const { clock, guise, packages, timeoutMs, marks } = context;
  const started = clock.now();
  const left = (): number => timeoutMs - (clock.now() - started);
  const parts: LoadPart[] = [];
  let endedOthers = false;
  const limited = async (ms: number, work: Promise<StepResult | null>): Promise<void> => {
    const result = await context.limited('the later pass', ms, work);
    endedOthers ||= result?.timedOut === true;
  };
  const timed = async (name: LoadPart['name'], work: () => Promise<number>): Promise<void> => {
    if (left() <= 0) return;
    const from = clock.now();
    const count = await work();
    parts.push({ name, durationMs: clock.now() - from, packages: count });
  };
  const load = (folders: ReadonlySet<string>, as: Guise): Promise<void> =>
    timed('again', async () => {
      if (folders.size > 0) await limited(left(), run.importAll(left(), packages, folders, as));
      return folders.size;
    });
  const again = (of: readonly InstalledPackage[], as: Guise): Promise<void> =>
    timed('scripts', () => runAgain(context, of, as, { limited, left }));

  await timed('together', async () => {
    await limited(left(), run.loadTogether(left(), packages, guise));
    return packages.length - 1;
  });
  const scripts = quick(context);
  await again(scripts, guise);
  await context.toldOf();
  const seen = context.unrepeated(marks).filter(({ time }) => time >= BigInt(started) * 1_000_000n);
  const suspects = seen.flatMap(({ group, time }) => loadedBy(group, time, marks).slice(0, 1));
  await load(new Set(suspects.slice(0, MOST_AGAIN)), guise);
  await context.toldOf();
  const closer = new Set(context.onlyLater().slice(0, MOST_CLOSER));
  for (const single of closer.size === 0 ? [] : singles(guise)) {
    const own = scripts.filter(({ realPath }) => closer.has(realPath));
    await again(own, single);
    await load(closer, single);
  }
  const command = `scripts and loads once more: ${guise.aheadDays} days ahead, on ${guise.ci}`;
  const durationMs = clock.now() - started;
  return { phase: { name: 'later', command, exitCode: 0, durationMs, timedOut: left() <= 0, parts }, endedOthers };
}

/** With one thing changed; empty where it is only one. */
function singles(guise: Guise): readonly Guise[] {
  if (guise.ci === FIRST_GUISE.ci || guise.aheadDays === FIRST_GUISE.aheadDays) return [];
  return [
    { ...FIRST_GUISE, aheadDays: guise.aheadDays },
    { ...FIRST_GUISE, ci: guise.ci },
  ];
}

/** The packages whose scripts ended well and soon. */
function quick({ withScripts, steps }: LaterContext): readonly InstalledPackage[] {
  const soon = new Set(
    steps
      .filter(({ exitCode, durationMs }) => exitCode === 0 && durationMs <= LONGEST_SCRIPTS_MS)
      .map((step) => `${step.package}\0${step.path}`),
  );
  // What a git dependency is built from lies in another folder, and was put in place.
  return withScripts.filter(
    (pkg) => pkg.scripts.length === scriptsOf(pkg).length && soon.has(`${specOf(pkg)}\0${pkg.path}`),
  );
}

/** What `runAgain` works with. */
interface Limits {
  readonly limited: (ms: number, work: Promise<StepResult>) => Promise<void>;
  readonly left: () => number;
}

/** Resolves with how many it came to. How they end is no matter: the first pass told that. */
async function runAgain(
  { runScripts }: Pick<LaterContext, 'runScripts'>,
  packages: readonly InstalledPackage[],
  guise: Guise,
  { limited, left }: Limits,
): Promise<number> {
  for (const [count, pkg] of packages.entries()) {
    if (left() <= 0) return count;
    const ms = Math.min(left(), 2 * LONGEST_SCRIPTS_MS);
    await limited(ms, runScripts(pkg, ms, guise));
  }
  return packages.length;
}
