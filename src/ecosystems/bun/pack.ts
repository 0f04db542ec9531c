import { packNodeProject } from '../node/node-packing.js';
import type { Packing, ProjectView } from '../packing.js';
import { hasCredentials, type SecretSettings } from '../secret-settings.js';

// A binary lock file names nothing that can be read out of it.
const FILES = { root: ['bunfig.toml', 'bun.lockb'], lockFiles: ['bun.lock'] };

/** What `bun install` needs; of a workspace it reads the manifest alone. @throws PackingError */
export function pack(project: ProjectView): Packing {
  return packNodeProject(project, FILES);
}

const SECRET = /(?:^|[\s{,])["']?(token|password|username)["']?\s*=/;

/** `bunfig.toml`: a table of a registry on one line goes as a whole. */
export const BUNFIG_SECRETS: SecretSettings = {
  'bunfig.toml'(line) {
    const [, name] = SECRET.exec(line) ?? [];
    return name ?? (hasCredentials(line) ? (line.split('=')[0]?.trim() ?? '') : null);
  },
};
