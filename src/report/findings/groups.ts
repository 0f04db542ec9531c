import type { Finding, PackageRef } from '../finding.js';

/** The findings of one package; `package` is null for findings whose package is not known. */
export interface FindingGroup {
  readonly package: PackageRef | null;
  readonly findings: readonly Finding[];
}

/** Groups findings by package, in the order in which the packages first appear, i.e. the one with the most severe finding first. */
export function groupByPackage(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = new Map<string, { package: PackageRef | null; findings: Finding[] }>();
  for (const finding of findings) {
    const by = finding.package;
    // The length of the name keeps `a@1` of version `2` apart from `a` of version `1@2`.
    const key = by === null ? '' : `${by.name.length} ${by.name}@${by.version}`;
    const group = groups.get(key) ?? { package: by, findings: [] };
    group.findings.push(finding);
    groups.set(key, group);
  }
  return [...groups.values()];
}
