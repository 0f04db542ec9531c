import type { PackageManager, Recognition } from './manager.js';
import { MANAGERS, managersNamed, STRANGE_LOCKS } from './managers.js';
import type { ManagerName } from './names.js';
import { askedManagers, type FoundProject } from './project.js';

/** The manager that installs a project, and why it is this one, in words for the report. */
export interface Choice {
  readonly manager: PackageManager;
  readonly reason: string;
}

/**
 * The file that makes a folder a project for a request. `auto` chooses among the managers that share the first one's manifest:
 * many a project has another runtime's lock file beside it.
 */
export function manifestsOf(asked: ManagerName | 'auto'): readonly [string, ...string[]] {
  return candidates(asked)[0].recognition.manifests;
}

/** The manifest as the check of an uploaded archive takes it. */
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

/** The managers that a request may come out at, the one that is taken where nothing says which first. */
export function candidates(asked: ManagerName | 'auto'): readonly [PackageManager, ...PackageManager[]] {
  return asked === 'auto' ? AUTOMATIC : managersNamed(asked);
}

/** A lock file of the project and the manager that wrote it. */
interface FoundLock {
  readonly file: string;
  readonly name: ManagerName;
}

/**
 * What the request asks for wins, then what the project asks for (as corepack reads it), then its lock file, then a settings
 * file. `asked`: a manager's name, or `auto`.
 */
export function chooseManager(asked: ManagerName | 'auto', project: FoundProject): Choice {
  const locks = candidates(asked).every((one) => AUTOMATIC.includes(one)) ? locksOf(project) : [];
  const { manager, reason } =
    asked === 'auto'
      ? chooseAlone(project, locks)
      : edition(asked, project, `the request asks for it${otherLock(asked, locks)}${besideLock(asked, locks)}`);
  return { manager, reason: `${reason}${strangeLocks(project, manager)}` };
}

/** Where the request leaves it to the project. */
function chooseAlone(project: FoundProject, locks: readonly FoundLock[]): Choice {
  const asked = askedManagers(project);
  const known = asked.flatMap(({ name, text }) => {
    const manager = AUTOMATIC.find((candidate) => candidate.name === name);
    return manager === undefined ? [] : [{ name: manager.name, text }];
  });
  // Of several the one that has locked the versions.
  const wish = known.find(({ name }) => locks.some((lock) => lock.name === name)) ?? known[0];
  if (wish !== undefined) {
    return edition(wish.name, project, `package.json asks for ${wish.text}${otherLock(wish.name, locks)}`);
  }
  const [unknown] = asked;
  if (unknown !== undefined) {
    const { manager, reason } = chooseByFiles(project, locks);
    return { manager, reason: `package.json asks for ${unknown.text}, which is not here; ${reason}` };
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
 * The manager of a folder of which nothing is said at all, of any runtime: like `auto`, but where no lock file is of one that
 * `auto` comes out at, another manager's lock file wins, and without any lock file its manifest, where there is no other.
 */
export function detectManager(project: FoundProject): Choice {
  const wished = AUTOMATIC.some(({ name }) => askedManagers(project).some((asked) => asked.name === name));
  if (wished || locksOf(project).length > 0) return chooseManager('auto', project);
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
  // Two editions of one manager name the same file.
  return found.filter(({ file }, index) => found.findIndex((other) => other.file === file) === index);
}

/** An install without the lock file it was made for gets other versions: whoever reads the report should know. */
function otherLock(asked: ManagerName, locks: readonly FoundLock[]): string {
  const [other] = locks;
  if (other === undefined || locks.some(({ name }) => name === asked)) return '';
  return `, though the project's lock file is ${other.file}: versions may not be the locked ones`;
}

/** Lock files of other managers beside the one that is kept to. */
function besideLock(asked: ManagerName, locks: readonly FoundLock[]): string {
  const others = locks.filter(({ name }) => name !== asked).map(({ file }) => file);
  return others.length === 0 || others.length === locks.length ? '' : ` (beside ${others.join(', ')})`;
}

/** What is locked for managers that do not run: whoever reads the report should know that it was not looked at. */
function strangeLocks({ files }: FoundProject, { recognition }: PackageManager): string {
  const strange = Object.entries(STRANGE_LOCKS).filter(
    ([file]) => files.includes(file) && !recognition.lockFiles.includes(file),
  );
  return strange.map(([file, owner]) => `; what ${file} locks was not installed (it is ${owner}'s)`).join('');
}

/** The edition of a manager that suits the project: the first that says why, else the last. */
function edition(name: ManagerName, project: FoundProject, why: string): Choice {
  const editions = MANAGERS.filter((manager) => manager.name === name);
  for (const manager of editions) {
    const because = manager.recognition.suits(project);
    if (because === undefined) continue;
    // What was said as the reason for the manager is not said again for its edition.
    const more = because.split('; ').filter((words) => !why.startsWith(words));
    return { manager, reason: [why, ...more].join('; ') };
  }
  return { manager: editions.at(-1) as PackageManager, reason: why };
}
