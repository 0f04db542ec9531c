import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { RunningProcess } from '../../report/phase.js';
import type { Limited } from '../deadline.js';
import type { JobSpec } from '../job.js';
import type { Clock, SandboxRun } from '../ports.js';
import type { Comparison } from './comparison.js';
import { DEPTH_SETTINGS, type Depth, passesFor } from './depth.js';
import { passLater } from './later-pass.js';
import type { LoadContext } from './load-phase.js';
import type { PhaseRecord } from './phase-record.js';
import { runProjectScripts } from './project-scripts.js';
import { scriptOrder } from './script-order.js';

/** Minimum time limit of calls, in milliseconds. */
const MIN_CALLS_MS = 8_000;
/** Minimum time limit of the second pass, in milliseconds: it has five guises. */
const MIN_LATER_MS = 15_000;

/** What `Exercise` needs. */
export interface ExerciseParts {
  readonly run: SandboxRun;
  readonly spec: JobSpec;
  readonly packages: readonly InstalledPackage[];
  readonly record: PhaseRecord;
  readonly comparison: Comparison;
  readonly clock: Clock;
  readonly depth: Depth;
  /** Time limit for the project's own scripts, in milliseconds. */
  readonly scriptsMs: number;
  readonly limited: Limited;
  /** Watches processes that the last phase left running. `ended`: those of an earlier phase that were killed before they ended. */
  readonly linger: (ended: readonly RunningProcess[]) => Promise<void>;
  readonly loadContext: (timeoutMs: number) => LoadContext;
  /** Folders of the packages that caused alerts in the second pass but not in the first. */
  readonly onlyLater: () => readonly string[];
  /** Whether alerts of this job were lost already, for example because there were more than are kept. */
  readonly hasLostAlerts: () => boolean;
}

/** The phases after install and import, each limited to a share of the job's time so far. */
export class Exercise {
  readonly #parts: ExerciseParts;

  constructor(parts: ExerciseParts) {
    this.#parts = parts;
  }

  /** Calls the packages' exports. A call may fail, because its arguments are meaningless; packages without a turn were still loaded. */
  async callAll(): Promise<void> {
    const { run, packages, record, depth, limited, linger } = this.#parts;
    const { callShare } = DEPTH_SETTINGS[depth];
    if (callShare === 0) return;
    const before = this.#leftRunning();
    const ms = Math.max(MIN_CALLS_MS, this.#sofarMs() * callShare);
    record.start('execute');
    const called = await limited('calling the exports of packages', ms, run.callAll(ms, packages));
    if (called === null) return;
    const { command, exitCode, durationMs, timedOut, loaded, withoutResult } = called;
    const notCalled = withoutResult.length === 0 ? {} : { notCalled: [...withoutResult] };
    record.phases.push({ name: 'execute', command, exitCode, durationMs, timedOut, loaded: [...loaded], ...notCalled });
    await linger(timedOut ? before : []);
  }

  /** Runs scripts and loads a second time, as if on another CI system and at a later date. */
  async passLater(): Promise<void> {
    const { run, spec, packages, record, comparison, depth, linger, loadContext, onlyLater, hasLostAlerts } =
      this.#parts;
    const { later, laterShare } = passesFor(spec.passes, depth);
    if (later === null) return;
    const sofar = this.#sofarMs();
    record.start('later');
    // Changes made while packages were loaded must not be attributed to the scripts that run now.
    await comparison.after(run);
    const before = this.#leftRunning();
    const { phase, endedOthers } = await passLater(run, {
      ...loadContext(Math.max(MIN_LATER_MS, sofar * laterShare)),
      withScripts: scriptOrder(packages, run.projectDir),
      steps: record.phases.flatMap(({ steps = [] }) => steps),
      guise: later,
      runScripts: (pkg, ms, guise) => comparison.scripts(run, pkg, () => run.runScripts(pkg, ms, guise)),
      onlyLater,
      hasLostAlerts: hasLostAlerts(),
    });
    record.phases.push(phase);
    await linger(endedOthers ? before : []);
  }

  /** Runs those of the project's own scripts that the job asks for. */
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
