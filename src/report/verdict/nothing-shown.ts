import { type InstalledPackage, isLocal, scriptsOf } from '../../ecosystems/installed-package.js';
import type { Phase } from '../phase.js';
import type { Report } from '../report.js';
import type { IncompleteReason } from './verdict.js';

/** What was installed, and by what. */
interface Installed {
  readonly phases: readonly Phase[];
  readonly packages: readonly InstalledPackage[];
  readonly manager: Report['manager'];
}

/** If an install succeeded and packages have scripts, but none of these was seen to run, then the run has shown nothing. */
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

/**
 * Dependencies of the project itself that were not found in any folder, and so were not examined. If hooks of the project ran
 * during the fetch, they may have removed the dependencies, as they would on the project's own machines; then nothing is
 * reported.
 */
function missing({ phases, packages, manager }: Installed): readonly IncompleteReason[] {
  if (phases.some(({ projectCode }) => projectCode !== undefined)) return [];
  const listed = new Set(packages.flatMap(({ name, calledItself, path }) => [name, calledItself, folderName(path)]));
  const project = packages.find(({ path }) => path === '.');
  const names = (project?.dependencies ?? []).filter(
    (name) => !project?.mayBeAbsent?.includes(name) && project?.resolved?.[name] === undefined && !listed.has(name),
  );
  if (names.length === 0) return [];
  const message = `the project declares ${named(names)}, and nothing of that name was found after ${nameOf(manager)} had fetched it`;
  return [{ code: 'nothing-installed', message }];
}

function folderName(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function nameOf(manager: Installed['manager']): string {
  return manager?.name ?? 'the package manager';
}

/** If a fetch succeeded without leaving any package, although the project declares dependencies, then the run has shown nothing. */
export function nothingInstalled({ phases, packages, manager }: Installed): readonly IncompleteReason[] {
  if (phases.find(({ name }) => name === 'fetch')?.exitCode !== 0) return [];
  if (packages.some((pkg) => !isLocal(pkg) || pkg.from.kind === 'link')) return missing({ phases, packages, manager });
  const needed = packages
    .filter(isLocal)
    .flatMap(({ dependencies, mayBeAbsent }) => dependencies.filter((name) => !mayBeAbsent?.includes(name)));
  const listed = new Set(packages.map(({ name }) => name));
  const names = [...new Set(needed)].filter((name) => !listed.has(name));
  if (names.length === 0) return [];
  const shown = names.slice(0, 5).join(', ');
  const message = `the project declares ${names.length} dependencies (${shown}) and none was found after ${nameOf(manager)} had fetched them`;
  return [{ code: 'nothing-installed', message }];
}
