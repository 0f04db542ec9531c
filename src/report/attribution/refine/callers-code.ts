import { alertTimeNs, isAtLeast, type Priority } from '../../../falco/alert.js';
import type { Finding } from '../../finding.js';
import { packageKey } from '../../spec.js';
import { type Actors, type Attribution, alertOf, attribute } from '../attribution.js';
import type { PackageCodeReads } from '../files/package-code-reads.js';
import { programFile } from '../processes/program-file.js';

/**
 * If a tool had read code of the package that called it (`rollup -c x.config.js`, a Makefile, a plugin), it can't be observed from outside
 * whose code then acted. The finding is attributed to the caller, which chose both the tool and its input, and lists the tool in `orBy`. If
 * the tool has a finding of the same rule when it is loaded alone, the finding stays with the tool. This applies only to findings of at
 * least `failOn` in script steps, and only after the exceptions for the tool were decided, so that no package profits from another's
 * exceptions. Steps of the project are left out, because the project's own settings are no package's code.
 */
export function nameCallers(
  findings: readonly Finding[],
  reads: PackageCodeReads,
  actors: Actors,
  failOn: Priority,
): readonly Finding[] {
  const alone = new Set(findings.filter(isByItself).map(doingOf));
  return findings.map((finding) => {
    if (finding.package === null || !isAtLeast(finding.priority, failOn) || alone.has(doingOf(finding))) return finding;
    const attribution = attribute(alertOf(finding), actors);
    const { owner, step } = attribution;
    if (owner === undefined || owner === actors.packages.root || step?.kind !== 'scripts') return finding;
    const caller = actors.packages.ref(owner);
    if (packageKey(caller) === packageKey(finding.package)) return finding;
    if (!hasReadCode(finding, attribution, reads, actors)) return finding;
    const { ranBy: _, ...rest } = finding;
    const others = (finding.orBy ?? []).filter((other) => packageKey(other) !== packageKey(caller));
    return { ...rest, package: caller, orBy: [finding.package, ...others] };
  });
}

/** Whether the tool's process, or a process below it, had read code of the package that owns the step. */
function hasReadCode(
  { package: tool, alert }: Finding,
  { programs, owner }: Attribution,
  reads: PackageCodeReads,
  { packages }: Actors,
): boolean {
  const isOfTool = (file: string): boolean => {
    const pkg = packages.owning(packages.fileOf(file));
    return pkg !== undefined && tool !== null && packageKey(packages.ref(pkg)) === packageKey(tool);
  };
  const at = programs.findIndex((program) => isOfTool(programFile(program)));
  if (at < 0) return false;
  const pids = new Set([Number(alert.output_fields['proc.pid']), ...programs.slice(0, at + 1).map(({ pid }) => pid)]);
  return reads.hasReadCode(pids, alertTimeNs(alert), (folder) => packages.owning(folder) === owner);
}

/** Caused while the tool was loaded or asked for help, without any input of a caller. */
function isByItself({ package: by, ranBy, orBy, phase }: Finding): boolean {
  return by !== null && ranBy === undefined && orBy === undefined && phase === 'import';
}

function doingOf({ package: by, rule }: Finding): string {
  return JSON.stringify([by?.name, by?.version, rule]);
}
