import { isCut } from '../node/settings.js';
import type { FoundProject } from '../project.js';
import { PNPMFILES } from './pack.js';

/** Files whose settings may name such hooks, or packages that bring some. */
const SETTINGS = ['.npmrc', 'pnpm-workspace.yaml'];
const NAMING = /pnpmfile|config-?dependencies/i;
/** Where every project of a workspace has a lock file of its own, it may have hooks of its own, too. */
const SEPARATE = /shared-?workspace-?lockfile["']?\s*[:=]\s*["']?false/i;

/**
 * What of the project's own code pnpm may run on the way; null where it runs none. A file that is too long to be seen whole may name
 * hooks.
 */
export function projectCodeOf(project: FoundProject): string | null {
  const file = PNPMFILES.find((name) => project.files.includes(name));
  if (file !== undefined) return file;
  const text = (name: string): string => project.heads[name] ?? '';
  const naming = SETTINGS.find((name) => isCut(project, name) || NAMING.test(text(name)) || SEPARATE.test(text(name)));
  if (naming !== undefined) return naming;
  return NAMING.test(JSON.stringify(project.manifest.pnpm ?? {})) ? 'package.json' : null;
}
