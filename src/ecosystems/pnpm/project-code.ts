import { isCut } from '../node/settings.js';
import type { FoundProject } from '../project.js';
import { PNPMFILES } from './pack.js';

/** Files whose settings may name hooks, or packages that contain hooks. */
const SETTINGS = ['.npmrc', 'pnpm-workspace.yaml'];
const NAMING = /pnpmfile|config-?dependencies/i;
/** If each project of a workspace has its own lock file, it may have its own hooks, too. */
const SEPARATE = /shared-?workspace-?lockfile["']?\s*[:=]\s*["']?false/i;

/**
 * The project's own code that pnpm may run during the fetch; null if there is none. A file that is too long to be read completely may name
 * hooks, so it counts.
 */
export function projectCodeOf(project: FoundProject): string | null {
  const file = PNPMFILES.find((name) => project.files.includes(name));
  if (file !== undefined) return file;
  const text = (name: string): string => project.heads[name] ?? '';
  const naming = SETTINGS.find((name) => isCut(project, name) || NAMING.test(text(name)) || SEPARATE.test(text(name)));
  if (naming !== undefined) return naming;
  return NAMING.test(JSON.stringify(project.manifest.pnpm ?? {})) ? 'package.json' : null;
}
