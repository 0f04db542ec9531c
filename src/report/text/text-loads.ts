import type { Phase } from '../phase.js';

/** What a phase loaded or called, as the end of its line. */
export function loadsOf({ name, loaded = [], parts = [] }: Phase): string {
  const together = parts.filter((part) => part.name === 'together').reduce((sum, { packages }) => sum + packages, 0);
  const others = together === 0 ? '' : `, loaded together: ${together}`;
  if (loaded.length === 0) return others;
  if (name === 'execute') return `, packages called: ${loaded.length}`;
  const how = name === 'check' ? 'packages loaded without their scripts' : 'packages loaded';
  return `, ${how}: ${loaded.filter(({ ok }) => ok).length} of ${loaded.length}${others}`;
}
