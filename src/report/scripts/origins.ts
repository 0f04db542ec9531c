import { ORIGINS, type OriginKind } from '../../ecosystems/installed-package.js';
import type { InstalledRow } from '../report.js';

/** How many packages came from each kind of origin, the most frequent first. */
export function originsOf(installed: readonly InstalledRow[]): readonly (readonly [OriginKind, number])[] {
  const counts = new Map<OriginKind, number>(ORIGINS.map((kind) => [kind, 0]));
  for (const { from } of installed) counts.set(from, (counts.get(from) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 0).toSorted(([, a], [, b]) => b - a);
}

/** A package whose own manifest has a different name than the one under which it was delivered. */
export type OtherwiseCalled = InstalledRow & { readonly calledItself: string };

/** The packages with a different name in their manifest: an alias, a fork, or a package that pretends to be another. */
export function otherwiseCalled(installed: readonly InstalledRow[]): readonly OtherwiseCalled[] {
  return installed.filter((row): row is OtherwiseCalled => row.calledItself !== undefined);
}
