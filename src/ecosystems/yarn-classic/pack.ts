import { packNodeProject } from '../node/node-packing.js';
import { isSecretSetting, npmrcSetting } from '../node/npmrc.js';
import type { Packing, ProjectView } from '../recognition/packing.js';
import { hasCredentials, type SecretSettings } from '../recognition/secret-settings.js';

/** A folder of tarballs from which packages are installed before asking a registry. */
const MIRROR = 'yarn-offline-mirror';

const FILES = {
  root: ['.yarnrc', '.yarn/releases'],
  lockFiles: ['yarn.lock'],
  broughtAlong: mirrors,
};

/** What `yarn install` of yarn 1 needs. @throws PackingError */
export function pack(project: ProjectView): Packing {
  return packNodeProject(project, FILES);
}

/** For `.yarnrc`: `name value` lines, each word in quotes or not. */
export const YARNRC_SECRETS: SecretSettings = {
  '.yarnrc'(line) {
    const [name = ''] = line.trim().split(/\s+/);
    return isSecretSetting(name.replaceAll(/["']/g, '')) || hasCredentials(line) ? name : null;
  },
};

/** The folder configured in `.yarnrc`, otherwise in `.npmrc`. */
function mirrors(project: ProjectView): readonly string[] {
  const yarnrc = project.has('.yarnrc') ? project.read('.yarnrc') : '';
  const npmrc = project.has('.npmrc') ? project.read('.npmrc') : '';
  const [, , path = npmrcSetting(npmrc, MIRROR)] =
    new RegExp(`^\\s*["']?${MIRROR}["']?\\s+(["']?)(.+?)\\1\\s*$`, 'm').exec(yarnrc) ?? [];
  return path === undefined || path === 'false' ? [] : [path];
}
