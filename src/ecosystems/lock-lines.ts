/** A line of a file that names a package; some files name it without a version. */
export interface NamedPackage {
  readonly name: string;
  readonly version: string | null;
  /** Starts at 1. */
  readonly line: number;
}

/** Finds the packages that a file names. The text is untrusted project content, so the cost must be linear in the number of lines. */
export type LineReader = (lines: readonly string[]) => Iterable<NamedPackage>;

/** A file in the project's root that may determine what is installed. */
export interface DecidingFile {
  /** File name only. */
  readonly name: string;
  readonly packagesIn: LineReader;
}

/** The files that determine what a manager installs. */
export interface LockFiles {
  /** The most common file, named by default if a report does not know the actual one. */
  readonly usual: string;
  /** Lock files and manifests, in order of precedence. */
  readonly deciding: readonly DecidingFile[];
}

/** For formats where a heading names the package, and a later line its version. */
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

/** For formats with one line per package, with its version in the second group or without one. */
export function listed(pattern: RegExp): LineReader {
  return function* read(lines) {
    for (const [index, line] of lines.entries()) {
      const [, name, version = null] = pattern.exec(line) ?? [];
      if (name !== undefined) yield { name, version, line: index + 1 };
    }
  };
}
