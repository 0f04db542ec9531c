/**
 * Where a package came from: a registry; a tarball (remote or a file of the project); a git repository; a folder that was copied (`file:`)
 * or linked; a workspace of the project; bundled inside another package; the project itself. `unknown`: it is on the disk but not in the
 * manager's own record.
 */
export const ORIGINS = [
  'registry',
  'tarball',
  'git',
  'folder',
  'link',
  'workspace',
  'bundled',
  'project',
  'unknown',
] as const;
export type OriginKind = (typeof ORIGINS)[number];

/** Where a package came from, according to the package manager's own record of the install. */
export interface Origin {
  readonly kind: OriginKind;
  /** The address it was resolved to: a URL, a git address with its commit, or a path in the project; null if not recorded. */
  readonly resolved: string | null;
  /**
   * The recorded hash of the content, e.g. `sha512-…` or yarn's `10c0/…` (a cache key and the SHA-512 of its zip file); null if there is
   * none.
   */
  readonly integrity: string | null;
}

/** A package that was fetched for the project, as found on the sandbox's disk before any code of a package has run. */
export interface InstalledPackage {
  /** The name under which it was delivered: the registry's, otherwise that of its folder. */
  readonly name: string;
  /** The name in its own manifest, if different. */
  readonly calledItself?: string | undefined;
  readonly version: string;
  /** Folder relative to the project's root, e.g. `node_modules/a/node_modules/b`; `.` is the project itself. */
  readonly path: string;
  /** Absolute path of the folder with links resolved: `file:` packages and workspaces are links, and run from their real location. */
  readonly realPath: string;
  readonly from: Origin;
  /** Whether the install continues without it when its scripts fail. */
  readonly optional: boolean;
  /** Names of the lifecycle scripts that an install runs for it, in this order (`preinstall`, `install`, `postinstall`, `prepare` …). */
  readonly scripts: readonly string[];
  /** For a git dependency: the scripts that build it from its repository before it is installed (`prepare` …). */
  readonly buildScripts?: readonly string[] | undefined;
  /** Names of its dependencies (dependencies and optionalDependencies; for the project also devDependencies). */
  readonly dependencies: readonly string[];
  /** The `dependencies` that an install may omit: optional ones and optional peers. */
  readonly mayBeAbsent?: readonly string[] | undefined;
  /** The folder (`realPath`) of a dependency, by name, if Node's lookup from `path` does not find it (pnpm's links). */
  readonly resolved?: Readonly<Record<string, string>> | undefined;
  /** Absolute paths of its command line tools. */
  readonly bins?: readonly string[] | undefined;
  /** URLs that its manifest claims as its own: repository, home page, host of prebuilt binaries. */
  readonly sites?: readonly string[] | undefined;
}

/** All scripts that the worker runs for a package, in this order. */
export function scriptsOf({ buildScripts = [], scripts }: InstalledPackage): readonly string[] {
  return [...buildScripts, ...scripts];
}

/** Whether a package is the project itself or one of its workspaces. A folder that is linked as a dependency counts as a dependency. */
export function isOwn({ from }: InstalledPackage): boolean {
  return from.kind === 'project' || from.kind === 'workspace';
}

/** Whether a package is the project itself, one of its workspaces, or a linked folder of the project. */
export function isLocal(pkg: InstalledPackage): boolean {
  return isOwn(pkg) || pkg.from.kind === 'link';
}
