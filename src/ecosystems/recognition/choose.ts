import type { PackageManager, Recognition } from '../manager.js';
import { MANAGERS, managersNamed, UNSUPPORTED_LOCKS } from '../managers.js';
import type { ManagerName } from '../names.js';
import { askedManagers, type FoundProject } from '../project.js';

/** The manager that installs a project, and the reason, in words for the report. */
export interface Choice {
  readonly manager: PackageManager;
  readonly reason: string;
}

/**
 * The files that make a folder a project for a request. `auto` chooses among the managers that share the first one's manifest, because many
 * projects also contain the lock file of another language.
 */
export function manifestsOf(asked: ManagerName | 'auto'): readonly [string, ...string[]] {
  return candidates(asked)[0].recognition.manifests;
}

/** The manifest, as needed by the check of an uploaded archive. */
export function manifestOf(asked: ManagerName | 'auto'): {
  readonly files: Recognition['manifests'];
  readonly faultOf: Recognition['manifestFault'];
} {
  const { manifests: files, manifestFault: faultOf } = candidates(asked)[0].recognition;
  return { files, faultOf };
}

const [FIRST, ...OTHERS] = MANAGERS;
const AUTOMATIC: readonly [PackageManager, ...PackageManager[]] = [
  FIRST,
  ...OTHERS.filter(({ recognition }) => recognition.manifests[0] === FIRST.recognition.manifests[0]),
];

/** The managers that a request may lead to, the default first. */
export function candidates(asked: ManagerName | 'auto'): readonly [PackageManager, ...PackageManager[]] {
  return asked === 'auto' ? AUTOMATIC : managersNamed(asked);
}

/** A lock file of the project, and the manager that wrote it. */
interface FoundLock {
  readonly file: string;
  readonly name: ManagerName;
}

/**
 * The request takes precedence, then what the project asks for (as corepack reads it), then its lock file, then a settings file. `asked`: a
 * manager's name, or `auto`.
 */
export function chooseManager(asked: ManagerName | 'auto', project: FoundProject): Choice {
  const locks = candidates(asked).every((one) => AUTOMATIC.includes(one)) ? locksOf(project) : [];
  const { manager, reason } =
    asked === 'auto'
      ? chooseAlone(project, locks)
      : edition(asked, project, `the request asks for it${otherLock(asked, locks)}${besideLock(asked, locks)}`);
  return { manager, reason: `${reason}${unsupportedLocks(project, manager)}` };
}

/** For requests that leave the choice to the project. */
function chooseAlone(project: FoundProject, locks: readonly FoundLock[]): Choice {
  const asked = askedManagers(project);
  const known = asked.flatMap(({ name, text }) => {
    const manager = AUTOMATIC.find((candidate) => candidate.name === name);
    return manager === undefined ? [] : [{ name: manager.name, text }];
  });
  // If package.json asks for several, prefer the one that has a lock file.
  const requested = known.find(({ name }) => locks.some((lock) => lock.name === name)) ?? known[0];
  if (requested !== undefined) {
    return edition(
      requested.name,
      project,
      `package.json asks for ${requested.text}${otherLock(requested.name, locks)}`,
    );
  }
  const [unknown] = asked;
  if (unknown !== undefined) {
    const { manager, reason } = chooseByFiles(project, locks);
    return { manager, reason: `package.json asks for ${unknown.text}, which is not supported; ${reason}` };
  }
  return chooseByFiles(project, locks);
}

function chooseByFiles(project: FoundProject, locks: readonly FoundLock[]): Choice {
  const [lock, ...others] = locks;
  if (lock !== undefined) {
    const beside = others.length === 0 ? '' : ` (beside ${others.map(({ file }) => file).join(', ')})`;
    return edition(lock.name, project, `the project has ${lock.file}${beside}`);
  }
  for (const { name, recognition } of AUTOMATIC) {
    const file = recognition.settingsFiles.find((settings) => project.files.includes(settings));
    if (file !== undefined) return edition(name, project, `the project has ${file}`);
  }
  return edition(MANAGERS[0].name, project, 'nothing in the project says which');
}

/**
 * Chooses the manager of a folder when the user specified none, of any language: like `auto`, except that if there is no lock file of
 * `auto`'s managers, another manager's lock file is decisive, and without any lock file its manifest, if that is the only one.
 */
export function detectManager(project: FoundProject): Choice {
  const isRequested = AUTOMATIC.some(({ name }) => askedManagers(project).some((asked) => asked.name === name));
  if (isRequested || locksOf(project).length > 0) return chooseManager('auto', project);
  const has = (file: string): boolean => project.files.includes(file);
  const others = MANAGERS.filter((manager) => !AUTOMATIC.includes(manager));
  const kinds = FIRST.recognition.manifests.some(has)
    ? (['lockFiles'] as const)
    : (['lockFiles', 'manifests'] as const);
  for (const kind of kinds) {
    for (const { name, recognition } of others) {
      const file = recognition[kind].find(has);
      if (file !== undefined) return edition(name, project, `the project has ${file}`);
    }
  }
  return chooseManager('auto', project);
}

function locksOf({ files }: FoundProject): readonly FoundLock[] {
  const found = AUTOMATIC.flatMap(({ name, recognition }) =>
    recognition.lockFiles.filter((file) => files.includes(file)).map((file): FoundLock => ({ file, name })),
  );
  // Two editions of one manager have the same lock file.
  return found.filter(({ file }, index) => found.findIndex((other) => other.file === file) === index);
}

/** Without the lock file that the project was made for, other versions are installed: readers of the report should know. */
function otherLock(asked: ManagerName, locks: readonly FoundLock[]): string {
  const [other] = locks;
  if (other === undefined || locks.some(({ name }) => name === asked)) return '';
  return `, though the project's lock file is ${other.file}: versions may not be the locked ones`;
}

/** Lock files of other managers in addition to the one that is used. */
function besideLock(asked: ManagerName, locks: readonly FoundLock[]): string {
  const others = locks.filter(({ name }) => name !== asked).map(({ file }) => file);
  return others.length === 0 || others.length === locks.length ? '' : ` (beside ${others.join(', ')})`;
}

/** Lock files of managers that are not run: readers of the report should know that their packages were not examined. */
function unsupportedLocks({ files }: FoundProject, { recognition }: PackageManager): string {
  const strange = Object.entries(UNSUPPORTED_LOCKS).filter(
    ([file]) => files.includes(file) && !recognition.lockFiles.includes(file),
  );
  return strange
    .map(([file, owner]) => `; the versions in ${file} were not installed (it belongs to ${owner})`)
    .join('');
}

/** The edition of a manager that suits the project: the first that does, otherwise the last. */
function edition(name: ManagerName, project: FoundProject, why: string): Choice {
  const editions = MANAGERS.filter((manager) => manager.name === name);
  for (const manager of editions) {
    const because = manager.recognition.suits(project);
    if (because === undefined) continue;
    // Don't repeat the reason for the manager as the reason for its edition.
    const more = because.split('; ').filter((words) => !why.startsWith(words));
    return { manager, reason: [why, ...more].join('; ') };
  }
  return { manager: editions.at(-1) as PackageManager, reason: why };
}
