import { posix } from 'node:path';
import type { NetworkSettings } from '../manager.js';
import { yamlOf } from '../node/settings.js';
import { CA_FILE, HOME, OPT } from '../places.js';
import type { FoundProject } from '../project.js';
import { lockVersionOf, type YarnMajor } from './edition.js';

/**
 * For everything that runs. Variables win over an uploaded `.yarnrc.yml`; what they can't win over is taken out of it before. node_modules:
 * what is loaded and listed stands in folders, not in zip files.
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
 * For the fetch alone: a yarn that a script calls runs as the project has it. The plugin runs nothing where yarn would run a script of a
 * git repository, which it packs itself whatever its settings say; so does npm, which yarn calls for some of them.
 */
const FETCH = {
  YARN_ENABLE_SCRIPTS: '0',
  YARN_PLUGINS: `${OPT}/node/no-scripts.cjs`,
  npm_config_ignore_scripts: 'true',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  YARN_ENABLE_IMMUTABLE_CACHE: '0',
  YARN_ENABLE_NETWORK: '1',
};

/** What yarn 3 does not know it stops at. Ages and git: a version that came out today is what is to be seen. */
const FETCH_4 = {
  YARN_ENABLE_HARDENED_MODE: '0',
  YARN_ENABLE_CONSTRAINTS_CHECKS: '0',
  YARN_ENABLE_OFFLINE_MODE: '0',
  YARN_ENABLE_TIPS: '0',
  // The age itself each scope has for itself, and no variable changes it there (tried with 4.18).
  YARN_NPM_PREAPPROVED_PACKAGES: '**',
  YARN_APPROVED_GIT_REPOSITORIES: '**',
};

/** Settings of `.yarnrc.yml` whose override the report names. */
const NAMED_GUARDS = ['npmMinimalAgeGate', 'approvedGitRepositories', 'enableHardenedMode'];

/** Others whose override it names, each with the value that changes nothing. */
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

/** A plugin is code that may put itself in place of the install; the architectures would leave this one's packages out. */
export const LEFT_OUT = ['plugins', 'yarnPath', 'supportedArchitectures', 'injectEnvironmentFiles', 'logFilters'];

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
    // A cache that the project brings along is used, and takes what is missing.
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
  // Of a lock file of an older form (8 and 9 differ in the settings that came with them) yarn asks the registry for every package anew.
  const isOlder = typeof version === 'number' && version < 10;
  return [...pairs({ ...FETCH, ...FETCH_4 }), ...(isOlder ? [`YARN_LOCKFILE_VERSION_OVERRIDE=${version}`] : [])];
}

/** The settings of `.yarnrc.yml` that do not count here. */
export function overriddenSettings(project: FoundProject): readonly string[] {
  const settings = yamlOf(project, '.yarnrc.yml');
  return [
    ...NAMED_GUARDS.filter((name) => says(project, name)),
    ...(typeof settings.cacheFolder === 'string' && !isInside(settings.cacheFolder) ? ['cacheFolder'] : []),
    ...Object.keys(OVERRIDDEN).filter((name) => Object.hasOwn(settings, name) && settings[name] !== OVERRIDDEN[name]),
  ];
}

/** Whether `.yarnrc.yml` has a setting, at its top or for a scope or registry. */
export function says({ heads }: FoundProject, name: string): boolean {
  return new RegExp(`^\\s*["']?${name}["']?\\s*:`, 'm').test(heads['.yarnrc.yml'] ?? '');
}

function bringsCache(project: FoundProject): boolean {
  const { cacheFolder, enableGlobalCache } = yamlOf(project, '.yarnrc.yml');
  // A folder of another machine can't be made here; what would be in it comes from the registry.
  if (typeof cacheFolder === 'string' && !isInside(cacheFolder)) return false;
  return project.files.includes('.yarn/cache') || (typeof cacheFolder === 'string' && enableGlobalCache !== true);
}

/** Whether a path of the root's settings stays in the project. */
function isInside(path: string): boolean {
  return !/^(?:[/~]|\w:)/.test(path) && !/\$\{/.test(path) && !/^\.\.(?:\/|$)/.test(posix.normalize(path));
}

/** Whether `.yarnrc.yml` has a token at its top: for every registry that has none of its own. */
export function hasTokenForAll({ heads }: FoundProject): boolean {
  return /^["']?npmAuth(?:Token|Ident)["']?\s*:/m.test(heads['.yarnrc.yml'] ?? '');
}
