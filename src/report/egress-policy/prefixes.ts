const MAX_PREFIXES = 8;
/** What may stand in a list of paths that other programs read; from the first other character on it is left out. */
const PLAIN = /^(?:\/[\w.~@+%-]*)*/;

/** The folders that some paths lie in, in few words: where they are many, what they have in common. None is all. */
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
  // A step upwards leads elsewhere.
  const safe = plain.replace(/\/(?:\.|%2e){1,2}(?:\/.*)?$/i, '/');
  return safe.slice(0, safe.lastIndexOf('/') + 1) || '/';
}

/** Without those that lie in another one. */
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
