/** The files of a project on its owner's machine, by paths relative to its root with `/`. */
export interface ProjectView {
  /** Whether there is such a file or folder; anything behind a link to a folder is ignored. */
  has(path: string): boolean;
  isFolder(path: string): boolean;
  /** The content of an existing text file. */
  read(path: string): string;
  /** A `path` in a file of `folder`, relative to the root; null if it leaves the root. */
  resolve(folder: string, path: string): string | null;
  /** Files below the root that match one of the patterns, and none with a leading `!`; without installed packages. */
  matching(patterns: readonly string[]): readonly string[];
}

/** The files of a project that an install by its package manager needs. */
export interface Packing {
  /** Files, and folders with everything in them; missing ones are skipped. */
  readonly paths: readonly string[];
  /**
   * Folders of packages that are part of the project. Files in them that the repository ignores are a local cache, which may be large, and
   * are not packed.
   */
  readonly broughtAlong: readonly string[];
  /** Notes for the owners, one sentence each. May contain texts of the project. */
  readonly notes: readonly string[];
  /** The project's own scripts that may read any of its files, as `name: command`: if there are any, the whole project is packed. */
  readonly readingScripts: readonly string[];
}

/** A project that can't be packed. `message` is written for its owners, and may contain texts of the project. */
export class PackingError extends Error {
  override readonly name = 'PackingError';

  constructor(
    readonly code: 'no-manifest' | 'bad-manifest' | 'outside',
    message: string,
    options?: { readonly cause: unknown },
  ) {
    super(message, options);
  }
}
