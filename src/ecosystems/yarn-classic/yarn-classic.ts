import type { PackageManager } from '../manager.js';
import { failedGuards, textOf } from '../node/guards.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { NPMRC_SECRETS } from '../node/npmrc.js';
import { platformRemovals, sanitizing } from '../node/sanitize.js';
import { npmrcOf } from '../node/settings.js';
import { HOME } from '../places.js';
import { askedVersion, majorOf } from '../project.js';
import { VERSIONS } from '../versions.js';
import { failure } from './failure.js';
import { LOCK } from './lock-lines.js';
import { pack, YARNRC_SECRETS } from './pack.js';

/**
 * Yarn 1 treats the settings of a `.yarnrc` like flags, so they are removed, except those about where packages come from and how they are
 * verified.
 */
const KEPT_SETTINGS =
  '(?:@[\\w.~-]+:)?(?:registry|_auth\\w*)|always-auth|username|email|strict-ssl|cafile|ca|cert|key|//\\S+|yarn-offline-mirror(?!"?:?\\s+"?(?:[/~]|\\w:))|yarn-offline-mirror-pruning';

/** The setting in `.npmrc` of a mirror on another machine, in whose folder yarn would store its downloads. */
const FOREIGN_MIRROR = '^\\s*yarn-offline-mirror\\s*=\\s*["\']?(?:[/~]|\\w:)';

/** For the fetch only. If a git repository has a `prepare` script, yarn 1 builds it in a separate install that ignores its own flags. */
const FETCH_ONLY = ['YARN_IGNORE_SCRIPTS=true', 'npm_config_ignore_scripts=true'];

const RUNNING = { name: 'yarn', version: VERSIONS.YARN_CLASSIC_VERSION };

const FORCED = [
  '--non-interactive',
  '--no-progress',
  '--ignore-scripts',
  '--production=false',
  '--disable-pnp',
  '--ignore-engines',
  '--force',
];

/** Yarn 1. */
export const yarnClassic: PackageManager = {
  ...nodeModules('yarn-classic'),
  name: 'yarn',
  version: VERSIONS.YARN_CLASSIC_VERSION,
  pack,
  secretSettings: { ...NPMRC_SECRETS, ...YARNRC_SECRETS },
  lock: LOCK,
  allowLists: [],
  removal: 'yarn remove',
  recognition: {
    ...PACKAGE_JSON,
    lockFiles: ['yarn.lock'],
    settingsFiles: [],
    otherFiles: ['.yarnrc', '.npmrc'],
    suits(project) {
      const asked = askedVersion(project, 'yarn');
      if (asked !== undefined && asked.version !== '') {
        return majorOf(asked.version) === 1 ? `package.json asks for ${asked.text}` : undefined;
      }
      if (!project.files.includes('yarn.lock')) return 'nothing specifies its version';
      return project.heads['yarn.lock']?.trim() === '' ? 'yarn.lock is empty' : 'yarn.lock is of yarn 1';
    },
  },
  program: {
    files: ['/usr/local/bin/yarn', '/usr/local/lib/node_modules/yarn/'],
    settings: ['/.npmrc', '/.yarnrc'],
    // It has no hooks; a `yarn-path` is started as a separate process.
    runsOthers: () => false,
  },
  environment: ({ proxy }) => [
    'YARN_IGNORE_PATH=1',
    'SKIP_YARN_COREPACK_CHECK=1',
    `YARN_CACHE_FOLDER=${HOME}/.cache/yarn`,
    'YARN_DISABLE_SELF_UPDATE_CHECK=true',
    `YARN_PROXY=${proxy}`,
    `YARN_HTTPS_PROXY=${proxy}`,
  ],
  overridden: (project) => [
    ...failedGuards(project, RUNNING).map(textOf),
    ...(npmrcOf(project).get('ignore-scripts') === 'true' ? ['ignore-scripts of .npmrc'] : []),
  ],
  sanitize: (project) =>
    sanitizing(project, { ...platformRemovals(project), yarnrc: KEPT_SETTINGS, npmrc: FOREIGN_MIRROR }),
  fetch: ({ files }) => [
    {
      command: ['yarn', 'install', ...(files.includes('yarn.lock') ? ['--pure-lockfile'] : []), ...FORCED],
      projectCode: null,
      environment: FETCH_ONLY,
    },
  ],
  failure,
  scripts: nodeScripts(`yarn/${VERSIONS.YARN_CLASSIC_VERSION} npm/?`, '/usr/local/lib/node_modules/yarn/bin/yarn.js'),
};
