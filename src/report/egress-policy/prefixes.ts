const MAX_PREFIXES = 8;
/** Characters that are safe in a list of paths for other programs; a path is cut before the first other one. */
const PLAIN = /^(?:\/[\w.~@+%-]*)*/;

/** The folders that contain some paths; if there are too many, their common parent folders. For no paths, `/`. */
export function prefixesOf(paths: readonly string[]): string[] {
  let folders = outermost(paths.map(folderOf));
  if (folders.length === 0) return ['/'];
  while (folders.length > MAX_PREFIXES) {
    const deepest = Math.max(...folders.map(depth));
    folders = outermost(folders.map((folder) => (depth(folder) === deepest ? above(folder) : folder)));
  }
  return folders.sort();
}

function folderOf(path: string): string {
  const plain = PLAIN.exec(path.split('?')[0] ?? '')?.[0] ?? '';
  // A `..` leads to another folder, so the path is cut before it.
  const safe = plain.replace(/\/(?:\.|%2e){1,2}(?:\/.*)?$/i, '/');
  return safe.slice(0, safe.lastIndexOf('/') + 1) || '/';
}

/** Removes folders that are inside of another one. */
function outermost(folders: readonly string[]): string[] {
  const all = [...new Set(folders)];
  return all.filter((folder) => !all.some((other) => other !== folder && folder.startsWith(other)));
}

function depth(folder: string): number {
  return folder.split('/').length;
}

function above(folder: string): string {
  return folder.slice(0, folder.slice(0, -1).lastIndexOf('/') + 1) || '/';
}
