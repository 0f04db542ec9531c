import { askedVersion, type FoundProject, majorOf } from '../project.js';
import { VERSIONS } from '../versions.js';

/** The versions of yarn in the image that are no yarn 1, by major. */
export const YARN_EDITIONS = { 4: VERSIONS.YARN_BERRY_VERSION, 3: VERSIONS.YARN_3_VERSION } as const;
export type YarnMajor = keyof typeof YARN_EDITIONS;

/** The version of the lock file's form; null for yarn 1's, which has none, undefined where there is no lock file. */
export function lockVersionOf({ heads }: FoundProject): number | null | undefined {
  const lock = heads['yarn.lock'];
  if (lock === undefined || lock.trim() === '') return undefined;
  // Yarn 2 and later write a `__metadata` entry, yarn 1 a comment.
  const version = /^__metadata:\s*\n\s+version: (\d+)/m.exec(lock)?.[1];
  return version === undefined ? null : Number(version);
}

/**
 * The edition for a project of yarn 2 or later, and why, in words for the report; undefined for one of yarn 1. Yarn 4 asks the registry
 * for every package of a lock file that yarn 3 or 2 wrote, also for those that the project brings along.
 */
export function yarnEdition(
  project: FoundProject,
): { readonly major: YarnMajor; readonly because: string } | undefined {
  const asked = askedVersion(project, 'yarn');
  const wish = asked !== undefined && asked.version !== '' ? { text: asked.text, major: majorOf(asked.version) } : null;
  const version = lockVersionOf(project);
  const because = wish === null ? undefined : `package.json asks for ${wish.text}`;
  if (typeof version === 'number') {
    const isOld = version < 8;
    const isAsked = wish?.major === undefined || wish.major < 4 === isOld;
    const lock = `yarn.lock is of yarn ${isOld ? '3 or 2' : '4 or later'}`;
    return { major: isOld ? 3 : 4, because: because !== undefined && isAsked ? because : lock };
  }
  if (wish?.major === 1) return undefined;
  if (because !== undefined) return { major: (wish?.major ?? 4) < 4 ? 3 : 4, because };
  if (version === null) return undefined;
  return project.files.includes('.yarnrc.yml') ? { major: 4, because: '.yarnrc.yml is of yarn 2 or later' } : undefined;
}
