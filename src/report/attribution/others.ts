import type { PackageRef } from '../finding.js';

/** How many of those who may have done it as well are named in words; the JSON report has them all. */
const SHOWN_OTHERS = 5;

/** Who else may have done it, in words; `label`: how one is written. */
export function othersInWords(orBy: readonly PackageRef[], label: (pkg: PackageRef) => string): string {
  const left = orBy.length - SHOWN_OTHERS;
  const named = [...orBy.slice(0, SHOWN_OTHERS).map(label), ...(left > 0 ? [`${left} others`] : [])];
  return `${named.join(' or ')}: code of ${orBy.length === 1 ? 'both' : 'all of them'} ran in the process`;
}
