import type { PackageManager } from '../manager.js';
import { HOME, OPT } from '../places.js';
import { VERSIONS } from '../versions.js';
import { LOCK } from './lock-lines.js';
import { manifestFault } from './manifest-fault.js';

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
  lock: LOCK,
  allowLists: [],
  removal: 'bundle remove',
  registryHosts: () => ['rubygems.org', 'index.rubygems.org'],
  homeFiles: () => [],
  image: 'bundler',
  recognition: {
    manifests: ['gems.rb', 'Gemfile'],
    manifestFault,
    lockFiles: ['gems.locked', 'Gemfile.lock'],
    settingsFiles: [],
    otherFiles: ['vendor/cache'],
    suits: ({ files }) =>
      files.includes('gems.rb') && files.includes('Gemfile')
        ? 'of gems.rb and Gemfile Bundler takes gems.rb with gems.locked'
        : '',
  },
  program: { files: ['/usr/bin/bundle', '/usr/bin/bundler'], settings: ['/.bundle/config', '/.gem/credentials'] },
  environment: () => Object.entries(FORCED).map(([name, value]) => `${name}=${value}`),
  sanitize: () => null,
  // Gems that the project brings along (`bundle package`) are meant to be installed from there.
  fetch: ({ files }) => [
    {
      command: ['bundle', 'install', '--verbose', ...(files.includes('vendor/cache') ? ['--local'] : [])],
      projectCode: 'Gemfile',
    },
  ],
  list: ({ root }) => ['ruby', `${OPT}/ruby/gems.rb`, root],
  scripts: {
    command: (folder, scripts) => ['ruby', `${OPT}/ruby/build-gem.rb`, folder, ...scripts],
    environment: () => [],
  },
  load: { runtime: 'ruby', loader: `${OPT}/ruby/load.rb` },
};
