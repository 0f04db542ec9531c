import type { SandboxRegistry } from '../options.js';
import type { FoundProject } from './project.js';

/** What a package manager's environment depends on. */
export interface NetworkSettings {
  /** `http://address:port` */
  readonly proxy: string;
  readonly registry: string;
  /** Beside it, with the npm scopes that are installed from each. */
  readonly registries: readonly Pick<SandboxRegistry, 'url' | 'scopes'>[];
  readonly hasExtraCa: boolean;
}

/** Runs a program that a loader (`image/opt/load.*`) is written for. */
export interface LoaderCommand {
  readonly runtime: string;
  readonly loader: string;
}

/** A package manager as the sandbox drives it. Everything here is data: what runs it is `docker-run.ts`. */
export interface PackageManager {
  readonly name: 'npm' | 'pnpm' | 'yarn' | 'bundler';
  /** As `image/versions.env` pins it. */
  readonly version: string;
  /** Beyond the container's own environment. */
  environment(network: NetworkSettings): readonly string[];
  /** Takes settings out of the project that flags and variables can't win over, and prints one line for each; null when there are none such. */
  settle(project: FoundProject): readonly string[] | null;
  /** Installs with every dependency script forced on. */
  install(project: FoundProject, network: NetworkSettings): readonly string[];
  /** The same install with every dependency script off; null where the manager can't install without them. */
  installWithoutScripts(project: FoundProject, network: NetworkSettings): readonly string[] | null;
  /** Prints what is installed, in the lines that `package-list.ts` reads. */
  list(project: FoundProject): readonly string[];
  readonly load: LoaderCommand;
}

/** What the managers of node_modules have in common. */
export const NODE_MODULES = {
  list: ({ root }: FoundProject): readonly string[] => ['node', '/opt/packwarden/packages.mjs', root],
  load: { runtime: 'node', loader: '/opt/packwarden/load.cjs' },
} as const satisfies Partial<PackageManager>;
