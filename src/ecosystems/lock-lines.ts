/** A place where a file names a package; some files name it without a version. */
export interface NamedPackage {
  readonly name: string;
  readonly version: string | null;
  /** From 1. */
  readonly line: number;
}

/** Finds the packages that a file names. The text is the project's own and may be anything: the cost is one look at each line. */
export type LineReader = (lines: readonly string[]) => Iterable<NamedPackage>;

/** A file of a project's root that may say what is installed. */
export interface DecidingFile {
  /** Without a folder. */
  readonly name: string;
  readonly packagesIn: LineReader;
}

/** The files that say what a manager installs. */
export interface LockFiles {
  /** What most projects have: its name is used where a report does not say which file it was. */
  readonly usual: string;
  /** Lock files and manifests, the one that decides first. */
  readonly deciding: readonly DecidingFile[];
}

/** A heading that names a package, and its version on a line below. */
export function headed(nameOf: (line: string) => string | undefined, version: RegExp): LineReader {
  return function* read(lines) {
    let open: NamedPackage | undefined;
    for (const [index, line] of lines.entries()) {
      const name = nameOf(line);
      const found = open === undefined ? undefined : version.exec(line)?.[1];
      if (name !== undefined) {
        if (open !== undefined) yield open;
        open = { name, version: null, line: index + 1 };
      } else if (open !== undefined && found !== undefined) {
        yield { ...open, version: found };
        open = undefined;
      }
    }
    if (open !== undefined) yield open;
  };
}

/** One line that names a package, with its version in the second group or without one. */
export function listed(pattern: RegExp): LineReader {
  return function* read(lines) {
    for (const [index, line] of lines.entries()) {
      const [, name, version = null] = pattern.exec(line) ?? [];
      if (name !== undefined) yield { name, version, line: index + 1 };
    }
  };
}
