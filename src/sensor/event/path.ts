/**
 * The folder that the kernel side names from the leaf up, NUL behind each name, as an absolute path. The first name of
 * what is no file of a folder (`memfd:x`, `anon_inode:[eventpoll]`) has no slash of its own in the kernel either.
 */
export function pathFromComponents(bytes: Buffer): string {
  if (bytes.length === 0) return '/';
  const names = bytes.toString('utf8').split('\0');
  names.pop();
  let path = '';
  for (let i = names.length - 1; i >= 0; i--) {
    // The topmost folder of a mount that is attached nowhere calls itself "/".
    if (names[i] !== '/') path += `/${names[i]}`;
  }
  return path === '' ? '/' : path;
}

/**
 * A path as the caller meant it: absolute, without `.`, `..` and double slashes. Symbolic links stay, as in Falco.
 * `undefined` as base means that the folder is not known: Falco says `<UNKNOWN>` then.
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

/** The last name of a path, and what stands before it. */
export function splitPath(path: string): { readonly directory: string; readonly filename: string } {
  const slash = path.lastIndexOf('/');
  if (slash === -1) return { directory: '', filename: path };
  return { directory: slash === 0 ? '/' : path.slice(0, slash), filename: path.slice(slash + 1) };
}
