/** The files of a project where its owners have it, by paths relative to its root with `/`. */
export interface ProjectView {
  /** Whether there is a file or folder; what lies behind a link to a folder does not count. */
  has(path: string): boolean;
  isFolder(path: string): boolean;
  /** The content of a text file that is there. */
  read(path: string): string;
  /** `path` as written in a file of `folder`, relative to the root; null when it leaves the root. */
  resolve(folder: string, path: string): string | null;
  /** Files below the root that one of the patterns fits, and none with a leading `!`; without installed packages. */
  matching(patterns: readonly string[]): readonly string[];
}

/** What of a project an install by its package manager needs. */
export interface Packing {
  /** Files, and folders with everything in them; one that is not there is passed over. */
  readonly paths: readonly string[];
  /**
   * Folders of packages that the project brings along. What its repository ignores of them is a cache of this machine, and
   * not packed: it may be large.
   */
  readonly broughtAlong: readonly string[];
  /** What the owners should know, a sentence each. It may hold texts of the project. */
  readonly notes: readonly string[];
  /** The project's own scripts that may read any of its files, as `name: command`: with such, all of it is packed. */
  readonly readingScripts: readonly string[];
}

/** A project that can't be packed. `message` is fit for its owners, and may hold texts of the project. */
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
