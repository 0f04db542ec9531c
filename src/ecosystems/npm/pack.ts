import { packNodeProject } from '../node/node-packing.js';
import type { Packing, ProjectView } from '../recognition/packing.js';

const FILES = { root: [], lockFiles: ['npm-shrinkwrap.json', 'package-lock.json'] };

/** What `npm ci` or `npm install` needs; of a workspace npm only reads the manifest. @throws PackingError */
export function pack(project: ProjectView): Packing {
  return packNodeProject(project, FILES);
}
