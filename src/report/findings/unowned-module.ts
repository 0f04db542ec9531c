const MODULES = '/node_modules/';

/**
 * Whether a path that lies in no package's folder is one where other packages find modules or commands: `node_modules/NAME`,
 * `node_modules/.bin/NAME`. `node_modules/.NAME` is a cache, a generated client, or a manager's record.
 */
export function isUnownedModule(path: string): boolean {
  const at = path.indexOf(MODULES);
  if (at === -1) return false;
  const module = path.slice(at + MODULES.length);
  return !module.startsWith('.') || module.startsWith('.bin/');
}
