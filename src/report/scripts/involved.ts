import { OPT } from '../../ecosystems/places.js';
import { type Actors, alertOf } from '../attribution/attribution.js';
import type { ProcessStart } from '../attribution/processes/process-tree.js';
import { programFile } from '../attribution/processes/program-file.js';
import type { Finding } from '../finding.js';
import { specOf } from '../spec.js';

/**
 * The packages that were involved in a finding, knowingly or not, although another package's code caused it: it happened in their
 * step, they may have caused it instead, their programs are in the chain of processes, their files were changed, or the culprit
 * was installed through them. By `name@version`, with a description. `observations`: may contain the parts of correlated
 * findings.
 */
export function involvedIn(
  findings: readonly Finding[],
  observations: readonly Finding[],
  actors: Actors,
): ReadonlyMap<string, string> {
  const involved = new Map<string, string>();
  const add = (spec: string, how: string): void => {
    if (!involved.has(spec)) involved.set(spec, how);
  };
  const seen = new Set<ProcessStart>();
  for (const finding of [...findings, ...partsOf(findings, observations)]) {
    const { rule, ranBy, orBy = [], alert } = finding;
    const culprit = finding.package === null ? 'an unknown package' : specOf(finding.package);
    if (ranBy !== undefined) add(specOf(ranBy), `${culprit} did something in its step: ${rule}`);
    for (const other of orBy) add(specOf(other), `${culprit} did something, or it did: ${rule}`);
    const changed = alert.output_fields['package.owner'];
    if (changed !== undefined) add(changed, `${culprit} changed its files`);
    for (const spec of programsBehind(finding, actors, seen)) add(spec, `a program of it took part: ${rule}`);
    for (const spec of pullingIn(finding, actors)) add(spec, `it brings ${culprit} along`);
  }
  return involved;
}

/** The observations that are parts of correlated findings. */
function partsOf(findings: readonly Finding[], observations: readonly Finding[]): readonly Finding[] {
  const keyOf = (by: Finding['package'], rule: string, first: string): string =>
    JSON.stringify([by?.name, by?.version, rule, first]);
  const parts = new Set(
    findings.flatMap(({ package: by, parts = [] }) => parts.map(({ rule, first }) => keyOf(by, rule, first))),
  );
  return observations.filter(({ package: by, rule, first }) => parts.has(keyOf(by, rule, first)));
}

/** `seen`: programs that were already handled for an earlier finding, so that the work stays small even for a fork bomb. */
function programsBehind(finding: Finding, { tree, packages }: Actors, seen: Set<ProcessStart>): readonly string[] {
  const specs: string[] = [];
  for (const { programs } of tree.chain(alertOf(finding))) {
    for (const program of programs) {
      if (seen.has(program)) continue;
      seen.add(program);
      const file = packages.fileOf(programFile(program));
      const owner = file.startsWith(`${OPT}/`) ? undefined : packages.owning(file);
      if (owner !== undefined) specs.push(specOf(owner));
    }
  }
  return specs;
}

/** The packages between the project and the culprit. The path contains only names, so all installed versions of these names count. */
function pullingIn({ package: culprit }: Finding, { packages }: Actors): readonly string[] {
  const names = new Set(culprit?.path.slice(1, -1));
  return names.size === 0 ? [] : [...packages.all].filter(({ name }) => names.has(name)).map(specOf);
}
