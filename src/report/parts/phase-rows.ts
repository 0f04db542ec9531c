import { type InstalledPackage, scriptsOf } from '../../ecosystems/installed-package.js';
import type { Phase } from '../phase.js';
import type { PhaseStart } from '../phase-start.js';
import type { Report } from '../report.js';

/** The evidence that the rows are built from. */
export interface RanPhases {
  readonly phases: readonly Phase[];
  readonly phaseStarts: readonly PhaseStart[];
  readonly packages: readonly InstalledPackage[];
}

/** The phases of a run with their start times, the number of packages that were `fetched`, and how many packages with scripts `ran` any. */
export function phaseRows(
  { phases, phaseStarts, packages }: RanPhases,
  fetched: number,
  ran: { has(pkg: InstalledPackage): boolean },
): Report['phases'] {
  const declared = packages.filter((pkg) => scriptsOf(pkg).length > 0);
  return phases.map((phase, index) => {
    const started = phaseStarts.find(({ name }) => name === phase.name);
    const timed = started === undefined ? phase : { ...phase, startedAt: new Date(started.at).toISOString() };
    // Only for the first fetch: what git dependencies are built with is fetched later, in another phase of the same name.
    if (phase.name === 'fetch' && index === 0) return { ...timed, installed: fetched };
    if (phase.name !== 'install') return timed;
    return { ...timed, scripts: { declared: declared.length, ran: declared.filter((pkg) => ran.has(pkg)).length } };
  });
}
