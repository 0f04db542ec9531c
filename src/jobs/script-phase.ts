import type { InstalledPackage } from '../ecosystems/installed-package.js';
import { lastLines } from '../report/log-tail.js';
import type { Phase, ScriptStep } from '../report/report.js';
import { specOf } from '../report/spec.js';
import type { IncompleteReason } from '../report/verdict.js';
import type { Clock, SandboxRun, StepResult } from './ports.js';

/** How many failed packages the reasons of an incomplete report name. */
const MAX_NAMED = 10;
/** One package gets this part of the time that is left, so that one script that never ends does not keep all others from running. */
const SHARE = 0.75;
/** Below this a script is not started any more, in milliseconds. */
const LEAST_MS = 1_000;

/** What came of the lifecycle scripts of all packages. */
export interface ScriptPhase {
  readonly phase: Phase;
  readonly incomplete: readonly IncompleteReason[];
  readonly log: string;
}

/** What `runAllScripts` works with. */
export interface ScriptPhaseContext {
  readonly run: SandboxRun;
  readonly clock: Clock;
  /** For the scripts of all packages together, in milliseconds. */
  readonly timeoutMs: number;
  /** Waits at most so long, and some slack. @throws DeadlineError, CancelledError */
  readonly limited: <T>(what: string, ms: number, work: Promise<T>) => Promise<T>;
}

/**
 * Runs the lifecycle scripts of `packages` in this order, each package's as a step of its own. One that fails does not keep the
 * others from running: what they do is to be seen, and the report says which failed.
 */
export async function runAllScripts(
  packages: readonly InstalledPackage[],
  { run, clock, timeoutMs, limited }: ScriptPhaseContext,
): Promise<ScriptPhase> {
  const started = clock.now();
  const steps: ScriptStep[] = [];
  const incomplete: IncompleteReason[] = [];
  let log = '';
  let notRun = 0;
  for (const pkg of packages) {
    const left = timeoutMs - (clock.now() - started);
    if (left < LEAST_MS) {
      notRun += 1;
      continue;
    }
    const ms = Math.max(LEAST_MS, left * SHARE);
    const result = await limited(`the scripts of ${specOf(pkg)}`, ms, run.runScripts(pkg, ms));
    steps.push(toStep(pkg, result));
    log = (log + result.log).slice(-64 * 1024);
    const reason = reasonFor(pkg, result);
    if (reason !== undefined) incomplete.push(reason);
  }
  const failed = incomplete.length;
  if (failed > MAX_NAMED) incomplete.splice(MAX_NAMED, failed, more(failed - MAX_NAMED));
  if (notRun > 0) incomplete.push(outOfTime(notRun, packages.length, timeoutMs));
  return { phase: phaseOf(steps, packages.length, clock.now() - started), incomplete, log };
}

function toStep(pkg: InstalledPackage, { exitCode, timedOut, durationMs }: StepResult): ScriptStep {
  return { package: specOf(pkg), path: pkg.path, scripts: [...pkg.scripts], exitCode, timedOut, durationMs };
}

/** An optional dependency may fail: package managers go on without it. */
function reasonFor(pkg: InstalledPackage, { exitCode, timedOut, log }: StepResult): IncompleteReason | undefined {
  const who = pkg.path === '.' ? 'the project' : specOf(pkg);
  const which = pkg.scripts.join(', ');
  if (timedOut)
    return { code: 'install-timeout', message: `the ${which} script of ${who} was stopped at its deadline` };
  if (exitCode === 0 || pkg.optional) return undefined;
  return {
    code: 'install-failed',
    message: `the ${which} script of ${who} ended with exit code ${exitCode}: ${lastLines(log)}`,
  };
}

function more(count: number): IncompleteReason {
  return { code: 'install-failed', message: `the scripts of ${count} more packages failed` };
}

function outOfTime(notRun: number, all: number, timeoutMs: number): IncompleteReason {
  const message = `the scripts of ${notRun} of ${all} packages were not run: the others took all of the ${Math.round(timeoutMs / 1000)} s`;
  return { code: 'install-timeout', message };
}

function phaseOf(steps: readonly ScriptStep[], count: number, durationMs: number): Phase {
  const bad = steps.find(({ exitCode }) => exitCode !== 0);
  return {
    name: 'install',
    command: count === 1 ? 'lifecycle scripts of 1 package' : `lifecycle scripts of ${count} packages`,
    exitCode: bad === undefined ? 0 : bad.exitCode,
    durationMs,
    timedOut: steps.some(({ timedOut }) => timedOut),
    steps: [...steps],
  };
}
