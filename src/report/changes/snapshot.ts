/** What `stat` and `readlink` say about a file, without reading its content. */
export interface FileState {
  /** The type as `find` prints it: `f` a file, `d` a folder, `l` a symbolic link, … */
  readonly type: string;
  readonly inode: string;
  /** The number of hard links to the file. */
  readonly links: string;
  readonly size: string;
  /** When the content was last changed (mtime), in seconds since the epoch; the file's owner can set it. */
  readonly modified: string;
  /** When anything about the file was last changed (ctime); the kernel sets it, and nothing in a sandbox can choose it. */
  readonly changed: string;
  readonly mode: string;
  /** The target of a symbolic link; empty for everything else. */
  readonly target: string;
}

/** The files of a sandbox at one time, by absolute path. */
export type Snapshot = ReadonlyMap<string, FileState>;

/**
 * What happened to a file. `linked`: it got another hard link (`names`) and its content looks unchanged; it is unchanged unless
 * somebody wrote through that link.
 */
export type ChangeKind = 'added' | 'removed' | 'changed' | 'linked';

/** A file that differs from the earlier snapshot. */
export interface FileChange {
  readonly path: string;
  readonly kind: ChangeKind;
  /** For `linked`: the other names of the file. */
  readonly names: readonly string[];
  /** For `changed`: the file has several names, as many as before, and only its ctime differs. */
  readonly isOnlyTouched?: boolean;
}

/** The differences between two snapshots. Folders matter only through the files in them, and if they were replaced by something else. */
export function changesBetween(before: Snapshot, after: Snapshot): readonly FileChange[] {
  const changes: FileChange[] = [];
  let names: ReadonlyMap<string, readonly string[]> | undefined;
  for (const [path, state] of after) {
    const was = before.get(path);
    if (was === undefined) {
      if (state.type !== 'd') changes.push({ path, kind: 'added', names: [] });
      continue;
    }
    if (was.changed === state.changed && was.inode === state.inode && was.type === state.type) continue;
    if (state.type === 'd' && was.type === 'd') continue;
    if (!isOnlyLinked(was, state)) {
      const isOnlyTouched = state.links !== '1' && was.links === state.links && looksSame(was, state);
      changes.push({ path, kind: 'changed', names: [], ...(isOnlyTouched ? { isOnlyTouched } : {}) });
      continue;
    }
    names ??= namesByInode(after);
    const others = names.get(state.inode)?.filter((name) => name !== path) ?? [];
    // If no other name is among the snapshot's files, nothing is known about writes through it.
    changes.push(others.length === 0 ? { path, kind: 'changed', names: [] } : { path, kind: 'linked', names: others });
  }
  for (const [path, { type }] of before) {
    if (type !== 'd' && !after.has(path)) changes.push({ path, kind: 'removed', names: [] });
  }
  return changes;
}

/** Only the number of hard links differs: some packages make a hard link to the program of another package. */
function isOnlyLinked(was: FileState, state: FileState): boolean {
  return looksSame(was, state) && was.links !== state.links;
}

function looksSame(was: FileState, state: FileState): boolean {
  return (['type', 'inode', 'size', 'modified', 'mode', 'target'] as const).every((name) => was[name] === state[name]);
}

function namesByInode(snapshot: Snapshot): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const [path, { inode, links, type }] of snapshot) {
    if (type !== 'f' || links === '1') continue;
    const known = names.get(inode);
    if (known === undefined) names.set(inode, [path]);
    else known.push(path);
  }
  return names;
}
