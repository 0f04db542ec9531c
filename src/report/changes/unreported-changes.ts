import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { PROJECT } from '../../ecosystems/places.js';
import { type Alert, alertTimeAt } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { AuthoredWrite } from '../attribution/files/authored-write.js';
import type { PackageIndex } from '../attribution/files/package-index.js';
import { isProjectSetting } from '../findings/paths/project-settings.js';
import { isUnownedModule } from '../findings/paths/unowned-module.js';
import { specOf } from '../spec.js';
import type { Change } from './compared.js';
import { type ReportedBy, ReportedFiles } from './reported-files.js';

/** The rule name for a change that a comparison of snapshots found and that no alert had reported. */
export const UNREPORTED_CHANGE_RULE = 'Change that no alert told of';

/** How many changed files a finding names. */
const SHOWN_FILES = 5;

/** The changes that one package, or an unknown one, made to one other package, to the project, or to HOME. */
interface Group {
  readonly by: InstalledPackage | undefined;
  readonly owner: InstalledPackage | undefined;
  readonly changes: Change[];
}

/** A change that becomes a finding, and the package that caused it. No process is known. */
export interface UnreportedChange {
  readonly folded: FoldedAlert;
  /** Undefined if the package is not known. */
  readonly by: InstalledPackage | undefined;
  /**
   * The changed files as writes by `by`, so that what they do later is attributed to it. Empty if `by` or the files' owner is not
   * known.
   */
  readonly writes: readonly AuthoredWrite[];
}

/** What is needed to decide which changes to report. */
export interface ChangeContext {
  readonly packages: PackageIndex;
  readonly reported: ReportedBy;
  /** Absolute paths of the project's own files, as they were submitted. */
  readonly brought: ReadonlySet<string>;
  readonly hostname: string;
}

/**
 * Files that differ from what was fetched although no alert reported a change, as alerts of source `snapshot`, one for each pair
 * of package and owner of the files. The alert source reports a call with the path that the caller used, so only a snapshot shows
 * a file that was written under another name. Changes that a package makes in its own folder, and those made by the project's own
 * scripts, are left out.
 */
export function unreportedChanges(
  changes: readonly Change[],
  { packages, reported, brought, hostname }: ChangeContext,
): readonly UnreportedChange[] {
  if (changes.length === 0) return [];
  const files = new ReportedFiles(reported, packages);
  const groups = new Map<string, Group>();
  for (const change of changes) {
    const by = change.by === null ? undefined : packages.owning(change.by);
    if (by !== undefined && isProject(by)) continue;
    const owner = packages.owning(change.path);
    // A package's own command in `.bin` leads to a file of that package.
    if (by !== undefined && packages.owning(packages.fileOf(change.path)) === by) continue;
    if (!isOfInterest(change, { by, owner, brought }) || files.has(change)) continue;
    const key = `${by?.path}\0${owner?.path}`;
    const group = groups.get(key) ?? { by, owner, changes: [] };
    group.changes.push(change);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => {
    const folded = toAlert(group, hostname);
    return { by: group.by, folded, writes: writesOf(group, folded.alert) };
  });
}

function isProject({ path, from }: InstalledPackage): boolean {
  return path === '.' || from.kind === 'workspace';
}

/** Whether a package changed something that does not belong to it. */
function isOfInterest(
  { path, kind, by: known }: Change,
  { by, owner, brought }: Pick<Group, 'by' | 'owner'> & Pick<ChangeContext, 'brought'>,
): boolean {
  // Outside of the project, snapshots contain only the settings in HOME.
  if (owner === undefined) return true;
  if (isProject(owner)) {
    if (path.includes('/node_modules/')) return isUnownedModule(path) || isProjectSetting(path);
    // Tools may create other files in a project (e.g. a generated client), but not settings.
    return brought.has(path) || isProjectSetting(path) || path.slice(PROJECT.length).includes('/.');
  }
  // Managers that link files from a store use the same file for all copies of a package.
  if (by !== undefined && isSame(by, owner)) return false;
  // If several packages' code ran, a removed file may be one that its own package had created before; no rule reports that.
  return known !== null || kind !== 'removed';
}

function isSame(one: InstalledPackage, other: InstalledPackage): boolean {
  return one === other || (specOf(one) === specOf(other) && one.from.integrity === other.from.integrity);
}

function writesOf({ by, owner, changes }: Group, alert: Alert): readonly AuthoredWrite[] {
  if (by === undefined || owner === undefined) return [];
  return changes.map(({ path }) => ({ path, alert, writer: by, owner, isScript: false, isExercise: false }));
}

function toAlert({ by, owner, changes }: Group, hostname: string): FoldedAlert {
  // The changes are in the order in which they were found.
  const [first] = changes;
  const at = BigInt(first?.at ?? 0) * 1_000_000n;
  const shown = changes.slice(0, SHOWN_FILES).map(({ path, kind }) => `${path} ${kind}`);
  const more = changes.length > SHOWN_FILES ? ` and ${changes.length - SHOWN_FILES} more` : '';
  const whose = owner === undefined ? 'HOME' : specOf(owner);
  const alert = {
    time: alertTimeAt(at),
    priority: 'WARNING',
    source: 'snapshot',
    rule: UNREPORTED_CHANGE_RULE,
    output: `${UNREPORTED_CHANGE_RULE} (files=${shown.join(', ')}${more} owner=${whose} step=${by === undefined ? '' : specOf(by)})`,
    fields: { 'fd.name': first?.path ?? '', 'package.owner': whose },
    hostname,
    tags: ['packwarden', 'tampering', 'mitre_persistence', 'T1195.001'],
  } as const;
  return { alert, count: changes.length, first: at, last: at };
}
