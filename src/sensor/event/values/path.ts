/**
 * Normalizes a path: absolute, without `.`, `..` and double slashes. Symbolic links are not resolved, as in Falco. An undefined `base`
 * means that the folder is unknown: Falco prints `<UNKNOWN>` for a relative path then.
 */
export function resolvePath(base: string | undefined, path: string): string {
  if (path.startsWith('/') && !NEEDS_WORK.test(path)) return path;
  if (!path.startsWith('/') && base === undefined) return '<UNKNOWN>';
  const names: string[] = [];
  for (const name of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') names.pop();
    else names.push(name);
  }
  return `/${names.join('/')}`;
}

const NEEDS_WORK = /\/(?:\/|\.{0,2}$|\.{1,2}\/)/;

/** Splits a path into its last name and what precedes it. */
export function splitPath(path: string): { readonly directory: string; readonly filename: string } {
  const slash = path.lastIndexOf('/');
  if (slash === -1) return { directory: '', filename: path };
  return { directory: slash === 0 ? '/' : path.slice(0, slash), filename: path.slice(slash + 1) };
}
