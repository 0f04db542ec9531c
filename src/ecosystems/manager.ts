import type { AllowListForm } from './allow-list.js';
import type { ImageName } from './images.js';
import type { InstalledPackage } from './installed-package.js';
import type { LockFiles } from './lock-lines.js';
import type { ManagerName } from './names.js';
import type { Packing, ProjectView } from './packing.js';
import type { FoundProject } from './project.js';
import type { SecretSettings } from './secret-settings.js';

/** What of the network a package manager's settings depend on. */
export interface NetworkSettings {
  /** `http://address:port` */
  readonly proxy: string;
  readonly registry: string;
  /** Registries beside it, with the npm scopes that are installed from each. */
  readonly registries: readonly { readonly url: string; readonly scopes: readonly string[] }[];
}

/** Runs a program that a loader (`load.*` in `image/opt`) is written for. */
export interface LoaderCommand {
  readonly runtime: string;
  readonly loader: string;
  /** The one that loads many packages in one process (`load-many.*`). */
  readonly many: string;
  /** The one that calls what a package exports (`call.*`). Absent where there is none for the runtime. */
  readonly call?: string;
  /** Whether those that load or call one package mark whose code acts (`acting.*` in `image/opt`). */
  readonly marksActing: boolean;
  /** Beside the manager's own environment. */
  readonly environment: readonly string[];
}

/** One command of the fetch: the manager resolves, downloads, unpacks and links, and runs no script of a package. */
export interface FetchCommand {
  readonly command: readonly string[];
  /**
   * What of the project's own code the manager runs on the way, e.g. `.pnpmfile.cjs`; null where it runs none. Such a command
   * is judged as the project's own step.
   */
  readonly projectCode: string | null;
  /** Beside the manager's own environment, for this command alone. */
  readonly environment?: readonly string[];
}

/** How the lifecycle scripts of one package are run. */
export interface ScriptRunner {
  /**
   * Runs the named scripts of the package in `folder`, one after the other, and ends with the exit code of the first that
   * fails. No package manager is at work: the program is ours (`image/opt`).
   */
  command(folder: string, scripts: readonly string[]): readonly string[];
  /** Beside the manager's own environment, e.g. the user agent that scripts look at. `pkg`: whose scripts run. */
  environment(project: FoundProject, pkg?: InstalledPackage): readonly string[];
  /**
   * How the scripts ended, in words, by what `command` printed at last (`lines`, as for `failure`): by a signal, or not even started.
   * Undefined where its exit code says as much.
   */
  ending(lines: readonly string[]): string | undefined;
}

/** A file in HOME. */
export interface HomeFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
}

/** How a project of a manager is recognised, by files of its root. */
export interface Recognition {
  /** The file that makes a folder a project; of several in one folder the first counts. */
  readonly manifests: readonly [string, ...string[]];
  /** What is wrong with a manifest, in words for whoever sent it; null when nothing is. `maxDepth`: of nested values in it. */
  manifestFault(content: Uint8Array, maxDepth: number): string | null;
  /** The one that decides first. */
  readonly lockFiles: readonly string[];
  /** Files that only projects of this manager have. */
  readonly settingsFiles: readonly string[];
  /** Other files and folders that its commands depend on. */
  readonly otherFiles: readonly string[];
  /**
   * Why this edition suits a project of the manager, in words for the report (empty: no more need be said); undefined where it
   * does not.
   */
  suits(project: FoundProject): string | undefined;
}

/** A manager's program in the image, and the settings that it reads whenever it runs. */
export interface ImageProgram {
  /** Its files in the read-only root: itself where it is a program, else the scripts that an interpreter of the image is given. */
  readonly files: readonly string[];
  /** Ends of the paths of its settings, in HOME and in projects, e.g. `/.npmrc`. */
  readonly settings: readonly string[];
  /** Names of files that it may run in its own process, where `runsOthers` wants to know of them. */
  readonly hooks?: RegExp;
  /**
   * Whether its process may run code of the folder that it is called in: hooks, plugins, a manifest that is a program. What that does
   * is not the manager's doing.
   */
  runsOthers(called: ManagerCall): boolean;
}

/** How a manager's program was called. */
export interface ManagerCall {
  /** Its arguments. */
  readonly words: readonly string[];
  /** Whether its process opened a file of a name that `hooks` fits. */
  readonly hasReadHook: boolean;
}

/** How a git dependency is built from its repository, as package managers do for one with a `prepare` script: that runs in the clone. */
export interface GitBuild {
  /** Clones `address` into `folder` and fetches what it is built with. No code of it runs. */
  checkout(address: string, folder: string): readonly string[];
  /** Puts what the built clone would publish in the place of the fetched package (`target`). No code of it runs. */
  place(folder: string, target: string): readonly string[];
}

/** How what a manager installs is named in package URLs (purl). */
export interface PurlForm {
  readonly type: string;
  /** Hosts of the registry that the type means where nothing else is said. */
  readonly publicHosts: readonly string[];
  /** What stands behind a registry's address in the address of a package's archive. */
  readonly archivePath: RegExp;
}

/** A package manager as the sandbox drives it. Everything here is data or a pure function: `src/sandbox/` runs the commands. */
export interface PackageManager {
  readonly name: ManagerName;
  /** As `image/versions.env` pins it. */
  readonly version: string;
  readonly image: ImageName;
  readonly recognition: Recognition;
  readonly program: ImageProgram;
  /** What of a project an install needs. @throws PackingError */
  pack(project: ProjectView): Packing;
  /** Its settings files that may hold credentials. */
  readonly secretSettings: SecretSettings;
  readonly lock: LockFiles;
  /** The forms in which a project allows scripts, the newest first; empty where the manager runs every script. */
  readonly allowLists: readonly AllowListForm[];
  /** Takes a direct dependency out of a project, with its name behind, e.g. `npm uninstall`. */
  readonly removal: string;
  readonly purl: PurlForm;
  /** Hosts that its own files name beside the configured `registry` (its URL). */
  registryHosts(registry: string): readonly string[];
  /** Settings that it takes from HOME alone. They are added to a file that stands there already. */
  homeFiles(network: NetworkSettings): readonly HomeFile[];
  /** Beyond the container's own environment. */
  environment(network: NetworkSettings, project: FoundProject): readonly string[];
  /**
   * Guards and settings of the project that this manager would stop at, or that would change what is installed, and that flags or
   * variables win over here: in words for the report, one line each. @defaultValue none
   */
  overridden?(project: FoundProject): readonly string[];
  /**
   * Takes settings out of the project that neither flags nor variables can override, and prints one line for each; null where
   * there are none such.
   */
  sanitize(project: FoundProject): readonly string[] | null;
  /** Brings every package into place without running any script of one. */
  fetch(project: FoundProject, network: NetworkSettings): readonly FetchCommand[];
  /**
   * Why a fetch failed, in words for the report, by what it printed (`lines`, fit to be shown, none empty); undefined where that does
   * not tell.
   */
  failure(lines: readonly string[], project: FoundProject): string | undefined;
  /** What a fetch that ended well did not do as the project has it, so that the run can't be vouched for; undefined where it did. */
  shortfall?(lines: readonly string[]): string | undefined;
  /** Prints what was fetched, in the lines that `src/sandbox/packages/package-list.ts` reads. */
  list(project: FoundProject, network: NetworkSettings): readonly string[];
  readonly scripts: ScriptRunner;
  /** Absent where the manager builds no git dependencies. */
  readonly gitBuild?: GitBuild;
  readonly load: LoaderCommand;
}
