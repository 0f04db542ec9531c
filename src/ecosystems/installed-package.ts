/**
 * What kind of place a package came from: a registry, the address of a tarball (remote or a file of the project), a git
 * repository, a folder that was copied (`file:`) or linked, a workspace of the project, inside of another package, the project
 * itself; `unknown`: it lies on the disk, and the manager's own record does not know it.
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

/** Where a package came from, as the package manager's own record of the install says. */
export interface Origin {
  readonly kind: OriginKind;
  /** The address it was resolved to: a URL, a git address with its commit, a path of the project; null where the record has none. */
  readonly resolved: string | null;
  /** What the record demands of the content, e.g. `sha512-…` or yarn's `10c0/…` (a cache key and the SHA-512 of its zip file); null where it demands nothing. */
  readonly integrity: string | null;
}

/** A package that was fetched for the project, as found on the sandbox's disk before any code of a package has run. */
export interface InstalledPackage {
  /** The name under which it was delivered: the registry's, else that of its folder. */
  readonly name: string;
  /** What its own manifest calls it, where that is another name. */
  readonly calledItself?: string | undefined;
  readonly version: string;
  /** Folder relative to the project's root, e.g. `node_modules/a/node_modules/b`; `.` is the project itself. */
  readonly path: string;
  /** The folder's absolute path with links resolved: `file:` packages and workspaces are links, and run from there. */
  readonly realPath: string;
  readonly from: Origin;
  /** Whether the install goes on without it when its scripts fail. */
  readonly optional: boolean;
  /** Names of the lifecycle scripts that an install runs for it, in that order (`preinstall`, `install`, `postinstall`, `prepare` …). */
  readonly scripts: readonly string[];
  /** Of a git dependency: the scripts that build it from its repository before it is installed (`prepare` …). */
  readonly buildScripts?: readonly string[] | undefined;
  /** Names of the packages it depends on (dependencies and optionalDependencies; devDependencies of the project). */
  readonly dependencies: readonly string[];
  /** Those of `dependencies` that an install may leave out: optional ones, optional peers. */
  readonly mayBeAbsent?: readonly string[] | undefined;
  /** Which folder (`realPath`) a dependency's name leads to, where that is not found by Node's look-up in `path` (pnpm's links). */
  readonly resolved?: Readonly<Record<string, string>> | undefined;
  /** Absolute paths of its command line tools. */
  readonly bins?: readonly string[] | undefined;
  /** Web addresses that its manifest names as its own: repository, home page, host of prebuilt binaries. A claim of who published it. */
  readonly sites?: readonly string[] | undefined;
}

/** Every script that the worker runs for a package, in that order. */
export function scriptsOf({ buildScripts = [], scripts }: InstalledPackage): readonly string[] {
  return [...buildScripts, ...scripts];
}

/** Whether a package is the project itself, one of its workspaces, or a folder of the project that is linked to. */
export function isLocal({ from }: InstalledPackage): boolean {
  return from.kind === 'project' || from.kind === 'workspace' || from.kind === 'link';
}
