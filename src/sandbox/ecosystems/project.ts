import { z } from 'zod';
import { PROJECT } from '../identity.js';

/** What `image/opt/find-root.mjs` tells of an unpacked project. */
export const foundProject = z.object({
  /** The folder of the manifest. */
  root: z.string().startsWith(PROJECT).max(4096),
  /** The lock and configuration files at the root that tell a package manager. */
  files: z.array(z.string().max(64)).max(16),
  /** `name@version` as package.json asks for it, by `packageManager` or `devEngines`. */
  packageManager: z.string().max(200).nullable(),
  /** Which yarn wrote yarn.lock; null without one. */
  yarnLock: z.enum(['classic', 'berry']).nullable(),
});
export type FoundProject = Readonly<z.infer<typeof foundProject>>;
