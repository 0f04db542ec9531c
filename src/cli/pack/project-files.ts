import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { globSync } from 'tinyglobby';
import type { ProjectView } from '../../ecosystems/recognition/packing.js';
import { gitFilesIn } from './git-files.js';
import { isSecretFile } from './secrets.js';

const NEVER = ['**/node_modules/**', '**/.git/**'];

/** The files of a project's folder, by paths relative to it with `/`. */
export class ProjectFiles implements ProjectView {
  readonly root: string;

  constructor(folder: string) {
    this.root = realpathSync(folder);
  }

  /** Files behind a link to a folder do not count: unpacking the archive would write them through that link. */
  has(path: string): boolean {
    const file = join(this.root, path);
    return existsSync(file) && realpathSync(dirname(file)) === (path === '.' ? dirname(this.root) : dirname(file));
  }

  isFolder(path: string): boolean {
    return this.has(path) && lstatSync(join(this.root, path)).isDirectory();
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  /** Resolves `path`, as written in a file of `folder`, relative to the root; null when it leaves the root. */
  resolve(folder: string, path: string): string | null {
    const inside = posix.normalize(posix.join(folder, path)).replace(/\/$/, '');
    return inside === '..' || inside.startsWith('../') || posix.isAbsolute(path) ? null : inside;
  }

  /** For a file itself; for a folder all files in it except `node_modules` and `.git`. */
  under(path: string): readonly string[] {
    if (!this.isFolder(path)) return this.has(path) ? [path] : [];
    return this.matching(['**'], path).map((file) => posix.join(path, file));
  }

  /** Files of `folder` that match one of the patterns and no pattern with a leading `!`; relative to `folder`. */
  matching(patterns: readonly string[], folder = '.'): readonly string[] {
    const cwd = join(this.root, folder);
    const found = globSync([...patterns], { cwd, dot: true, ignore: NEVER, followSymbolicLinks: false });
    // A file from outside of the root would also be unpacked outside of the archive's folder.
    return found.filter((file) => this.resolve(folder, file) !== null).toSorted();
  }

  /** The files of a folder that git does not ignore; all of them without git. */
  kept(path: string): readonly string[] {
    return this.#gitFiles()?.filter((file) => file.startsWith(`${path}/`) && this.has(file)) ?? this.under(path);
  }

  /** All files of the project that git does not ignore; all of them without git. Never secret files. */
  all(): readonly string[] {
    const files = this.#gitFiles() ?? this.under('.');
    return files.filter((file) => this.has(file) && !this.isFolder(file) && !isSecretFile(basename(file)));
  }

  #gitFiles(): readonly string[] | undefined {
    const files = gitFilesIn(this.root)?.filter((file) => !/(^|\/)node_modules\//.test(file)) ?? [];
    return files.length === 0 ? undefined : files;
  }
}

/** `path` relative to `base`, with `/`; null when it lies outside. */
export function relativeTo(base: string, path: string): string | null {
  const found = relative(base, path).split(sep).join('/');
  return found.startsWith('..') ? null : found;
}
