import type { PackageRef } from '../finding.js';

/** How many of the other possible packages are named in text; the JSON report lists all of them. */
const SHOWN_OTHERS = 5;

/** The other packages that may have caused it, as text; `label` formats one package. */
export function othersInWords(orBy: readonly PackageRef[], label: (pkg: PackageRef) => string): string {
  const left = orBy.length - SHOWN_OTHERS;
  const named = [...orBy.slice(0, SHOWN_OTHERS).map(label), ...(left > 0 ? [`${left} others`] : [])];
  return `${named.join(' or ')}: code of ${orBy.length === 1 ? 'both' : 'all of them'} ran in the process`;
}
