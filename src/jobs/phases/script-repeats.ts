import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import type { NotRepeated, ScriptStep } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';

/** Scripts that took longer in the first pass, in milliseconds, probably compile something and are not run again. */
export const LONGEST_SCRIPTS_MS = 8_000;

/** Which packages' scripts run again, and why others don't. */
export interface Repeats {
  readonly again: readonly InstalledPackage[];
  readonly not: readonly NotRepeated[];
}

/** The packages to choose from. */
export interface Candidates {
  /** In the order in which their scripts run. */
  readonly withScripts: readonly InstalledPackage[];
  /** Their results in the first pass. */
  readonly steps: readonly ScriptStep[];
  /** Whether alerts of the first pass were lost. */
  readonly hasLostAlerts: boolean;
}

/** Scripts that failed quickly run again, too: they may do something else on another machine. */
export function chooseRepeats({ withScripts, steps, hasLostAlerts }: Candidates): Repeats {
  const first = new Map(steps.map((step) => [`${step.package}\0${step.path}`, step]));
  const again: InstalledPackage[] = [];
  const not: NotRepeated[] = [];
  for (const pkg of withScripts) {
    const step = first.get(`${specOf(pkg)}\0${pkg.path}`);
    const why = hasLostAlerts ? 'alerts were lost in the first pass' : reasonNotToRepeat(pkg, step);
    if (why === undefined) again.push(pkg);
    else not.push({ package: specOf(pkg), path: pkg.path, why });
  }
  return { again, not };
}

function reasonNotToRepeat(pkg: InstalledPackage, step: ScriptStep | undefined): string | undefined {
  // Git dependencies are built in another folder and then moved into place, so these scripts can't run again here.
  if (pkg.scripts.length !== scriptsOf(pkg).length) return 'they built a git dependency';
  if (step === undefined) return 'they did not run in the first pass';
  if (step.timedOut) return 'they were stopped at their deadline';
  return step.durationMs > LONGEST_SCRIPTS_MS ? `they took ${(step.durationMs / 1000).toFixed(1)} s` : undefined;
}
