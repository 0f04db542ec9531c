import { ArchiveError } from './errors.js';
import type { ArchiveLimits } from './limits.js';
import type { TarEntry } from './tar-entry.js';

/** A name on Linux file systems, in bytes. */
const NAME_BYTES = 255;
/** Folders that entries imply count as well, so that 10,000 deep paths do not fill the memory. */
const NODES_PER_ENTRY = 4;

type NodeKind = 'file' | 'directory' | 'symlink';

/**
 * The names an archive has given so far, and whether the next one keeps inside the root. The proof is by construction:
 * no entry lies below a symlink, no path changes between symlink and something else, and a symlink's target climbs only
 * at its beginning, over real folders, so following links never leaves the root, whatever their order in the archive.
 */
export class ArchiveTree {
  readonly #nodes = new Map<string, NodeKind>();
  readonly #limits: ArchiveLimits;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /** Takes the next entry. Resolves to its path in parts; none for the root itself. @throws ArchiveError naming it */
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
      throw refuse('path-too-deep', entry, `more than ${this.#limits.depth} folders deep`);
    }
    if (parts.some((part) => Buffer.byteLength(part) > NAME_BYTES)) {
      throw refuse('path-too-long', entry, `a name is longer than ${NAME_BYTES} bytes`);
    }
    return parts;
  }

  #checkText(entry: TarEntry, text: string, what: 'path' | 'link target'): void {
    if (text === '') throw refuse('corrupt-entry', entry, `its ${what} is empty`);
    if (/\p{Cc}/u.test(text)) throw refuse('entry-name', entry, `control characters in its ${what}`);
    if (Buffer.byteLength(text) > this.#limits.pathBytes) {
      throw refuse('path-too-long', entry, `its ${what} is longer than ${this.#limits.pathBytes} bytes`);
    }
  }

  #place(entry: TarEntry, parts: readonly string[]): void {
    let path = '';
    for (const part of parts.slice(0, -1)) {
      path += part;
      const node = this.#nodes.get(path);
      if (node === 'symlink') throw refuse('through-link', entry, `it lies behind the symbolic link "${path}"`);
      if (node === 'file') throw refuse('conflicting-entry', entry, 'it lies below an entry that is a file');
      if (node === undefined) this.#set(entry, path, 'directory');
      path += '/';
    }
    const own = entry.kind === 'directory' || entry.kind === 'symlink' ? entry.kind : 'file';
    const before = parts.length === 0 ? 'directory' : this.#nodes.get(parts.join('/'));
    if (before === undefined) {
      this.#set(entry, parts.join('/'), own);
      return;
    }
    // The same file or folder again is what `tar --append` writes: the last one wins in every tar.
    if (before !== own || own === 'symlink') {
      throw refuse('conflicting-entry', entry, `a ${own} where an earlier entry is a ${before}`);
    }
  }

  #set(entry: TarEntry, path: string, kind: NodeKind): void {
    if (this.#nodes.size >= this.#limits.entries * NODES_PER_ENTRY) {
      throw refuse('too-many-entries', entry, `more than ${this.#limits.entries * NODES_PER_ENTRY} files and folders`);
    }
    this.#nodes.set(path, kind);
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
    const target = parts.join('/');
    if (this.#nodes.get(target) !== 'file' || target === split(entry.path).join('/')) {
      throw refuse('link-target', entry, `the hard link to "${entry.target}" is to no earlier file of the archive`);
    }
  }
}

function split(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function refuse(code: ConstructorParameters<typeof ArchiveError>[0], entry: TarEntry, reason: string): ArchiveError {
  return new ArchiveError(code, reason, { entry: entry.path });
}
