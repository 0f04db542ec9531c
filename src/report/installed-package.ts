/** A package that is installed in the project, as found on the sandbox's disk after the install. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** Folder relative to the project's root, e.g. `node_modules/a/node_modules/b`; `.` is the project itself. */
  readonly path: string;
  /** The folder's absolute path with links resolved: `file:` packages and workspaces are links, and run from there. */
  readonly realPath: string;
  /** Names of its lifecycle scripts that an install runs (`preinstall`, `install`, `postinstall`, `prepare` …). */
  readonly scripts: readonly string[];
  /** Names of the packages it depends on (dependencies and optionalDependencies; devDependencies of the project). */
  readonly dependencies: readonly string[];
  /** Which folder (`realPath`) a dependency's name leads to, where that is not found by Node's look-up in `path` (pnpm's links). */
  readonly resolved?: Readonly<Record<string, string>> | undefined;
  /** Absolute paths of its command line tools. */
  readonly bins?: readonly string[] | undefined;
}

/** Whether a package is the project itself, one of its workspaces, or a folder that it links to. */
export function isLocal(pkg: InstalledPackage): boolean {
  return !/\/(node_modules|vendor\/bundle)\//.test(pkg.realPath);
}

/**
 * Whether it stands in a folder of its own name. The registry, or who depends on it, names the folder; its manifest, where the
 * name comes from, is the package's own word.
 */
export function standsUnderItsName(pkg: InstalledPackage): boolean {
  return !isLocal(pkg) && pkg.realPath.endsWith(`/node_modules/${pkg.name}`);
}
