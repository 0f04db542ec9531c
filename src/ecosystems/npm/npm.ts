import { arch } from 'node:os';
import type { PackageManager } from '../manager.js';
import { failedGuards, textOf } from '../node/guards.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { PLATFORM, platformRemovals, type Removals, sanitizing } from '../node/sanitize.js';
import { npmrcOf } from '../node/settings.js';
import type { FoundProject } from '../project.js';
import { VERSIONS } from '../versions.js';
import { ALLOW_SCRIPTS } from './allow-list.js';
import { failure } from './failure.js';
import { LOCK } from './lock-lines.js';
import { pack } from './pack.js';
import { scriptEnvironment } from './script-environment.js';

/**
 * Command line flags take precedence over an uploaded `.npmrc`, the environment and HOME's settings. They prevent an uploaded `.npmrc` from
 * making the fetch useless (a dry run, a lock file only, a help text, omitted dependencies, another platform's optional packages, a layout
 * that the package lister does not support), and from running a program of the project's choice (`git`). `allow-*`: npm 12 refuses git,
 * URL, file and folder dependencies that npm 11 installs, so they must be examined. `engine-strict`, `min-release-age`: guards for the
 * project's own machines, which must not change what is installed here.
 */
const FORCED = [
  '--ignore-scripts',
  '--strict-allow-scripts=false',
  '--allow-git=all',
  '--allow-remote=all',
  '--allow-file=all',
  '--allow-directory=all',
  '--engine-strict=false',
  '--min-release-age=0',
  '--strict-npmrc=false',
  '--git=git',
  '--offline=false',
  '--package-lock',
  '--dry-run=false',
  '--package-lock-only=false',
  '--global=false',
  '--location=project',
  '--include=prod',
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--os=linux',
  `--cpu=${arch()}`,
  '--libc=glibc',
  '--install-strategy=hoisted',
  '--include-workspace-root',
  '--usage=false',
  '--audit=false',
  '--fund=false',
  '--update-notifier=false',
  '--progress=false',
];

const SCRIPTS = nodeScripts(`npm/${VERSIONS.NPM_VERSION}`, '/usr/local/lib/node_modules/npm/bin/npm-cli.js');

const LOCK_FILES = ['npm-shrinkwrap.json', 'package-lock.json'];
/** Code of the project that npm 12 runs during resolution, but not with `--ignore-scripts`. */
const EXTENSIONS = ['.npm-extension.mjs', '.npm-extension.cjs'];
/** Settings of `.npmrc` that are overridden here, each with the value that makes no difference; null if every value does. */
const OVERRIDDEN: Readonly<Record<string, string | null>> = {
  'engine-strict': 'false',
  'min-release-age': '0',
  before: null,
  'ignore-scripts': 'false',
  'strict-allow-scripts': 'false',
  'allow-git': 'all',
  'allow-remote': 'all',
  'allow-file': 'all',
  'allow-directory': 'all',
  omit: null,
  only: null,
  production: 'false',
  offline: 'false',
  'package-lock': 'true',
  'package-lock-only': 'false',
  'dry-run': 'false',
  global: 'false',
  os: 'linux',
  cpu: arch(),
  libc: 'glibc',
  'install-strategy': 'hoisted',
  git: 'git',
};
/** `init`, `innit` and `create`, and the abbreviations that npm accepts: any prefix that no other command has. */
const INIT = /^(?:init?|ini|inni?t?|cr(?:e(?:a(?:te?)?)?)?)$/;

const RUNNING = { name: 'npm', version: VERSIONS.NPM_VERSION };

export const npm: PackageManager = {
  ...nodeModules('npm'),
  ...RUNNING,
  name: 'npm',
  pack,
  lock: LOCK,
  allowLists: [ALLOW_SCRIPTS],
  removal: 'npm uninstall',
  recognition: {
    ...PACKAGE_JSON,
    lockFiles: LOCK_FILES,
    settingsFiles: [],
    otherFiles: ['.npmrc', ...EXTENSIONS],
    suits: () => '',
  },
  program: {
    files: ['/usr/local/bin/npm', '/usr/local/bin/npx', '/usr/local/lib/node_modules/npm/bin/'],
    settings: ['/.npmrc'],
    // `extension-file` may name any of these, and `init-module` any file.
    hooks: /\.[cm]js$/,
    runsOthers: ({ words, hasReadHook }) => hasReadHook || words.some(isInit),
  },
  // The container's own environment already contains npm's settings.
  environment: () => [],
  overridden,
  sanitize: (project) => sanitizing(project, blockersOf(project)),
  fetch: ({ files }) => [
    { command: ['npm', lockFileIn(files) === undefined ? 'install' : 'ci', ...FORCED], projectCode: null },
  ],
  failure: (lines, project) => failure(lines, project, lockFileIn(project.files)),
  scripts: {
    ...SCRIPTS,
    environment: (project, pkg) => [...SCRIPTS.environment(project), ...scriptEnvironment(project.root, pkg)],
  },
};

/** Excludes scripts with such a name. */
function isInit(word: string, at: number, words: readonly string[]): boolean {
  return INIT.test(word) && !/^(?:run|run-script)$/.test(words[at - 1] ?? '');
}

/** The lock file that npm uses. `npm ci` needs one. */
function lockFileIn(files: readonly string[]): string | undefined {
  return LOCK_FILES.find((file) => files.includes(file));
}

/** `devEngines` is only removed if npm would stop because of it: other tools use its other members. */
function blockersOf(project: FoundProject): Removals {
  const fails = failedGuards(project, RUNNING).some(({ path }) => path[0] === 'devEngines');
  return {
    guards: fails ? [['devEngines']] : [],
    ...platformRemovals(project),
    locked: project.manifest.workspaces === undefined ? [] : PLATFORM,
  };
}

function overridden(project: FoundProject): readonly string[] {
  const npmrc = npmrcOf(project);
  const settings = Object.keys(OVERRIDDEN).filter((name) => npmrc.has(name) && npmrc.get(name) !== OVERRIDDEN[name]);
  const unlocked = lockFileIn(project.files) === undefined;
  // With a lock file npm does not run them.
  const extensions = unlocked ? EXTENSIONS.filter((file) => project.files.includes(file)) : [];
  return [...failedGuards(project, RUNNING).map(textOf), ...settings.map((name) => `${name} of .npmrc`), ...extensions];
}
