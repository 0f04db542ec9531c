import { doingsOf, keyOf } from '../../report/compare/behaviour.js';
import type { Report } from '../../report/report.js';
import type { JobSpec } from '../job.js';
import { isPackageName } from './package-name.js';
import type { JobPackages, PackageAction } from './ports.js';

/** Limits of what is stored for one job: the largest projects have some thousand packages, and few of them do anything. */
const MAX = { packages: 20_000, versions: 20, actions: 100 } as const;

/** If a package did more than can be stored, behaviours that rules found come first. */
const ORDER = ['rule', 'host', 'files', 'program', 'script'] as const;

/** Which packages a job had and what each did: a pure function of the report. Incomplete reports count, too: what was seen did happen. */
export function jobPackages({ id, owner, submittedAt }: JobSpec, report: Report): JobPackages {
  const actions = actionsOf(report);
  const versions = new Map<string, Set<string>>();
  const add = (name: string, version: string | null): void => {
    const known = versions.get(name) ?? new Set();
    if (version !== null && known.size < MAX.versions) known.add(version);
    if (known.size > 0 && (versions.has(name) || versions.size < MAX.packages)) versions.set(name, known);
  };
  // Packages that did something come first: the limit must not leave them out.
  for (const [name, list] of actions) for (const { version } of list) add(name, version);
  for (const { name, version } of report.installed ?? []) if (isPackageName(name)) add(name, version);
  return {
    job: id,
    owner,
    submittedAt,
    versions: new Map([...versions].map(([name, known]) => [name, [...known]])),
    actions: new Map([...actions].filter(([name]) => versions.has(name))),
  };
}

function actionsOf(report: Report): ReadonlyMap<string, readonly PackageAction[]> {
  const byName = new Map<string, Map<string, PackageAction>>();
  for (const { name, version, behaviour } of doingsOf(report)) {
    if (name === null || !isPackageName(name)) continue;
    const known = byName.get(name) ?? new Map<string, PackageAction>();
    known.set(`${JSON.stringify(version)} ${keyOf(behaviour)}`, { version, behaviour });
    byName.set(name, known);
  }
  return new Map([...byName].map(([name, known]) => [name, [...known.values()].sort(byKind).slice(0, MAX.actions)]));
}

function byKind(a: PackageAction, b: PackageAction): number {
  return ORDER.indexOf(a.behaviour.kind) - ORDER.indexOf(b.behaviour.kind);
}
