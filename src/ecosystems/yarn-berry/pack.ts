import { parse } from 'yaml';
import { z } from 'zod';
import { packNodeProject } from '../node/node-packing.js';
import type { NodeManifest } from '../node/package-json.js';
import { majorOf } from '../project.js';
import type { Packing, ProjectView } from '../recognition/packing.js';
import { hasCredentials, type SecretSettings } from '../recognition/secret-settings.js';

const SETTINGS = '.yarnrc.yml';
const LOCK_FILE = 'yarn.lock';
const DEFAULT_CACHE = '.yarn/cache';

const schema = z.object({
  cacheFolder: z.string().catch(DEFAULT_CACHE),
  enableGlobalCache: z.boolean().optional().catch(undefined),
});

const FILES = {
  root: [SETTINGS, '.yarn/patches', '.yarn/releases', '.yarn/plugins'],
  lockFiles: [LOCK_FILE],
  broughtAlong(project: ProjectView, manifest: NodeManifest): readonly string[] {
    const { cacheFolder, enableGlobalCache } = settingsOf(project);
    return (enableGlobalCache ?? isGlobalByDefault(project, manifest)) ? [] : [cacheFolder];
  },
};

/** What `yarn install` of yarn 2 and later needs. @throws PackingError */
export function pack(project: ProjectView): Packing {
  return packNodeProject(project, FILES);
}

const SECRET = /^\s*['"]?(npmAuthToken|npmAuthIdent|httpsKeyFilePath|httpsCertFilePath)['"]?\s*:/;

export const YARNRC_YML_SECRETS: SecretSettings = {
  [SETTINGS](line) {
    const [, name] = SECRET.exec(line) ?? [];
    if (name !== undefined) return name;
    return hasCredentials(line) ? (line.split(':')[0]?.trim() ?? '') : null;
  },
};

function settingsOf(project: ProjectView): z.infer<typeof schema> {
  try {
    return schema.parse(parse(project.has(SETTINGS) ? project.read(SETTINGS) : '') ?? {});
  } catch {
    return schema.parse({});
  }
}

/** By default yarn 2 and 3 have their cache in the project, yarn 4 in HOME. */
function isGlobalByDefault(project: ProjectView, { packageManager }: NodeManifest): boolean {
  const [, asked] = /^yarn@(.+)/.exec(packageManager) ?? [];
  if (asked !== undefined) return (majorOf(asked) ?? 4) >= 4;
  const lockFile = project.has(LOCK_FILE) ? project.read(LOCK_FILE) : '';
  // Yarn 4.0 started with version 8 of the lock file.
  const [, version = '8'] = /^__metadata:\n(?: {2}.*\n)*? {2}version: (\d+)/m.exec(lockFile) ?? [];
  return Number(version) >= 8;
}
