import type { PackageManager } from '../manager.js';
import { HOME, OPT } from '../places.js';
import type { FoundProject } from '../project.js';
import { VERSIONS } from '../versions.js';
import { failure } from './failure.js';
import { LOCK } from './lock-lines.js';
import { manifestFault } from './manifest-fault.js';
import { pack } from './pack.js';

/** Our Ruby programs in the image. */
const PROGRAMS = `${OPT}/ruby`;

/** If a folder contains both, Bundler uses the first. */
const GEMFILES = ['gems.rb', 'Gemfile'] as const;

const RUBYGEMS = ['rubygems.org', 'index.rubygems.org'];

/**
 * A project's `.bundle/config` takes precedence over the environment, so another folder is used instead (`image/opt/ruby/settings.rb`
 * writes the supported settings there). All groups are fetched, into the project. The lock file is respected if it matches the Gemfile.
 * Bundler must not replace itself by another version, and must not run plugins.
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
 * RubyGems prefers the newest gem that it finds, also for parts of itself, and searches HOME: a gem installed there would run in all of our
 * programs that start later. With these settings it only finds the image's gems.
 */
const IMAGE_GEMS = ['GEM_HOME', 'GEM_PATH'].map((name) => `${name}=/usr/share/rubygems-integration/all`);

/** The part of the last line of `image/opt/ruby/build_gem.rb` that the exit code does not express. */
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
        ? 'Bundler prefers gems.rb with gems.locked to the Gemfile'
        : '',
  },
  program: {
    files: ['/usr/bin/bundle', '/usr/bin/bundler'],
    settings: ['/.bundle/config', '/.gem/credentials'],
    // A Gemfile is a program.
    runsOthers: () => true,
  },
  // The folder of a gem, in which its steps run, may contain a Gemfile of its own.
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
