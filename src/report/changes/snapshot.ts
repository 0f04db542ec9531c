/** What is known of a file without reading it: as `stat` and `readlink` tell it. */
export interface FileState {
  /** As `find` prints it: `f` a file, `d` a folder, `l` a symbolic link, … */
  readonly type: string;
  readonly inode: string;
  /** How many names the file has. */
  readonly links: string;
  readonly size: string;
  /** When its content changed last, in seconds since the epoch; whoever owns the file can set it. */
  readonly modified: string;
  /** When anything about it changed last; the kernel sets it, and nobody in a sandbox can choose it. */
  readonly changed: string;
  readonly mode: string;
  /** Where a symbolic link leads; empty for all else. */
  readonly target: string;
}

/** The files of a sandbox at one time, by absolute path. */
export type Snapshot = ReadonlyMap<string, FileState>;

/**
 * What became of a file. `linked`: it has got another name (`names`) and its content looks as before, which it is unless somebody wrote
 * through that name.
 */
export type ChangeKind = 'added' | 'removed' | 'changed' | 'linked';

/** A file that is not as it was. */
export interface FileChange {
  readonly path: string;
  readonly kind: ChangeKind;
  /** Of `linked`: the other names of the file. */
  readonly names: readonly string[];
  /** Of `changed`: it has as many other names as before, and nothing but the time of its last change tells of one. */
  readonly isOnlyTouched?: boolean;
}

/** What differs between two snapshots. A folder is of interest for the files in it, and where it became something else. */
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
    // Where no other name is to be seen, nobody can say what was written through it.
    changes.push(others.length === 0 ? { path, kind: 'changed', names: [] } : { path, kind: 'linked', names: others });
  }
  for (const [path, { type }] of before) {
    if (type !== 'd' && !after.has(path)) changes.push({ path, kind: 'removed', names: [] });
  }
  return changes;
}

/** A hard link was made to it, as some packages do with the program that another one brings, and nothing else is to be seen. */
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
