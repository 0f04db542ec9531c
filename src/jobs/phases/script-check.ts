import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import type { Phase } from '../../report/phase.js';
import type { ScriptCheck } from '../../report/scripts/script-check.js';
import type { ImportResult, SandboxRun } from '../ports.js';

/** How the packages with install scripts loaded before any script had run, and the phase as the report tells it. */
export interface LoadsWithoutScripts {
  /** By folder (`realPath`): whether the package could be loaded. */
  readonly loads: ReadonlyMap<string, boolean>;
  /** Why nothing can be said of any package; null when it can. */
  readonly problem: string | null;
  /** Null where there was nothing to load. */
  readonly phase: Phase | null;
}

/**
 * Loads the packages with install scripts as they were fetched, before any script has run. What could be loaded then, and
 * still can afterwards, does not need its scripts to be loaded.
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

/** What the report needs: only packages that could be loaded once their scripts had run say anything about them. */
export function scriptCheckOf({ loads, problem }: LoadsWithoutScripts, worked: ReadonlySet<string>): ScriptCheck {
  return { loads: new Map([...loads].filter(([folder]) => worked.has(folder))), problem };
}

function phaseOf({ command, exitCode, durationMs, timedOut, loaded }: ImportResult): Phase {
  return { name: 'check', command, exitCode, durationMs, timedOut, loaded: [...loaded] };
}

function nothing(problem: string, phase: Phase | null): LoadsWithoutScripts {
  return { loads: new Map(), problem, phase };
}
