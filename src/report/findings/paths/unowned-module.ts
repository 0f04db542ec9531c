const MODULES = '/node_modules/';

/**
 * Whether a path outside of every package's folder is one where other packages find modules or commands: `node_modules/NAME`,
 * `node_modules/.bin/NAME`. Other paths `node_modules/.NAME` are caches, generated clients, or a manager's records.
 */
export function isUnownedModule(path: string): boolean {
  const at = path.indexOf(MODULES);
  if (at === -1) return false;
  const module = path.slice(at + MODULES.length);
  return !module.startsWith('.') || module.startsWith('.bin/');
}
