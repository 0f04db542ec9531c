import { arch } from 'node:os';
import type { NetworkSettings } from '../manager.js';
import { HOME } from '../places.js';
import { VERSIONS } from '../versions.js';
import type { PnpmMajor } from './edition.js';

type Settings = Readonly<Record<string, string | number | boolean | null>>;

/** Keep a project from turning the fetch into something that shows nothing, or that the lister of packages does not know. */
const LAYOUT: Settings = {
  ignoreScripts: true,
  offline: false,
  sideEffectsCache: false,
  optional: true,
  lockfile: true,
  lockfileOnly: false,
  recursiveInstall: true,
  ignoreWorkspace: false,
  enableModulesDir: true,
  modulesDir: 'node_modules',
  virtualStoreDir: 'node_modules/.pnpm',
  nodeLinker: 'isolated',
  symlink: true,
  strictDepBuilds: false,
  updateNotifier: false,
  // Where CI machines have it too; a store on the project's file system is linked from, not copied.
  storeDir: `${HOME}/.cache/pnpm/store`,
  stateDir: `${HOME}/.cache/pnpm/state`,
};

/**
 * Versions, ages and trust are guards for the project's own machines: they must not change what is installed here, nor is pnpm to fetch
 * another version of itself, or of Node.
 */
const GUARDS: Settings = {
  engineStrict: false,
  nodeVersion: VERSIONS.NODE_VERSION,
  minimumReleaseAge: 0,
  minimumReleaseAgeStrict: false,
  trustPolicy: 'off',
  blockExoticSubdeps: false,
};

/** Until pnpm 10. `only`: of `production` and `dev` each takes the other's packages away, and so does a value of `only` that it knows. */
const UNTIL_10: Settings = {
  only: 'all',
  dev: false,
  useNodeVersion: null,
  managePackageManagerVersions: false,
  packageManagerStrict: false,
};

/** From pnpm 11 on. Packages of Python and Cargo are built, and so run, while they are installed. */
const FROM_11: Settings = {
  production: true,
  dev: true,
  pmOnFail: 'ignore',
  runtimeOnFail: 'ignore',
  dryRun: false,
  frozenStore: false,
  virtualStoreOnly: false,
  enableGlobalVirtualStore: false,
  'python.enabled': false,
  'cargo.enabled': false,
};

/** Settings that do not count here, whatever they say. */
const NEVER_COUNT = new Set([...Object.keys(GUARDS), 'useNodeVersion']);
/** Lists of packages whose scripts the project never runs: here they are run, and watched. */
const NEVER_BUILT = ['neverBuiltDependencies', 'ignoredBuiltDependencies'];

/** Whether a setting keeps the scripts of some package from being run. `allowBuilds` (pnpm 11) says for each package whether. */
export function refusesScripts(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return NEVER_BUILT.includes(name) && value.length > 0;
  return name === 'allowBuilds' && value !== null && typeof value === 'object' && Object.values(value).includes(false);
}

/** Whether the project has a setting that does not count here, of which the report tells. `value`: as the project's file has it. */
export function isOverridden(name: string, value: unknown): boolean {
  if (name === 'ignoreScripts') return String(value) === 'true';
  return NEVER_COUNT.has(name) || (Object.hasOwn(LAYOUT, name) && String(value) !== String(LAYOUT[name]));
}

/** As `.npmrc` and the flags until pnpm 10 spell a setting. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The name that pnpm-workspace.yaml has for a setting of `.npmrc`. */
export function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Flags win over an uploaded pnpm-workspace.yaml, .npmrc, and the `updateConfig` of a .pnpmfile.cjs alone can't undo them. */
export function pnpmFlags(major: PnpmMajor, network: NetworkSettings, hasLock: boolean): readonly string[] {
  const { proxy, registry, registries } = network;
  const isOld = major <= 10;
  const settings = Object.entries({ ...LAYOUT, ...GUARDS, ...(isOld ? UNTIL_10 : FROM_11) });
  return [
    hasLock ? '--frozen-lockfile' : '--no-frozen-lockfile',
    '--ignore-scripts',
    '--reporter=append-only',
    // What pnpm 12 takes by a name of its own wins over `--config`.
    ...(isOld ? [] : ['--no-offline', '--optional', '--node-linker=isolated', '--no-runtime']),
    ...(major === 9 ? [] : ['--os=linux', `--cpu=${arch()}`, '--libc=glibc']),
    ...settings.map(([name, value]) => `--config.${isOld ? kebab(name) : name}=${value}`),
    `--registry=${registry}`,
    `--https-proxy=${proxy}`,
    isOld ? `--config.proxy=${proxy}` : `--http-proxy=${proxy}`,
    ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `--config.${scope}:registry=${url}`)),
  ];
}
