import { packNodeProject } from '../node/node-packing.js';
import type { Packing, ProjectView } from '../packing.js';

const FILES = { root: ['bunfig.toml'], lockFiles: ['bun.lock', 'bun.lockb'] };

/** What `bun install` needs; of a workspace it reads the manifest alone. @throws PackingError */
export function pack(project: ProjectView): Packing {
  return packNodeProject(project, FILES);
}
