import { packNodeProject } from '../node/node-packing.js';
import type { Packing, ProjectView } from '../recognition/packing.js';
import { hasCredentials, type SecretSettings } from '../recognition/secret-settings.js';

// A binary lock file contains no readable paths.
const FILES = { root: ['bunfig.toml', 'bun.lockb'], lockFiles: ['bun.lock'] };

/** What `bun install` needs; of a workspace it only reads the manifest. @throws PackingError */
export function pack(project: ProjectView): Packing {
  return packNodeProject(project, FILES);
}

const SECRET = /(?:^|[\s{,])["']?(token|password|username)["']?\s*=/;

/** For `bunfig.toml`: a registry's table on a single line is removed as a whole. */
export const BUNFIG_SECRETS: SecretSettings = {
  'bunfig.toml'(line) {
    const [, name] = SECRET.exec(line) ?? [];
    return name ?? (hasCredentials(line) ? (line.split('=')[0]?.trim() ?? '') : null);
  },
};
