import { satisfies, validRange } from 'semver';
import { npmrcOf } from '../node/settings.js';
import { askedVersion, type FoundProject, majorOf } from '../project.js';
import { VERSIONS } from '../versions.js';

/** The versions of pnpm in the image, by major version, newest first. */
export const PNPM_EDITIONS = {
  12: VERSIONS.PNPM_VERSION,
  10: VERSIONS.PNPM_10_VERSION,
  9: VERSIONS.PNPM_9_VERSION,
} as const;
export type PnpmMajor = keyof typeof PNPM_EDITIONS;
const MAJORS: readonly PnpmMajor[] = [12, 10, 9];

/** An edition, and why it suits a project, in words for the report (empty: nothing to add). */
interface Suited {
  readonly major: PnpmMajor;
  readonly because: string;
}

/**
 * Settings of `.npmrc` that affect the layout or the content of the lock file. pnpm 11 and later only read them from pnpm-workspace.yaml.
 */
const OLD_SETTINGS =
  /^(?:auto-install-peers|dedupe-(?:direct-deps|peer-dependents)|exclude-links-from-lockfile|(?:public-|shamefully-)?hoist(?:-pattern)?|ignore-pnpmfile|inject-workspace-packages|(?:link|prefer)-workspace-packages|lockfile(?:-dir)?|peers-suffix-max-length|pnpmfile|resolution-mode|resolve-peers-from-workspace-root|shared-workspace-lockfile|strict-peer-dependencies)$/;

/**
 * The edition that installs a project as intended. The lock file is decisive (pnpm 10 and later can't read pnpm 8's, and hash hooks and
 * patches differently from pnpm 9), then what package.json asks for, then where the project keeps its settings.
 */
export function pnpmEdition(project: FoundProject): Suited {
  return (
    byLockFile(project) ?? byRequest(project) ?? byEngines(project) ?? bySettings(project) ?? { major: 12, because: '' }
  );
}

/** The format version of the lock file; undefined if it has none. */
export function lockVersionOf({ heads }: FoundProject): string | undefined {
  return /^lockfileVersion:\s*['"]?(\d+(?:\.\d+)?)/m.exec(heads['pnpm-lock.yaml'] ?? '')?.[1];
}

function byLockFile(project: FoundProject): Suited | undefined {
  const lock = project.heads['pnpm-lock.yaml'] ?? '';
  const version = lockVersionOf(project);
  const major = version === undefined ? 9 : Number.parseInt(version, 10);
  if (major < 6)
    return { major: 9, because: `pnpm-lock.yaml has lockfileVersion ${version}, which pnpm 8 and later do not read` };
  if (major < 9)
    return { major: 9, because: `pnpm-lock.yaml has lockfileVersion ${version}, which pnpm 10 and later do not read` };
  // MD5 in base32 or hexadecimal; pnpm 10 and later use SHA-256.
  const hasOldHash =
    /^(?:pnpmfileChecksum|packageExtensionsChecksum): [a-z2-7\d]{26,32}$|^ {4}hash: [a-z2-7]{26}$/m.test(lock);
  return hasOldHash
    ? { major: 9, because: 'pnpm-lock.yaml has checksums as pnpm 9 and earlier write them' }
    : undefined;
}

function byRequest(project: FoundProject): Suited | undefined {
  const asked = askedVersion(project, 'pnpm');
  if (asked === undefined) return undefined;
  const because = `package.json asks for ${asked.text}`;
  const settings = bySettings(project);
  if (settings !== undefined && admits(asked.version, settings.major)) return settings;
  const admitted = admittedBy(asked.version);
  if (admitted !== undefined) return { major: admitted, because };
  const major = majorOf(asked.version);
  if (major === undefined) return undefined;
  const nearest = MAJORS.find((candidate) => candidate <= major) ?? 9;
  // pnpm 11 reads its settings from the same places as pnpm 12.
  const taken = major === 11 ? 12 : nearest;
  return { major: taken, because: taken === major ? because : `${because}; the nearest here is pnpm ${taken}` };
}

function byEngines({ manifest }: FoundProject): Suited | undefined {
  const range = (manifest.engines as Record<string, unknown> | null | undefined)?.pnpm;
  const major = typeof range === 'string' ? admittedBy(range) : undefined;
  // A range that admits the newest edition doesn't need an older one.
  return major === undefined || major === 12
    ? undefined
    : { major, because: `engines.pnpm of package.json is ${range}` };
}

/** The newest edition that a range admits. */
function admittedBy(range: string): PnpmMajor | undefined {
  return MAJORS.find((major) => admits(range, major));
}

function admits(range: string, major: PnpmMajor): boolean {
  return validRange(range) !== null && satisfies(PNPM_EDITIONS[major], range);
}

function bySettings(project: FoundProject): Suited | undefined {
  const { pnpm } = project.manifest;
  const later = 'which pnpm 11 and later ignore there';
  if (pnpm !== null && typeof pnpm === 'object' && Object.keys(pnpm).length > 0) {
    return { major: 10, because: `package.json has settings of pnpm, ${later}` };
  }
  const setting = [...npmrcOf(project).keys()].find((name) => OLD_SETTINGS.test(name));
  return setting === undefined ? undefined : { major: 10, because: `.npmrc has ${setting}, ${later}` };
}
