import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import type { Phase } from '../../report/phase.js';
import type { ScriptCheck } from '../../report/scripts/script-check.js';
import type { ImportResult, SandboxRun } from '../ports.js';

/** Which packages with install scripts could be loaded before any script had run, and the phase for the report. */
export interface LoadsWithoutScripts {
  /** By folder (`realPath`): whether the package could be loaded. */
  readonly loads: ReadonlyMap<string, boolean>;
  /** Why the check has no result; null when it has one. */
  readonly problem: string | null;
  /** Null when there was nothing to load. */
  readonly phase: Phase | null;
}

/**
 * Loads the packages with install scripts before any script has run. A package that loads then, and also afterwards, does not need
 * its scripts for that.
 */
export async function loadWithoutScripts(
  run: SandboxRun,
  packages: readonly InstalledPackage[],
  timeoutMs: number,
): Promise<LoadsWithoutScripts> {
  const candidates = packages.filter((pkg) => pkg.path !== '.' && scriptsOf(pkg).length > 0);
  if (candidates.length === 0) return nothing('no package has install scripts', null);
  const folders = new Set(candidates.map(({ realPath }) => realPath));
  const imported = await run.importAll(timeoutMs, packages, folders);
  const phase = phaseOf(imported);
  const { exitCode, timedOut, problem } = imported;
  if (timedOut) return nothing('loading without scripts was stopped at its deadline', phase);
  if (exitCode !== 0 || problem !== null) {
    return nothing(
      `loading without scripts failed: ${problem ?? `the loader ended with exit code ${exitCode}`}`,
      phase,
    );
  }
  const loads = new Map(candidates.map(({ realPath }) => [realPath, imported.worked.has(realPath)]));
  return { loads, problem: null, phase };
}

/** The check's result for the report. It leaves out packages that did not load even after their scripts: they prove nothing. */
export function scriptCheckOf({ loads, problem }: LoadsWithoutScripts, worked: ReadonlySet<string>): ScriptCheck {
  return { loads: new Map([...loads].filter(([folder]) => worked.has(folder))), problem };
}

function phaseOf({ command, exitCode, durationMs, timedOut, loaded }: ImportResult): Phase {
  return { name: 'check', command, exitCode, durationMs, timedOut, loaded: [...loaded] };
}

function nothing(problem: string, phase: Phase | null): LoadsWithoutScripts {
  return { loads: new Map(), problem, phase };
}
