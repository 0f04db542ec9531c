import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import type { Phase, ScriptStep } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';
import { lastLines } from '../../report/text/log-tail.js';
import type { IncompleteReason } from '../../report/verdict/verdict.js';
import type { Limited } from '../deadline.js';
import type { Clock, SandboxRun, StepResult } from '../ports.js';

/** How many failed packages an incomplete report names. */
const MAX_NAMED = 10;
/** Share of the remaining time that one package may use, so that a script that never ends leaves time for the others. */
const SHARE = 0.75;
/** Exit code of a command that can't be started. */
const NOT_STARTED = 126;
/** With less time left than this, in milliseconds, no more scripts are started. */
const MIN_MS = 1_000;

/** The results of the lifecycle scripts of all packages. */
export interface ScriptPhase {
  readonly phase: Phase;
  readonly incomplete: readonly IncompleteReason[];
  readonly log: string;
}

/** What `runAllScripts` needs. */
export interface ScriptPhaseContext {
  readonly runScripts: SandboxRun['runScripts'];
  readonly clock: Clock;
  /** Time limit for the scripts of all packages together, in milliseconds. */
  readonly timeoutMs: number;
  readonly limited: Limited;
}

/**
 * Runs the lifecycle scripts of `packages` in the given order, each package's as a step of its own. A failure does not keep the
 * others from running, because we want to see what they do; the report says which failed.
 */
export async function runAllScripts(
  packages: readonly InstalledPackage[],
  { runScripts, clock, timeoutMs, limited }: ScriptPhaseContext,
): Promise<ScriptPhase> {
  const started = clock.now();
  const steps: ScriptStep[] = [];
  const incomplete: IncompleteReason[] = [];
  let exitCode: number | null = 0;
  let failed = 0;
  let log = '';
  let notRun = 0;
  for (const pkg of packages) {
    const left = timeoutMs - (clock.now() - started);
    if (left < MIN_MS) {
      notRun += 1;
      continue;
    }
    const ms = Math.max(MIN_MS, left * SHARE);
    const result = await limited(`the scripts of ${specOf(pkg)}`, ms, runScripts(pkg, ms));
    steps.push(toStep(pkg, result));
    log = (log + result.log).slice(-64 * 1024);
    if (isAcceptable(pkg, result)) continue;
    failed += 1;
    if (exitCode === 0) exitCode = result.exitCode;
    if (failed <= MAX_NAMED) incomplete.push(reasonFor(pkg, result));
  }
  if (failed > MAX_NAMED) incomplete.push(more(failed - MAX_NAMED));
  if (notRun > 0) incomplete.push(outOfTime(notRun, packages.length));
  const phase: Phase = {
    name: 'install',
    command:
      packages.length === 1 ? 'lifecycle scripts of 1 package' : `lifecycle scripts of ${packages.length} packages`,
    exitCode: exitCode === 0 && notRun > 0 ? null : exitCode,
    durationMs: clock.now() - started,
    timedOut: notRun > 0 || steps.some(({ timedOut }) => timedOut),
    steps,
  };
  return { phase, incomplete, log };
}

function toStep(pkg: InstalledPackage, result: StepResult): ScriptStep {
  const { exitCode, timedOut, durationMs } = result;
  const step = { package: specOf(pkg), path: pkg.path, scripts: [...scriptsOf(pkg)], exitCode, timedOut, durationMs };
  return exitCode === 0 && !timedOut ? step : { ...step, error: reasonFor(pkg, result).message };
}

/** An optional dependency may fail: package managers continue without it. But a stopped script has not shown everything. */
function isAcceptable({ optional }: InstalledPackage, { exitCode, timedOut }: StepResult): boolean {
  return !timedOut && (exitCode === 0 || optional);
}

function reasonFor(pkg: InstalledPackage, { exitCode, timedOut, log, reason }: StepResult): IncompleteReason {
  const who = pkg.path === '.' ? 'the project' : specOf(pkg);
  const scripts = `the ${scriptsOf(pkg).join(', ')} script of ${who}`;
  if (timedOut) return { code: 'install-timeout', message: `${scripts} was stopped at its deadline` };
  // A script that could not be started has no output.
  const output = exitCode === NOT_STARTED && reason !== undefined ? '' : lastLines(log);
  const end = output === '' ? '' : `: ${output}`;
  return { code: 'install-failed', message: `${scripts} ${reason ?? `ended with exit code ${exitCode}`}${end}` };
}

function more(count: number): IncompleteReason {
  return { code: 'install-failed', message: `the scripts of ${count} more packages failed` };
}

function outOfTime(notRun: number, all: number): IncompleteReason {
  const message = `the scripts of ${notRun} of ${all} packages were not run: the time limit of the install was reached`;
  return { code: 'install-timeout', message };
}
