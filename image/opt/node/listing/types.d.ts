import type { InstalledPackage, Origin } from '../../../../src/ecosystems/installed-package.js';

/** What a lister prints about one package: the lines that `src/sandbox/packages/package-list.ts` reads. */
export type Line = InstalledPackage;

/** A parsed package.json: written by whoever published the package, so nothing is known of its values. */
export type Manifest = Readonly<Record<string, unknown>>;

/** The registries of a job. */
export interface Registries {
  /** Hosts that deliver packages of any name. */
  readonly hosts: ReadonlySet<string>;
  /** Hosts of private registries, with the scopes that each delivers. */
  readonly scopes: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What a package manager's own record of the install says about one package. */
export interface Recorded {
  /** The name under which it was delivered. */
  readonly name: string;
  /** Null where the record has none. */
  readonly version: string | null;
  readonly from: Origin;
  readonly dependencies: readonly string[];
  readonly optionalDependencies: readonly string[];
}

/** A package's folder on the disk. */
export interface Found {
  /** Absolute, with links resolved. */
  readonly folder: string;
  /** Where a reader of the report looks for it, relative to the project. */
  readonly path: string;
  /** Its name in the node_modules that it lies in, e.g. `@scope/name`. */
  readonly name: string;
  readonly isLink: boolean;
  /** Undefined where there is none, or none that can be read. */
  readonly manifest: Manifest | undefined;
  /** The package in whose own node_modules it lies; undefined at the top of a project or store. */
  readonly within: Found | undefined;
}

/** A package that the record says is there. */
export interface Expected {
  readonly recorded: Recorded;
  /** Where, in words. */
  readonly place: string;
  /**
   * The name by which others call it, where the record does not say whether it may be left out (for another platform): it is
   * missed only where a package that is there needs that name. Null where it must be there.
   */
  readonly neededAs: string | null;
}

/** The record of an install, made ready to be compared with the disk. */
export interface InstallRecord {
  /** What the record says about a folder that was found; undefined where it does not know it. */
  lookUp(found: Found): Recorded | undefined;
  readonly expected: readonly Expected[];
  /** Absolute folders of workspaces that no link in the project's node_modules leads to. */
  readonly workspaces: readonly string[];
  /** The folder in a node_modules that holds the packages side by side, e.g. `.pnpm`; null where there is none. */
  readonly store: string | null;
  /** What is wrong with the record itself, in words. */
  readonly problems: readonly string[];
}

/** What differs between managers, beside their records. */
export interface ManagerTraits {
  read(project: string, registries: Registries): InstallRecord;
  /** The lifecycle scripts that an install runs for packages of each kind, in their order. */
  readonly scripts: {
    readonly project: readonly string[];
    readonly workspace: readonly string[];
    readonly link: readonly string[];
    readonly bundled: readonly string[];
  };
  /** Whether the project's own folders are built with node-gyp, where they have a binding.gyp and no script for it. */
  readonly buildsLocalGyp: boolean;
  /** Whether a project may link a folder that is no package (`link:`). */
  readonly linksAnyFolder: boolean;
  /** Whether peer dependencies are installed without being asked for. */
  readonly installsPeers: boolean;
  /** The patterns of the project's workspaces. */
  workspacePatterns(project: string, manifest: Manifest): readonly string[];
}
