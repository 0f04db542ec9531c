import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import type { NotRepeated, ScriptStep } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';

/** Scripts that took longer in the first pass build something, and are not run again, in milliseconds. */
export const LONGEST_SCRIPTS_MS = 8_000;

/** Which packages' scripts run once more, and why others' do not. */
export interface Repeats {
  readonly again: readonly InstalledPackage[];
  readonly not: readonly NotRepeated[];
}

/** What the choice is made from. */
export interface Candidates {
  /** In the order in which their scripts run. */
  readonly withScripts: readonly InstalledPackage[];
  /** How they went in the first pass. */
  readonly steps: readonly ScriptStep[];
}

/** How a script ended says nothing of what it does on another machine: those that failed run once more, too, where they ended soon. */
export function chooseRepeats({ withScripts, steps }: Candidates): Repeats {
  const first = new Map(steps.map((step) => [`${step.package}\0${step.path}`, step]));
  const again: InstalledPackage[] = [];
  const not: NotRepeated[] = [];
  for (const pkg of withScripts) {
    const why = obstacle(pkg, first.get(`${specOf(pkg)}\0${pkg.path}`));
    if (why === undefined) again.push(pkg);
    else not.push({ package: specOf(pkg), path: pkg.path, why });
  }
  return { again, not };
}

function obstacle(pkg: InstalledPackage, step: ScriptStep | undefined): string | undefined {
  // What a git dependency is built from lies in another folder, and was put in place.
  if (pkg.scripts.length !== scriptsOf(pkg).length) return 'they built a git dependency';
  if (step === undefined) return 'they did not run in the first pass';
  if (step.timedOut) return 'they were stopped at their deadline';
  return step.durationMs > LONGEST_SCRIPTS_MS ? `they took ${(step.durationMs / 1000).toFixed(1)} s` : undefined;
}
