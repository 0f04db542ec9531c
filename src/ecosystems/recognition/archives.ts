/** The archives that projects contain: yarn's cache of zip files, folders of tarballs and gems. */
const ARCHIVE = /\.(?:zip|tgz|tar\.gz|gem)$/;

/** The names of the archives among these files. */
export function archivesIn(paths: Iterable<string>): readonly string[] {
  return [...paths].filter((path) => ARCHIVE.test(path)).map((path) => path.slice(path.lastIndexOf('/') + 1));
}

/**
 * Whether an archive's name is that of a package: `name-1.0.0.gem`, `@scope-name-1.0.0.tgz`, in yarn's cache
 * `@scope-name-npm-1.0.0-0123abc.zip`.
 */
export function isArchiveOf(
  file: string,
  { name, version }: { readonly name: string; readonly version: string },
): boolean {
  const plain = name.replace('/', '-');
  const starts = [`${plain}-${version}`, `${plain}-npm-${version}`];
  return starts.some((start) => file.startsWith(start) && /^[-.]/.test(file.slice(start.length)));
}
