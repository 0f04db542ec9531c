import type { PackageManager } from '../manager.js';
import { HOME, OPT } from '../places.js';
import type { FoundProject } from '../project.js';
import { VERSIONS } from '../versions.js';
import { failure } from './failure.js';
import { LOCK } from './lock-lines.js';
import { manifestFault } from './manifest-fault.js';
import { pack } from './pack.js';

/** Our programs for Ruby in the image. */
const PROGRAMS = `${OPT}/ruby`;

/** Of several in one folder Bundler takes the first. */
const GEMFILES = ['gems.rb', 'Gemfile'] as const;

const RUBYGEMS = ['rubygems.org', 'index.rubygems.org'];

/**
 * A project's `.bundle/config` wins over the environment, so its folder is another one (`image/opt/ruby/settings.rb` puts there
 * what counts of it). Every group is fetched, into the project. The lock file is kept to where it fits the Gemfile. No other
 * Bundler is fetched and started in the place of this one, and no plugin of Bundler is run by it.
 */
const FORCED = {
  BUNDLER_VERSION: VERSIONS.BUNDLER_VERSION,
  BUNDLE_APP_CONFIG: `${HOME}/.config/ci/bundle`,
  BUNDLE_PATH: 'vendor/bundle',
  BUNDLE_WITHOUT: '',
  BUNDLE_WITH: '',
  BUNDLE_FROZEN: 'false',
  BUNDLE_PLUGINS: 'false',
  BUNDLE_USER_HOME: `${HOME}/.cache/bundle`,
  BUNDLE_DISABLE_VERSION_CHECK: 'true',
  BUNDLE_SILENCE_ROOT_WARNING: 'true',
  GEM_SPEC_CACHE: `${HOME}/.cache/gem/specs`,
};

/**
 * RubyGems prefers the newest of all gems that it finds, for its own parts too, and looks into HOME: a gem put there would run in every
 * program of ours that is started after it. With these it finds the image's alone.
 */
const IMAGE_GEMS = ['GEM_HOME', 'GEM_PATH'].map((name) => `${name}=/usr/share/rubygems-integration/all`);

/** Of the line that `image/opt/ruby/build_gem.rb` ends with, what no exit code says. */
const ENDING = /\bwas killed by SIG\w+$/;

export const bundler: PackageManager = {
  name: 'bundler',
  version: VERSIONS.BUNDLER_VERSION,
  pack,
  secretSettings: {},
  lock: LOCK,
  allowLists: [],
  removal: 'bundle remove',
  purl: { type: 'gem', publicHosts: RUBYGEMS, archivePath: /\/gems\/[^/]+$/ },
  registryHosts: () => RUBYGEMS,
  homeFiles: () => [],
  image: 'bundler',
  recognition: {
    manifests: GEMFILES,
    manifestFault,
    lockFiles: ['gems.locked', 'Gemfile.lock'],
    settingsFiles: [],
    otherFiles: [],
    suits: ({ files }) =>
      files.includes('gems.rb') && files.includes('Gemfile')
        ? 'of gems.rb and Gemfile Bundler takes gems.rb with gems.locked'
        : '',
  },
  program: {
    files: ['/usr/bin/bundle', '/usr/bin/bundler'],
    settings: ['/.bundle/config', '/.gem/credentials'],
    // A Gemfile is a program.
    runsOthers: () => true,
  },
  // A gem's folder, where its steps run, may hold a Gemfile of its own.
  environment: (_network, project) => [
    `BUNDLE_GEMFILE=${project.root}/${gemfileOf(project)}`,
    ...Object.entries(FORCED).map(([name, value]) => `${name}=${value}`),
  ],
  sanitize: (project) => ownProgram('settings.rb', project.root, gemfileOf(project)),
  fetch: (project) => [{ command: ['ruby', `${PROGRAMS}/fetch.rb`], projectCode: gemfileOf(project) }],
  failure,
  list: ({ root }) => ownProgram('list.rb', root),
  scripts: {
    command: (folder, scripts) => ['ruby', `${PROGRAMS}/build_gem.rb`, folder, ...scripts],
    environment: () => IMAGE_GEMS,
    ending: (lines) => ENDING.exec(lines.at(-1) ?? '')?.[0],
  },
  load: {
    runtime: 'ruby',
    loader: `${PROGRAMS}/load.rb`,
    many: `${PROGRAMS}/load-many.rb`,
    marksActing: true,
    environment: IMAGE_GEMS,
  },
};

function ownProgram(file: string, ...args: readonly string[]): readonly string[] {
  return ['env', ...IMAGE_GEMS, 'ruby', `${PROGRAMS}/${file}`, ...args];
}

function gemfileOf({ files }: FoundProject): string {
  return GEMFILES.find((file) => files.includes(file)) ?? 'Gemfile';
}
