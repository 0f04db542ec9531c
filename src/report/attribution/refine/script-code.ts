import { alertTimeNs, isAtLeast, type Priority } from '../../../falco/alert.js';
import type { Finding, PackageRef } from '../../finding.js';
import { packageKey } from '../../spec.js';
import { type Actors, alertOf, attribute } from '../attribution.js';
import type { PackageCodeReads } from '../files/package-code-reads.js';

/** A package whose code was opened in a step, and when that was first observed. */
interface Opened {
  readonly by: PackageRef;
  readonly time: bigint;
}

/**
 * Lists in `orBy` the other packages that may have caused a finding in a package's scripts: every package whose code a process of that
 * script step had opened by then (a module that the script requires, a file that it sources, copies or pipes into a shell). Only for
 * findings of at least `failOn`.
 */
export function nameReaders(
  findings: readonly Finding[],
  reads: PackageCodeReads,
  actors: Actors,
  failOn: Priority,
): readonly Finding[] {
  const judged = findings.filter(({ priority }) => isAtLeast(priority, failOn));
  const inScripts = new Map(judged.flatMap((finding) => scriptStepOf(finding, actors)));
  if (inScripts.size === 0) return findings;
  const opened = openedBySteps(reads, actors);
  return findings.map((finding) => {
    const step = inScripts.get(finding);
    const others = step === undefined ? [] : othersThere(finding, opened.get(step) ?? []);
    return others.length === 0 ? finding : { ...finding, orBy: [...(finding.orBy ?? []), ...others] };
  });
}

function scriptStepOf(finding: Finding, actors: Actors): readonly (readonly [Finding, string])[] {
  if (finding.package === null) return [];
  const { step } = attribute(alertOf(finding), actors);
  return step?.kind === 'scripts' ? [[finding, step.id]] : [];
}

function openedBySteps(reads: PackageCodeReads, actors: Actors): ReadonlyMap<string, readonly Opened[]> {
  const steps = new Map<string, Map<string, Opened>>();
  for (const { folder, alert } of reads.all()) {
    const pkg = actors.packages.owning(folder);
    const { step } = attribute(alert, actors);
    if (pkg === undefined || pkg === actors.packages.root || step?.kind !== 'scripts') continue;
    const opened = steps.get(step.id) ?? new Map<string, Opened>();
    steps.set(step.id, opened);
    if (!opened.has(pkg.realPath)) opened.set(pkg.realPath, { by: actors.packages.ref(pkg), time: alertTimeNs(alert) });
  }
  return new Map([...steps].map(([id, opened]) => [id, [...opened.values()]]));
}

function othersThere({ alert, package: by, ranBy, orBy = [] }: Finding, opened: readonly Opened[]): PackageRef[] {
  const named = new Set([by, ranBy, ...orBy].flatMap((ref) => (ref ? [packageKey(ref)] : [])));
  const time = alertTimeNs(alert);
  return opened.filter((other) => other.time <= time && !named.has(packageKey(other.by))).map((other) => other.by);
}
