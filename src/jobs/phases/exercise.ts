import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { RunningProcess } from '../../report/phase.js';
import type { Limited } from '../deadline.js';
import type { JobSpec } from '../job.js';
import type { Clock, SandboxRun } from '../ports.js';
import type { Comparison } from './comparison.js';
import { type Depth, EXERCISES, passesFor } from './depth.js';
import { passLater } from './later-pass.js';
import type { LoadContext } from './load-phase.js';
import type { PhaseRecord } from './phase-record.js';
import { runProjectScripts } from './project-scripts.js';
import { scriptOrder } from './script-order.js';

/** Calls, and the pass in another guise, are given at least this long, in milliseconds. */
const LEAST_MS = 8_000;

/** What `Exercise` works with. */
export interface ExerciseParts {
  readonly run: SandboxRun;
  readonly spec: JobSpec;
  readonly packages: readonly InstalledPackage[];
  readonly record: PhaseRecord;
  readonly comparison: Comparison;
  readonly clock: Clock;
  readonly depth: Depth;
  /** For the project's own scripts, in milliseconds. */
  readonly scriptsMs: number;
  readonly limited: Limited;
  /** Watches what the last phase left running. `ended`: what an earlier one left, and was ended before it was watched to its end. */
  readonly linger: (ended: readonly RunningProcess[]) => Promise<void>;
  readonly loadContext: (timeoutMs: number) => LoadContext;
  /** Folders of the packages that did in another guise, and not in the first pass, what a rule alerts for. */
  readonly onlyLater: () => readonly string[];
}

/** The phases beyond install and import, each in its share of the time that the job took before. */
export class Exercise {
  readonly #parts: ExerciseParts;

  constructor(parts: ExerciseParts) {
    this.#parts = parts;
  }

  /** How a call ends is no matter: it was called with nonsense. What does not come to it in time was loaded all the same. */
  async callAll(): Promise<void> {
    const { run, packages, record, depth, limited, linger } = this.#parts;
    const { callShare } = EXERCISES[depth];
    if (callShare === 0) return;
    const before = this.#leftRunning();
    const ms = Math.max(LEAST_MS, this.#sofarMs() * callShare);
    record.start('execute');
    const called = await limited('calling what packages export', ms, run.callAll(ms, packages));
    if (called === null) return;
    const { command, exitCode, durationMs, timedOut, loaded } = called;
    record.phases.push({ name: 'execute', command, exitCode, durationMs, timedOut, loaded: [...loaded] });
    await linger(timedOut ? before : []);
  }

  /** Once more, in another guise. */
  async passLater(): Promise<void> {
    const { run, spec, packages, record, comparison, depth, linger, loadContext, onlyLater } = this.#parts;
    const { later, laterShare } = passesFor(spec.passes, depth);
    if (later === null) return;
    const sofar = this.#sofarMs();
    record.start('later');
    // What was changed while packages were loaded is not the doing of the scripts that run now.
    await comparison.after(run);
    const before = this.#leftRunning();
    const { phase, endedOthers } = await passLater(run, {
      ...loadContext(Math.max(LEAST_MS, sofar * laterShare)),
      withScripts: scriptOrder(packages, run.projectDir),
      steps: record.phases.flatMap(({ steps = [] }) => steps),
      guise: later,
      runScripts: (pkg, ms, guise) => comparison.scripts(run, pkg, () => run.runScripts(pkg, ms, guise)),
      onlyLater,
    });
    record.phases.push(phase);
    await linger(endedOthers ? before : []);
  }

  /** What the job asks for of the project's own scripts. */
  async runProject(): Promise<void> {
    const { run, spec, packages, record, comparison, clock, scriptsMs, limited, linger } = this.#parts;
    const project = packages.find(({ realPath }) => realPath === run.projectDir);
    if (spec.run === undefined || project === undefined) return;
    const names = spec.run;
    const before = this.#leftRunning();
    record.start('run');
    await comparison.after(run);
    const runOne = (name: string, ms: number) =>
      limited(`the script ${name} of the project`, ms, run.runProjectScript(name, ms));
    const context = { project, run: runOne, clock, timeoutMs: scriptsMs };
    const running = () => runProjectScripts(names, context);
    const { phase, incomplete, log } = await comparison.scripts(run, project, running);
    record.phases.push(phase);
    record.incomplete.push(...incomplete);
    record.addLog(log);
    await linger(phase.timedOut ? before : []);
  }

  #leftRunning(): readonly RunningProcess[] {
    return this.#parts.record.phases.at(-1)?.leftRunning ?? [];
  }

  #sofarMs(): number {
    const { clock, record } = this.#parts;
    const [first] = record.starts;
    return clock.now() - (first?.at ?? clock.now());
  }
}
