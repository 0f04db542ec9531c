import type { AllowListForm } from './allow-list.js';
import type { ImageName } from './image/images.js';
import type { InstalledPackage } from './installed-package.js';
import type { LockFiles } from './lock-lines.js';
import type { ManagerName } from './names.js';
import type { FoundProject } from './project.js';
import type { Packing, ProjectView } from './recognition/packing.js';
import type { SecretSettings } from './recognition/secret-settings.js';

/** The network settings that a package manager's configuration depends on. */
export interface NetworkSettings {
  /** `http://address:port` */
  readonly proxy: string;
  readonly registry: string;
  /** Additional registries, with the npm scopes that are installed from each. */
  readonly registries: readonly { readonly url: string; readonly scopes: readonly string[] }[];
}

/** The programs that load packages (`load.*` in `image/opt`). */
export interface LoaderCommand {
  readonly runtime: string;
  readonly loader: string;
  /** Loads many packages in one process (`load-many.*`). */
  readonly many: string;
  /** Calls the exports of a package (`call.*`). Absent if the runtime has none. */
  readonly call?: string;
  /** Whether the programs that load or call a single package mark whose code is running (`acting.*` in `image/opt`). */
  readonly marksActing: boolean;
  /** In addition to the manager's own environment. */
  readonly environment: readonly string[];
}

/** One command of the fetch: the manager resolves, downloads, unpacks and links, but runs no scripts of packages. */
export interface FetchCommand {
  readonly command: readonly string[];
  /**
   * The project's own code that this command runs, e.g. `.pnpmfile.cjs`; null if it runs none. Such a command is evaluated as a step of the
   * project itself.
   */
  readonly projectCode: string | null;
  /** In addition to the manager's own environment, for this command only. */
  readonly environment?: readonly string[];
}

/** How the lifecycle scripts of a package are run. */
export interface ScriptRunner {
  /**
   * Runs the named scripts of the package in `folder` one after the other, and exits with the exit code of the first that fails. This is
   * our own program (`image/opt`), not the package manager.
   */
  command(folder: string, scripts: readonly string[]): readonly string[];
  /** In addition to the manager's own environment, e.g. the user agent that scripts check. `pkg`: the package whose scripts run. */
  environment(project: FoundProject, pkg?: InstalledPackage): readonly string[];
  /**
   * How the scripts ended, in words, derived from the last lines of `command`'s output (see `failure` for `lines`): killed by a signal, or
   * not even started. Undefined if the exit code says everything.
   */
  ending(lines: readonly string[]): string | undefined;
}

/** A file in HOME. */
export interface HomeFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
}

/** How a project of this manager is recognized, by the files in its root. */
export interface Recognition {
  /** The files that make a folder a project; if there are several, the first one counts. */
  readonly manifests: readonly [string, ...string[]];
  /** What is wrong with a manifest, in words for its sender; null if it is valid. `maxDepth`: limit for nested values. */
  manifestFault(content: Uint8Array, maxDepth: number): string | null;
  /** In order of precedence. */
  readonly lockFiles: readonly string[];
  /** Files that only projects of this manager have. */
  readonly settingsFiles: readonly string[];
  /** Other files and folders that affect its commands. */
  readonly otherFiles: readonly string[];
  /** Why this edition suits a project of the manager, in words for the report (empty: nothing to add); undefined if it doesn't. */
  suits(project: FoundProject): string | undefined;
}

/** A manager's program in the image, and the settings that it reads on every run. */
export interface ImageProgram {
  /** Its files on the read-only root: the program itself, or the scripts that an interpreter of the image runs. */
  readonly files: readonly string[];
  /** Suffixes of the paths of its settings, in HOME and in projects, e.g. `/.npmrc`. */
  readonly settings: readonly string[];
  /** Paths of files that it may run in its own process, or that may name one, if `runsOthers` depends on them. */
  readonly hooks?: RegExp;
  /**
   * Whether its process may run code from the folder in which it is called: hooks, plugins, a manifest that is a program. The actions of
   * such code are not the manager's own.
   */
  runsOthers(called: ManagerCall): boolean;
}

/** How a manager's program was called. */
export interface ManagerCall {
  /** Its arguments. */
  readonly words: readonly string[];
  /** Whether its process opened a file whose path matches `hooks`. */
  readonly hasReadHook: boolean;
}

/** How a git dependency with a `prepare` script is built from its repository, as package managers do: the script runs in the clone. */
export interface GitBuild {
  /** Clones `address` into `folder` and fetches what the build needs. Runs no code of the repository. */
  checkout(address: string, folder: string): readonly string[];
  /** Replaces the fetched package (`target`) with what the built clone would publish. Runs no code of the repository. */
  place(folder: string, target: string): readonly string[];
}

/** How installed packages are written as package URLs (purl). */
export interface PurlForm {
  readonly type: string;
  /** Hosts of the registry that the type stands for by default. */
  readonly publicHosts: readonly string[];
  /** The part of an archive's URL after the registry's address. */
  readonly archivePath: RegExp;
}

/** A package manager, as the sandbox uses it. Everything here is data or a pure function: `src/sandbox/` runs the commands. */
export interface PackageManager {
  readonly name: ManagerName;
  /** The version pinned in `image/versions.env`. */
  readonly version: string;
  readonly image: ImageName;
  readonly recognition: Recognition;
  readonly program: ImageProgram;
  /** The files of a project that an install needs. @throws PackingError */
  pack(project: ProjectView): Packing;
  /** Its settings files that may contain credentials. */
  readonly secretSettings: SecretSettings;
  readonly lock: LockFiles;
  /** The forms in which a project allows scripts, newest first; empty if the manager runs every script. */
  readonly allowLists: readonly AllowListForm[];
  /** Command that removes a direct dependency, without the dependency's name, e.g. `npm uninstall`. */
  readonly removal: string;
  readonly purl: PurlForm;
  /** Hosts named in its own files, in addition to the configured `registry` (a URL). */
  registryHosts(registry: string): readonly string[];
  /** Settings that it only reads from HOME. They are appended to existing files. */
  homeFiles(network: NetworkSettings): readonly HomeFile[];
  /** In addition to the container's own environment. */
  environment(network: NetworkSettings, project: FoundProject): readonly string[];
  /**
   * Guards and settings of the project that would stop this manager or change what is installed, and that are overridden here by flags or
   * variables: in words for the report, one line each. @defaultValue none
   */
  overridden?(project: FoundProject): readonly string[];
  /**
   * Removes settings from the project that neither flags nor variables can override, and prints one line for each; null if there are none.
   */
  sanitize(project: FoundProject): readonly string[] | null;
  /** Installs every package without running any of its scripts. */
  fetch(project: FoundProject, network: NetworkSettings): readonly FetchCommand[];
  /**
   * Why a fetch failed, in words for the report, derived from its output (`lines`, safe to display, none empty); undefined if the output
   * doesn't say.
   */
  failure(lines: readonly string[], project: FoundProject): string | undefined;
  /** What a successful fetch did differently from the project's definition, which makes the run incomplete; undefined if nothing. */
  shortfall?(lines: readonly string[]): string | undefined;
  /** Prints the fetched packages in the format of `src/sandbox/packages/package-list.ts`. */
  list(project: FoundProject, network: NetworkSettings): readonly string[];
  readonly scripts: ScriptRunner;
  /** Absent if the manager does not build git dependencies. */
  readonly gitBuild?: GitBuild;
  readonly load: LoaderCommand;
}
