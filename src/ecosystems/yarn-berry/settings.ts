import { posix } from 'node:path';
import type { NetworkSettings } from '../manager.js';
import { yamlOf } from '../node/settings.js';
import { CA_FILE, HOME, OPT } from '../places.js';
import type { FoundProject } from '../project.js';
import { lockVersionOf, type YarnMajor } from './edition.js';

/**
 * For all commands. Variables take precedence over an uploaded `.yarnrc.yml`; what they can't override is removed from it before.
 * node_modules: packages must be in folders to be listed and loaded, not in zip files.
 */
const ALWAYS = {
  YARN_IGNORE_PATH: '1',
  YARN_NODE_LINKER: 'node-modules',
  YARN_NM_MODE: 'classic',
  YARN_ENABLE_STRICT_SETTINGS: '0',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_PROGRESS_BARS: '0',
  YARN_GLOBAL_FOLDER: `${HOME}/.cache/yarn-berry`,
};

/**
 * For the fetch only: a yarn called by a script runs as the project configured it. Yarn packs git repositories itself and runs their
 * scripts whatever its settings; the plugin disables that. The npm setting does the same for repositories that yarn packs with npm.
 */
const FETCH = {
  YARN_ENABLE_SCRIPTS: '0',
  YARN_PLUGINS: `${OPT}/node/no-scripts.cjs`,
  npm_config_ignore_scripts: 'true',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  YARN_ENABLE_IMMUTABLE_CACHE: '0',
  YARN_ENABLE_NETWORK: '1',
};

/**
 * Yarn 3 stops at settings that it does not know. Age and git restrictions are lifted, since a version published today is just what must be
 * examined.
 */
const FETCH_4 = {
  YARN_ENABLE_HARDENED_MODE: '0',
  YARN_ENABLE_CONSTRAINTS_CHECKS: '0',
  YARN_ENABLE_OFFLINE_MODE: '0',
  YARN_ENABLE_TIPS: '0',
  // Each scope can have its own minimum age, which no variable overrides (tried with 4.18).
  YARN_NPM_PREAPPROVED_PACKAGES: '**',
  YARN_APPROVED_GIT_REPOSITORIES: '**',
};

/** Settings of `.yarnrc.yml` whose override is always reported. */
const NAMED_GUARDS = ['npmMinimalAgeGate', 'approvedGitRepositories', 'enableHardenedMode'];

/** Other settings whose override is reported, each with the value that makes no difference. */
const OVERRIDDEN: Readonly<Record<string, unknown>> = {
  enableScripts: true,
  nodeLinker: 'node-modules',
  nmMode: 'classic',
  enableNetwork: true,
  enableOfflineMode: false,
  enableImmutableInstalls: false,
  enableImmutableCache: false,
  enableConstraintsChecks: false,
};

/** A plugin is code that may replace the install; `supportedArchitectures` could exclude the packages for this machine. */
export const REMOVED_SETTINGS = [
  'plugins',
  'yarnPath',
  'supportedArchitectures',
  'injectEnvironmentFiles',
  'logFilters',
];

const pairs = (settings: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(settings).map(([name, value]) => `${name}=${value}`);

export function alwaysEnvironment(
  major: YarnMajor,
  network: NetworkSettings,
  project: FoundProject,
): readonly string[] {
  const { proxy, registry } = network;
  return [
    ...pairs(ALWAYS),
    // A cache in the project is used, and missing packages are added to it.
    `YARN_ENABLE_GLOBAL_CACHE=${bringsCache(project) ? 0 : 1}`,
    `YARN_NPM_REGISTRY_SERVER=${registry.replace(/\/$/, '')}`,
    `YARN_HTTP_PROXY=${proxy}`,
    `YARN_HTTPS_PROXY=${proxy}`,
    `${major === 4 ? 'YARN_HTTPS_CA_FILE_PATH' : 'YARN_CA_FILE_PATH'}=${CA_FILE}`,
  ];
}

export function fetchEnvironment(major: YarnMajor, project: FoundProject): readonly string[] {
  if (major === 3) return pairs(FETCH);
  const version = lockVersionOf(project);
  // If the lock file has an older format (8 and 9 differ in settings introduced with them), yarn would ask the registry about every package
  // again.
  const isOlder = typeof version === 'number' && version < 10;
  return [...pairs({ ...FETCH, ...FETCH_4 }), ...(isOlder ? [`YARN_LOCKFILE_VERSION_OVERRIDE=${version}`] : [])];
}

/** The settings of `.yarnrc.yml` that are overridden here. */
export function overriddenSettings(project: FoundProject): readonly string[] {
  const settings = yamlOf(project, '.yarnrc.yml');
  return [
    ...NAMED_GUARDS.filter((name) => says(project, name)),
    ...(typeof settings.cacheFolder === 'string' && !isInside(settings.cacheFolder) ? ['cacheFolder'] : []),
    ...Object.keys(OVERRIDDEN).filter((name) => Object.hasOwn(settings, name) && settings[name] !== OVERRIDDEN[name]),
  ];
}

/** Whether `.yarnrc.yml` contains a setting, at the top level or for a scope or registry. */
export function says({ heads }: FoundProject, name: string): boolean {
  return new RegExp(`^\\s*["']?${name}["']?\\s*:`, 'm').test(heads['.yarnrc.yml'] ?? '');
}

function bringsCache(project: FoundProject): boolean {
  const { cacheFolder, enableGlobalCache } = yamlOf(project, '.yarnrc.yml');
  // A folder of another machine can't be created here; its packages come from the registry instead.
  if (typeof cacheFolder === 'string' && !isInside(cacheFolder)) return false;
  return project.files.includes('.yarn/cache') || (typeof cacheFolder === 'string' && enableGlobalCache !== true);
}

/** Whether a path in the root's settings stays in the project. */
function isInside(path: string): boolean {
  return !/^(?:[/~]|\w:)/.test(path) && !/\$\{/.test(path) && !/^\.\.(?:\/|$)/.test(posix.normalize(path));
}

/** Whether `.yarnrc.yml` contains a token at the top level, which applies to every registry without one of its own. */
export function hasTokenForAll({ heads }: FoundProject): boolean {
  return /^["']?npmAuth(?:Token|Ident)["']?\s*:/m.test(heads['.yarnrc.yml'] ?? '');
}
