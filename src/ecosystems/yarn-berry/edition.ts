import { askedVersion, type FoundProject, majorOf } from '../project.js';
import { VERSIONS } from '../versions.js';

/** The versions of yarn 2 and later in the image, by major version. */
export const YARN_EDITIONS = { 4: VERSIONS.YARN_BERRY_VERSION, 3: VERSIONS.YARN_3_VERSION } as const;
export type YarnMajor = keyof typeof YARN_EDITIONS;

/** The format version of the lock file; null for yarn 1's, which has none; undefined if there is no lock file. */
export function lockVersionOf({ heads }: FoundProject): number | null | undefined {
  const lock = heads['yarn.lock'];
  if (lock === undefined || lock.trim() === '') return undefined;
  // Yarn 2 and later write a `__metadata` entry, yarn 1 a comment.
  const version = /^__metadata:\s*\n\s+version: (\d+)/m.exec(lock)?.[1];
  return version === undefined ? null : Number(version);
}

/**
 * The edition for a project of yarn 2 or later, and the reason, in words for the report; undefined for a project of yarn 1. For a lock file
 * of yarn 3 or 2, yarn 4 would ask the registry about every package, even those that are part of the project.
 */
export function yarnEdition(
  project: FoundProject,
): { readonly major: YarnMajor; readonly because: string } | undefined {
  const asked = askedVersion(project, 'yarn');
  const requested =
    asked !== undefined && asked.version !== '' ? { text: asked.text, major: majorOf(asked.version) } : null;
  const version = lockVersionOf(project);
  const because = requested === null ? undefined : `package.json asks for ${requested.text}`;
  if (typeof version === 'number') {
    const isOld = version < 8;
    const isAsked = requested?.major === undefined || requested.major < 4 === isOld;
    const lock = `yarn.lock is of yarn ${isOld ? '3 or 2' : '4 or later'}`;
    return { major: isOld ? 3 : 4, because: because !== undefined && isAsked ? because : lock };
  }
  if (requested?.major === 1) return undefined;
  if (because !== undefined) return { major: (requested?.major ?? 4) < 4 ? 3 : 4, because };
  if (version === null) return undefined;
  return project.files.includes('.yarnrc.yml') ? { major: 4, because: '.yarnrc.yml is of yarn 2 or later' } : undefined;
}
