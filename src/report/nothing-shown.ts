import { type InstalledPackage, isLocal, scriptsOf } from '../ecosystems/installed-package.js';
import type { Phase } from './phase.js';
import type { Report } from './report.js';
import type { IncompleteReason } from './verdict.js';

/** What an install left. */
interface Installed {
  readonly phases: readonly Phase[];
  readonly packages: readonly InstalledPackage[];
  readonly manager: Report['manager'];
}

/** A successful install whose packages have scripts, none of which was seen to run, has shown nothing. */
export function unrunScripts(
  evidence: Installed,
  ran: ReadonlyMap<InstalledPackage, readonly string[]>,
): readonly IncompleteReason[] {
  const install = evidence.phases.find((phase) => phase.name === 'install');
  if (install?.exitCode !== 0) return [];
  const declared = evidence.packages.filter((pkg) => scriptsOf(pkg).length > 0);
  if (declared.length === 0 || declared.some((pkg) => ran.has(pkg))) return [];
  const message = `${declared.length} packages have install scripts and none of them was seen to run`;
  return [{ code: 'scripts-not-run', message }];
}

/** A fetch that leaves nothing in place, of a project that declares what it needs, has shown nothing. */
export function nothingInstalled({ phases, packages, manager }: Installed): readonly IncompleteReason[] {
  if (phases.find(({ name }) => name === 'fetch')?.exitCode !== 0) return [];
  if (packages.some((pkg) => !isLocal(pkg) || pkg.from.kind === 'link')) return [];
  const needed = packages
    .filter(isLocal)
    .flatMap(({ dependencies, mayBeAbsent }) => dependencies.filter((name) => !mayBeAbsent?.includes(name)));
  const listed = new Set(packages.map(({ name }) => name));
  const names = [...new Set(needed)].filter((name) => !listed.has(name));
  if (names.length === 0) return [];
  const shown = names.slice(0, 5).join(', ');
  const message = `the project declares ${names.length} dependencies (${shown}) and none was found after ${manager?.name ?? 'the package manager'} had fetched them`;
  return [{ code: 'nothing-installed', message }];
}
