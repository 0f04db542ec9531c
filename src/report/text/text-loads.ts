import type { Phase } from '../phase.js';

/** What a phase loaded or called, as the end of its line. */
export function loadsOf({ name, loaded = [], notCalled = [], parts = [] }: Phase): string {
  const together = parts.filter((part) => part.name === 'together').reduce((sum, { packages }) => sum + packages, 0);
  const others = together === 0 ? '' : `, loaded together: ${together}`;
  if (name === 'execute') return calledOf(loaded.length, loaded.length + notCalled.length);
  if (loaded.length === 0) return others;
  const how = name === 'check' ? 'packages loaded without their scripts' : 'packages loaded';
  return `, ${how}: ${loaded.filter(({ ok }) => ok).length} of ${loaded.length}${others}`;
}

/** Most projects have time for all: how many there were is said only where it ran out. */
function calledOf(called: number, all: number): string {
  if (all === 0) return '';
  return called === all
    ? `, packages called: ${called}`
    : `, packages called: ${called} of ${all} before the time was up`;
}
