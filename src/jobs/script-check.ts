import type { Readable } from 'node:stream';
import type { InstalledPackage } from '../report/installed-package.js';
import type { Phase } from '../report/report.js';
import type { ScriptCheck } from '../report/script-check.js';
import type { DetonationLimits } from './attempt.js';
import { DeadlineError } from './deadline.js';
import type { SandboxRun, StepResult } from './ports.js';

export interface ScriptCheckContext {
  /** As the install with scripts left them. */
  readonly packages: readonly InstalledPackage[];
  /** Folders (`realPath`) of those that could be loaded then. */
  readonly worked: ReadonlySet<string>;
  readonly openArchive: () => Promise<Readable>;
  readonly limits: Pick<DetonationLimits, 'prepareMs' | 'installMs' | 'importMs'>;
  /** Waits at most so long, and some slack. @throws DeadlineError, CancelledError */
  readonly limited: <T>(what: string, ms: number, work: Promise<T>) => Promise<T>;
  readonly startPhase: (name: 'prepare' | 'check') => void;
}

/** The answer, and the phase as the report tells it; null when it did not come to one. */
export interface ScriptCheckOutcome {
  readonly check: ScriptCheck;
  readonly phase: Phase | null;
}

/** What the sandbox can't do for this project, which is no reason to try the job again. */
const TOLD_CODES: ReadonlySet<unknown> = new Set(['clearing-failed', 'unpack-failed', 'listing-failed']);

/**
 * Finds out which packages can be loaded without their install scripts: everything that the scripts did is put out of the way,
 * the project is installed once more with all scripts off, and those packages that could be loaded before are loaded again.
 * @throws CancelledError, and what the sandbox throws when it is gone
 */
export async function checkScripts(run: SandboxRun, context: ScriptCheckContext): Promise<ScriptCheckOutcome> {
  const { packages, worked } = context;
  const candidates = packages.filter(
    ({ path, scripts, realPath }) => path !== '.' && scripts.length > 0 && worked.has(realPath),
  );
  if (candidates.length === 0) return nothing('no package with install scripts could be loaded');
  let phase: Phase | null = null;
  try {
    await context.limited('ending what still ran', 0, run.endProcesses());
    context.startPhase('prepare');
    await context.limited(
      'unpacking once more',
      context.limits.prepareMs,
      run.startAfresh(await context.openArchive()),
    );
    context.startPhase('check');
    const installing = run.installWithoutScripts(context.limits.installMs);
    if (installing === null) return nothing('the package manager can not install without scripts');
    const install = await context.limited('the install without scripts', context.limits.installMs, installing);
    phase = phaseOf(install);
    if (install.exitCode !== 0) return { ...nothing(failed(install)), phase };
    return await load(run, candidates, install, context);
  } catch (error) {
    if (!isTold(error)) throw error;
    return { ...nothing(error.message), phase };
  }
}

/** Loads those that stand where they stood before; for another version, or another place, nothing was asked. */
async function load(
  run: SandboxRun,
  candidates: readonly InstalledPackage[],
  install: StepResult,
  { limits, limited }: ScriptCheckContext,
): Promise<ScriptCheckOutcome> {
  const now = await limited('listing the packages', limits.prepareMs, run.packages());
  const versions = new Map(now.map(({ realPath, version }) => [realPath, version]));
  const same = candidates.filter(({ realPath, version }) => versions.get(realPath) === version);
  const folders = new Set(same.map(({ realPath }) => realPath));
  const imported = await limited('the import', limits.importMs, run.importAll(limits.importMs, now, folders));
  const phase = phaseOf(install, imported);
  const { exitCode, timedOut, loaded, problem } = imported;
  if (timedOut || exitCode !== 0 || problem !== null) {
    const why = timedOut
      ? 'it was stopped at its deadline'
      : (problem ?? `the loader ended with exit code ${exitCode}`);
    return {
      ...nothing(`the import without scripts can't be taken at its word: ${why}`),
      phase: { ...phase, timedOut },
    };
  }
  const missing = candidates.length - same.length;
  const problemOfSome =
    missing === 0 ? null : `${missing} of ${candidates.length} packages were not installed the same way`;
  const loads = new Map(same.map(({ realPath }) => [realPath, imported.worked.has(realPath)]));
  return { check: { loads, problem: problemOfSome }, phase: { ...phase, loaded: [...loaded] } };
}

function phaseOf({ command, exitCode, durationMs, timedOut }: StepResult, imported?: StepResult): Phase {
  return { name: 'check', command, exitCode, durationMs: durationMs + (imported?.durationMs ?? 0), timedOut };
}

function failed({ timedOut, exitCode }: StepResult): string {
  const how = timedOut ? 'was stopped at its deadline' : `ended with exit code ${exitCode}`;
  return `the install without scripts ${how}`;
}

function nothing(problem: string): ScriptCheckOutcome {
  return { check: { loads: new Map(), problem }, phase: null };
}

function isTold(error: unknown): error is Error {
  return error instanceof DeadlineError || (error instanceof Error && 'code' in error && TOLD_CODES.has(error.code));
}
