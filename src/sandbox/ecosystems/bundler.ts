import { HOME } from '../identity.js';
import type { PackageManager } from './manager.js';
import { VERSIONS } from './versions.js';

/**
 * A project's `.bundle/config` wins over the environment, so its folder is another one. Every group is installed, into the
 * project, so that a gem's files are told from others by their folder. The lock file is kept to where it fits the Gemfile.
 */
const FORCED = {
  BUNDLE_APP_CONFIG: `${HOME}/.config/packwarden/bundle`,
  BUNDLE_PATH: 'vendor/bundle',
  BUNDLE_WITHOUT: '',
  BUNDLE_WITH: '',
  BUNDLE_FROZEN: 'false',
  BUNDLE_USER_HOME: `${HOME}/.cache/bundle`,
  BUNDLE_DISABLE_VERSION_CHECK: 'true',
  BUNDLE_SILENCE_ROOT_WARNING: 'true',
  BUNDLE_VERSION: 'system',
  GEM_SPEC_CACHE: `${HOME}/.cache/gem/specs`,
};

export const bundler: PackageManager = {
  name: 'bundler',
  version: VERSIONS.BUNDLER_VERSION,
  environment: () => Object.entries(FORCED).map(([name, value]) => `${name}=${value}`),
  settle: () => null,
  // Gems that the project brings along (`bundle package`) are meant to be installed from there.
  install: ({ files }) => ['bundle', 'install', '--verbose', ...(files.includes('vendor/cache') ? ['--local'] : [])],
  // A gem without its extensions is none: Bundler has no such install.
  installWithoutScripts: () => null,
  list: ({ root }) => ['ruby', '/opt/packwarden/gems.rb', root],
  load: { runtime: 'ruby', loader: '/opt/packwarden/load.rb' },
};
