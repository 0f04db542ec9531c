import type { Phase } from '../phase.js';

/** How many packages a phase loaded or called, to be added at the end of its line. */
export function loadsOf({ name, loaded = [], notCalled = [], parts = [] }: Phase): string {
  const together = parts.filter((part) => part.name === 'together').reduce((sum, { packages }) => sum + packages, 0);
  const others = together === 0 ? '' : `, loaded together: ${together}`;
  if (name === 'execute') return calledOf(loaded.length, loaded.length + notCalled.length);
  if (loaded.length === 0) return others;
  const how = name === 'check' ? 'packages loaded without their scripts' : 'packages loaded';
  return `, ${how}: ${loaded.filter(({ ok }) => ok).length} of ${loaded.length}${others}`;
}

/** The total is shown only if time ran out before all packages were called; for most projects it does not. */
function calledOf(called: number, all: number): string {
  if (all === 0) return '';
  return called === all
    ? `, packages called: ${called}`
    : `, packages called: ${called} of ${all} before the time was up`;
}
