import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { PROJECT } from '../../ecosystems/places.js';
import { type Alert, alertTimeAt } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { AuthoredWrite } from '../attribution/authored-write.js';
import type { PackageIndex } from '../attribution/package-index.js';
import { isProjectSetting } from '../findings/project-settings.js';
import { isUnownedModule } from '../findings/unowned-module.js';
import { specOf } from '../spec.js';
import type { Change } from './compared.js';
import { type Told, ToldFiles } from './told-files.js';

/** The rule name under which a change is reported that was found afterwards and that no alert told of. */
export const UNTOLD_CHANGE_RULE = 'Change that no alert told of';

/** Changed files that one finding names. */
const SHOWN_FILES = 5;

/** What one package changed, or nobody knows who, of one other package or of the project. */
interface Group {
  readonly by: InstalledPackage | undefined;
  readonly owner: InstalledPackage | undefined;
  readonly changes: Change[];
}

/** A finding in the making, and whose it is: no process is known. */
export interface UntoldChange {
  readonly folded: FoldedAlert;
  /** Undefined where it can't be said. */
  readonly by: InstalledPackage | undefined;
  /** The files as what `by` has written: what they do from then on is its doing. Empty where nobody, or no package, is known. */
  readonly writes: readonly AuthoredWrite[];
}

/** What changes are judged by. */
export interface ChangeContext {
  readonly packages: PackageIndex;
  readonly told: Told;
  /** Absolute paths of the project's own files, as they were submitted. */
  readonly brought: ReadonlySet<string>;
  readonly hostname: string;
}

/**
 * Files that are not as they were fetched and that no alert tells of, as alerts of source `snapshot`: one for each package and whose
 * files they are. An alert source tells of calls by the name that their caller used, so a file that is written under another name
 * shows here alone. What a package changes in its own folder is its own, and what the project's scripts change is the project's.
 */
export function untoldChanges(
  changes: readonly Change[],
  { packages, told, brought, hostname }: ChangeContext,
): readonly UntoldChange[] {
  if (changes.length === 0) return [];
  const files = new ToldFiles(told, packages);
  const groups = new Map<string, Group>();
  for (const change of changes) {
    const by = change.by === null ? undefined : packages.owning(change.by);
    if (by !== undefined && isProject(by)) continue;
    const owner = packages.owning(change.path);
    // A package's own command leads to a file of its own.
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

/** Whether somebody changed what is not theirs to change. */
function isOfInterest(
  { path, kind, by: known }: Change,
  { by, owner, brought }: Pick<Group, 'by' | 'owner'> & Pick<ChangeContext, 'brought'>,
): boolean {
  // Outside the project: the settings in HOME.
  if (owner === undefined) return true;
  if (isProject(owner)) {
    if (path.includes('/node_modules/')) return isUnownedModule(path) || isProjectSetting(path);
    // A tool makes what it likes in a project (a generated client); settings are another thing.
    return brought.has(path) || isProjectSetting(path) || path.slice(PROJECT.length).includes('/.');
  }
  // Managers that link files from a store give a package that lies in two places one file.
  if (by !== undefined && isSame(by, owner)) return false;
  // A library may tidy up what it made itself; no rule tells of that.
  return known !== null || kind !== 'removed';
}

function isSame(one: InstalledPackage, other: InstalledPackage): boolean {
  return one === other || (specOf(one) === specOf(other) && one.from.integrity === other.from.integrity);
}

function writesOf({ by, owner, changes }: Group, alert: Alert): readonly AuthoredWrite[] {
  if (by === undefined || owner === undefined) return [];
  return changes.map(({ path }) => ({ path, alert, writer: by, owner, isScript: false }));
}

function toAlert({ by, owner, changes }: Group, hostname: string): FoldedAlert {
  // They are in the order in which they were found.
  const [first] = changes;
  const at = BigInt(first?.at ?? 0) * 1_000_000n;
  const shown = changes.slice(0, SHOWN_FILES).map(({ path, kind }) => `${path} ${kind}`);
  const more = changes.length > SHOWN_FILES ? ` and ${changes.length - SHOWN_FILES} more` : '';
  const whose = owner === undefined ? 'HOME' : specOf(owner);
  const alert = {
    time: alertTimeAt(at),
    priority: 'WARNING',
    source: 'snapshot',
    rule: UNTOLD_CHANGE_RULE,
    output: `${UNTOLD_CHANGE_RULE} (files=${shown.join(', ')}${more} owner=${whose} step=${by === undefined ? '' : specOf(by)})`,
    fields: { 'fd.name': first?.path ?? '', 'package.owner': whose },
    hostname,
    tags: ['packwarden', 'tampering', 'mitre_persistence', 'T1195.001'],
  } as const;
  return { alert, count: changes.length, first: at, last: at };
}
