import { ArchiveError } from './errors.js';
import type { ArchiveLimits } from './limits.js';
import type { TarEntry } from './tar-entry.js';

/** Maximum length of a file name on Linux, in bytes. */
const NAME_BYTES = 255;
/** The only legitimate name with a control character: macOS stores a folder's icon in a file `Icon` followed by a carriage return. */
const FOLDER_ICON = /(?<=^|\/)(?:\._)?Icon\r$/;
/** Node numbers: folders have numbers from 0 on, other kinds these. */
const FILE = -1;
const SYMLINK = -2;
/** The root of the archive. */
const ROOT = 0;

/**
 * The names of the archive's entries so far, used to check that the next one stays inside the root. This is guaranteed by construction: no
 * entry is below a symlink, no path changes between symlink and something else, and a symlink's target contains `..` only at its beginning,
 * over real folders. So following links never leaves the root, whatever the order of the entries.
 */
export class ArchiveTree {
  /** Keys are the number of the folder and the name in it: full paths would take ten times the memory in a hostile archive. */
  readonly #nodes = new Map<string, number>();
  readonly #limits: ArchiveLimits;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /** Adds the next entry. Returns the parts of its path; empty for the root itself. @throws ArchiveError naming the entry */
  add(entry: TarEntry): readonly string[] {
    if (entry.kind === 'device') throw refuse('device', entry, 'devices and pipes are not allowed');
    const parts = this.#parts(entry);
    this.#place(entry, parts);
    if (entry.kind === 'symlink') this.#checkSymlink(entry, parts.length - 1);
    if (entry.kind === 'link') this.#checkHardLink(entry);
    return parts;
  }

  #parts(entry: TarEntry): string[] {
    this.#checkText(entry, entry.path, 'path');
    if (entry.path.startsWith('/')) throw refuse('absolute-path', entry, 'absolute paths are not allowed');
    const parts = split(entry.path);
    if (parts.includes('..')) throw refuse('parent-path', entry, '".." is not allowed in a path');
    if (parts.length > this.#limits.depth) {
      throw refuse('path-too-deep', entry, `more than ${this.#limits.depth} folders deep (PACKWARDEN_MAX_DEPTH)`);
    }
    if (parts.some((part) => Buffer.byteLength(part) > NAME_BYTES)) {
      throw refuse('path-too-long', entry, `a name is longer than ${NAME_BYTES} bytes`);
    }
    return parts;
  }

  #checkText(entry: TarEntry, text: string, what: 'path' | 'link target'): void {
    if (text === '') throw refuse('corrupt-entry', entry, `its ${what} is empty`);
    if (/\p{Cc}/u.test(text.replace(FOLDER_ICON, 'Icon')))
      throw refuse('entry-name', entry, `control characters in its ${what}`);
    if (Buffer.byteLength(text) > this.#limits.pathBytes) {
      throw refuse('path-too-long', entry, `its ${what} is longer than ${this.#limits.pathBytes} bytes`);
    }
  }

  #place(entry: TarEntry, parts: readonly string[]): void {
    let folder = ROOT;
    for (const [i, part] of parts.slice(0, -1).entries()) {
      const node = this.#nodes.get(keyOf(folder, part));
      if (node === SYMLINK) {
        const link = parts.slice(0, i + 1).join('/');
        throw refuse('through-link', entry, `it is behind the symbolic link "${link}"`);
      }
      if (node === FILE) throw refuse('conflicting-entry', entry, 'it is below an entry that is a file');
      folder = node ?? this.#create(entry, keyOf(folder, part), 'directory');
    }
    const own = entry.kind === 'directory' || entry.kind === 'symlink' ? entry.kind : 'file';
    const name = parts.at(-1);
    const before = name === undefined ? ROOT : this.#nodes.get(keyOf(folder, name));
    if (before === undefined) {
      this.#create(entry, keyOf(folder, name ?? ''), own);
      return;
    }
    // A repeated file or folder is written by `tar --append`; every tar uses the last one.
    if (kindOf(before) !== own || own === 'symlink') {
      throw refuse('conflicting-entry', entry, `a ${own} where an earlier entry is a ${kindOf(before)}`);
    }
  }

  /** Folders that are only implied by paths count as well, so that deep paths can't fill the memory. */
  #create(entry: TarEntry, key: string, kind: NodeKind): number {
    const { entries } = this.#limits;
    if (this.#nodes.size >= entries) throw refuse('too-many-entries', entry, tooMany(entries));
    const node = kind === 'directory' ? this.#nodes.size + 1 : kind === 'symlink' ? SYMLINK : FILE;
    this.#nodes.set(key, node);
    return node;
  }

  #find(parts: readonly string[]): number | undefined {
    let node: number | undefined = ROOT;
    for (const part of parts) node = node === undefined ? undefined : this.#nodes.get(keyOf(node, part));
    return node;
  }

  #checkSymlink(entry: TarEntry, folders: number): void {
    this.#checkText(entry, entry.target, 'link target');
    const parts = split(entry.target);
    const climbs = parts.findIndex((part) => part !== '..');
    const up = climbs === -1 ? parts.length : climbs;
    if (entry.target.startsWith('/') || up > folders) {
      throw refuse('link-outside', entry, `the symbolic link to "${entry.target}" leaves the archive`);
    }
    if (parts.slice(up).includes('..')) {
      throw refuse('link-outside', entry, `the symbolic link to "${entry.target}" climbs after it has descended`);
    }
  }

  #checkHardLink(entry: TarEntry): void {
    this.#checkText(entry, entry.target, 'link target');
    const parts = split(entry.target);
    if (entry.target.startsWith('/') || parts.includes('..')) {
      throw refuse('link-outside', entry, `the hard link to "${entry.target}" leaves the archive`);
    }
    const isItself = parts.join('/') === split(entry.path).join('/');
    if (this.#find(parts) !== FILE || isItself) {
      throw refuse('link-target', entry, `the hard link to "${entry.target}" is to no earlier file of the archive`);
    }
  }
}

type NodeKind = 'file' | 'directory' | 'symlink';

function kindOf(node: number): NodeKind {
  if (node === FILE) return 'file';
  return node === SYMLINK ? 'symlink' : 'directory';
}

/** Names never contain a slash, so the key is unambiguous. */
function keyOf(folder: number, name: string): string {
  return `${folder}/${name}`;
}

/** The message for an archive with more than `entries` files and folders. */
export function tooMany(entries: number): string {
  return `the archive has more than ${entries} files and folders, the limit of this service (PACKWARDEN_MAX_ENTRIES)`;
}

/** The names in a path; empty for the root itself. */
export function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function refuse(code: ConstructorParameters<typeof ArchiveError>[0], entry: TarEntry, reason: string): ArchiveError {
  return new ArchiveError(code, reason, { entry: entry.path });
}
