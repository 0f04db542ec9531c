import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import { alertTimeNs } from '../../falco/alert.js';
import type { AuthoredWrite } from '../attribution/files/authored-write.js';
import type { PackageIndex } from '../attribution/files/package-index.js';
import type { Finding } from '../finding.js';
import type { Phase, ScriptStep } from '../phase.js';
import { type PhaseStart, phaseAt } from '../phase-start.js';
import type { Report } from '../report.js';
import { isNeeded, type ScriptCheck } from './script-check.js';

/** What was observed of the packages with install scripts. */
export interface SeenOfScripts {
  /** The packages whose scripts ran, with the commands. */
  readonly ran: ReadonlyMap<InstalledPackage, readonly string[]>;
  readonly writes: readonly AuthoredWrite[];
  readonly phaseStarts: readonly PhaseStart[];
  readonly scriptCheck: ScriptCheck | null;
  readonly findings: readonly Finding[];
  /** How the scripts of each package ended. */
  readonly steps: readonly ScriptStep[];
}

/** One row for each package with install scripts, except the project itself. */
export function packageRows(seen: SeenOfScripts, index: PackageIndex): Report['packages'] {
  const { ran, scriptCheck, findings, steps } = seen;
  const failed = new Set(steps.filter(({ exitCode }) => exitCode !== 0).map(({ path }) => path));
  const written = filesWritten(seen);
  return [...index.all]
    .filter((pkg) => pkg.path !== '.' && scriptsOf(pkg).length > 0)
    .map((pkg) => ({
      name: pkg.name,
      version: pkg.version,
      scripts: [...scriptsOf(pkg)],
      ran: ran.has(pkg),
      ...(failed.has(pkg.path) ? { failed: true as const } : {}),
      commands: [...(ran.get(pkg) ?? [])],
      wrote: written.get(pkg)?.size ?? 0,
      findings: findings.filter(({ package: by }) => by?.name === pkg.name && by.version === pkg.version).length,
      needed: isNeeded(pkg, scriptCheck, index),
    }));
}

/**
 * The files that each package wrote, including during the import: a process that a script left running can't be told from the
 * import itself.
 */
function filesWritten({ writes, phaseStarts }: SeenOfScripts): ReadonlyMap<InstalledPackage, ReadonlySet<string>> {
  const files = new Map<InstalledPackage, Set<string>>();
  for (const { writer, path, alert } of writes) {
    const phase = phaseAt(alertTimeNs(alert), phaseStarts);
    if (phase !== 'install' && phase !== 'import') continue;
    files.set(writer, (files.get(writer) ?? new Set()).add(path));
  }
  return files;
}

/** How the scripts of optional packages failed, after which the install continued. Other failures are among the report's reasons. */
export function toleratedFailures({ incomplete }: Report, { steps = [] }: Phase): readonly string[] {
  const reasons = new Set(incomplete.map(({ message }) => message));
  return steps.flatMap(({ error }) => (error === undefined || reasons.has(error) ? [] : [error]));
}
