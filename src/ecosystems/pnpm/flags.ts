import { arch } from 'node:os';
import type { NetworkSettings } from '../manager.js';
import { HOME } from '../places.js';
import { VERSIONS } from '../versions.js';
import type { PnpmMajor } from './edition.js';

type Settings = Readonly<Record<string, string | number | boolean | null>>;

/** Prevent a project from making the fetch useless, or from using a layout that the package lister does not support. */
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
  // The same location as on CI machines. A store on the project's file system is linked from, not copied.
  storeDir: `${HOME}/.cache/pnpm/store`,
  stateDir: `${HOME}/.cache/pnpm/state`,
};

/**
 * Guards about versions, ages and trust are meant for the project's own machines: they must not change what is installed here. Nor may pnpm
 * fetch another version of itself or of Node.
 */
const GUARDS: Settings = {
  engineStrict: false,
  nodeVersion: VERSIONS.NODE_VERSION,
  minimumReleaseAge: 0,
  minimumReleaseAgeStrict: false,
  trustPolicy: 'off',
  blockExoticSubdeps: false,
};

/** Until pnpm 10. `only`: each of `production` and `dev` excludes the other's packages, and so does a known value of `only`. */
const UNTIL_10: Settings = {
  only: 'all',
  dev: false,
  useNodeVersion: null,
  managePackageManagerVersions: false,
  packageManagerStrict: false,
};

/** Since pnpm 11. Packages for Python and Cargo are built, i.e. run code, during the install. */
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

/** Settings that are always overridden here. */
const ALWAYS_OVERRIDDEN = new Set([...Object.keys(GUARDS), 'useNodeVersion']);
/** Lists of packages whose scripts the project never runs: here they are run and observed. */
const NEVER_BUILT = ['neverBuiltDependencies', 'ignoredBuiltDependencies'];

/** Whether a setting prevents the scripts of some package. `allowBuilds` (pnpm 11) decides for each package. */
export function refusesScripts(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return NEVER_BUILT.includes(name) && value.length > 0;
  return name === 'allowBuilds' && value !== null && typeof value === 'object' && Object.values(value).includes(false);
}

/** Whether the report must mention that a setting of the project is overridden here. `value`: as in the project's file. */
export function isOverridden(name: string, value: unknown): boolean {
  if (name === 'ignoreScripts') return String(value) === 'true';
  return ALWAYS_OVERRIDDEN.has(name) || (Object.hasOwn(LAYOUT, name) && String(value) !== String(LAYOUT[name]));
}

/** The spelling of a setting in `.npmrc` and in flags until pnpm 10. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The name in pnpm-workspace.yaml for a setting of `.npmrc`. */
export function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Flags take precedence over an uploaded pnpm-workspace.yaml and .npmrc; only `updateConfig` of a .pnpmfile.cjs can undo them. */
export function pnpmFlags(major: PnpmMajor, network: NetworkSettings, hasLock: boolean): readonly string[] {
  const { proxy, registry, registries } = network;
  const isOld = major <= 10;
  const settings = Object.entries({ ...LAYOUT, ...GUARDS, ...(isOld ? UNTIL_10 : FROM_11) });
  return [
    hasLock ? '--frozen-lockfile' : '--no-frozen-lockfile',
    '--ignore-scripts',
    '--reporter=append-only',
    // Options for which pnpm 12 has a dedicated flag must be set by it, since it takes precedence over `--config`.
    ...(isOld ? [] : ['--no-offline', '--optional', '--node-linker=isolated', '--no-runtime']),
    ...(major === 9 ? [] : ['--os=linux', `--cpu=${arch()}`, '--libc=glibc']),
    ...settings.map(([name, value]) => `--config.${isOld ? kebab(name) : name}=${value}`),
    `--registry=${registry}`,
    `--https-proxy=${proxy}`,
    isOld ? `--config.proxy=${proxy}` : `--http-proxy=${proxy}`,
    ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `--config.${scope}:registry=${url}`)),
  ];
}
