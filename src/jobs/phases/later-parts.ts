import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { loadedBy } from '../../report/findings/repeats.js';
import { type Guise, isSameGuise } from '../../report/guise.js';
import type { LoadPart, NotRepeated, ScriptStep } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';
import type { SandboxRun, StepResult } from '../ports.js';
import type { LoadContext } from './load-phase.js';
import { LONGEST_SCRIPTS_MS, type Repeats } from './script-repeats.js';

/** How many packages are loaded again alone. */
const MOST_AGAIN = 100;

/** What `passLater` needs. */
export interface LaterContext extends LoadContext {
  /** The packages with scripts, in the order in which these run. */
  readonly withScripts: readonly InstalledPackage[];
  /** How the scripts went in the first pass. */
  readonly steps: readonly ScriptStep[];
  readonly guise: Guise;
  /** Runs the scripts of a package, and compares what they changed. */
  readonly runScripts: (pkg: InstalledPackage, ms: number, guise: Guise) => Promise<StepResult>;
  /** Folders of the packages that caused alerts in the second pass but not in the first. */
  readonly onlyLater: () => readonly string[];
  /** Whether alerts of the first pass were lost. Scripts are then not run again: they may have flooded the sensor. */
  readonly hasLostAlerts: boolean;
}

/** The parts of the second pass, all within its time limit. */
export class LaterParts {
  readonly parts: LoadPart[] = [];
  endedOthers = false;
  readonly #run: SandboxRun;
  readonly #context: LaterContext;
  readonly #started: number;
  /** Folders of the packages whose scripts ran again, for each guise. */
  readonly #repeated = new Map<Guise, Set<string>>();
  /** Folders of the packages that were loaded alone, for each guise. */
  readonly #loaded = new Map<Guise, Set<string>>();

  constructor(run: SandboxRun, context: LaterContext, started: number) {
    this.#run = run;
    this.#context = context;
    this.#started = started;
  }

  /** Time left, in milliseconds. */
  left(): number {
    const { clock, timeoutMs } = this.#context;
    return timeoutMs - (clock.now() - this.#started);
  }

  /** Whether there is time to load everything again, judging by how long it took before. */
  hasTimeForLoads(): boolean {
    const took = this.parts.find(({ name }) => name === 'together')?.durationMs ?? 0;
    return this.left() > 2 * took;
  }

  /** Loads all packages, many in one process. */
  async together(as: Guise): Promise<void> {
    const { packages } = this.#context;
    await this.#timed('together', async () => {
      await this.#limited(this.left(), this.#run.loadTogether(this.left(), packages, as));
      return packages.length - 1;
    });
  }

  /** Runs scripts; their results don't matter, because the first pass has them. Stops when `keptMs` are left, and resolves with the rest. */
  async scripts(packages: readonly InstalledPackage[], as: Guise, keptMs = 0): Promise<readonly InstalledPackage[]> {
    const { runScripts } = this.#context;
    const waiting = [...packages];
    if (waiting.length === 0) return waiting;
    const repeated = this.#repeated.get(as) ?? new Set();
    this.#repeated.set(as, repeated);
    await this.#timed('scripts', async () => {
      while (this.left() > keptMs) {
        const pkg = waiting.shift();
        if (pkg === undefined) break;
        const ms = Math.min(this.left(), 2 * LONGEST_SCRIPTS_MS);
        await this.#limited(ms, runScripts(pkg, ms, as));
        repeated.add(pkg.realPath);
      }
      return packages.length - waiting.length;
    });
    return waiting;
  }

  /** Loads packages alone that are suspected of alerts while many were loaded: those whose load mark came just before the alert. */
  async suspects(as: Guise): Promise<void> {
    const { marks, alertsArrived, unrepeated } = this.#context;
    await alertsArrived();
    const since = BigInt(this.#started) * 1_000_000n;
    const seen = unrepeated(marks).filter(
      ({ group, time }) => time >= since && group.guise !== undefined && isSameGuise(group.guise, as),
    );
    const suspects = seen.flatMap(({ group, time }) => loadedBy(group, time, marks).slice(0, 1));
    await this.load(new Set(suspects.slice(0, MOST_AGAIN)), as);
    await alertsArrived();
  }

  async load(folders: ReadonlySet<string>, as: Guise): Promise<void> {
    const done = this.#loaded.get(as) ?? new Set();
    this.#loaded.set(as, done);
    const fresh = new Set([...folders].filter((folder) => !done.has(folder)));
    if (fresh.size === 0) return;
    for (const folder of fresh) done.add(folder);
    await this.#timed('again', async () => {
      const { packages } = this.#context;
      await this.#limited(this.left(), this.#run.importAll(this.left(), packages, fresh, as));
      return fresh.size;
    });
  }

  /** The packages whose scripts did not run again, or not in each of these guises because there was no time left. */
  notRepeated({ again, not }: Repeats, guises: readonly Guise[]): NotRepeated[] {
    const missed = again.flatMap((pkg) => {
      const without = guises.filter((guise) => this.#repeated.get(guise)?.has(pkg.realPath) !== true);
      if (without.length === 0) return [];
      const where = without.length === guises.length ? '' : ` to run them ${without.map(nameOf).join(', and ')}`;
      return [{ package: specOf(pkg), path: pkg.path, why: `there was no time left${where}` }];
    });
    return [...not, ...missed];
  }

  async #limited(ms: number, work: Promise<StepResult | null>): Promise<void> {
    const result = await this.#context.limited('the later pass', ms, work);
    this.endedOthers ||= result?.timedOut === true;
  }

  async #timed(name: LoadPart['name'], work: () => Promise<number>): Promise<void> {
    const { clock } = this.#context;
    if (this.left() <= 0) return;
    const from = clock.now();
    const count = await work();
    if (count > 0) this.parts.push({ name, durationMs: clock.now() - from, packages: count });
  }
}

function nameOf({ ci, aheadDays }: Guise): string {
  const where = { none: 'outside of CI', other: 'on other CI systems', gitlab: 'on gitlab', github: 'on github' }[ci];
  return aheadDays === 0 ? where : `${where} ${aheadDays} days ahead`;
}
