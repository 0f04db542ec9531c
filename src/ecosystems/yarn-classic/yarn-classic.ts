import type { PackageManager } from '../manager.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { NPMRC_SECRETS } from '../node/npmrc.js';
import { HOME, OPT } from '../places.js';
import { askedManager, majorOf } from '../project.js';
import { VERSIONS } from '../versions.js';
import { LOCK } from './lock-lines.js';
import { pack, YARNRC_SECRETS } from './pack.js';

/** What a `.yarnrc` could ask for is taken out of it before (`image/opt/node/settle-yarn.mjs`): yarn 1 adds its lines to the flags. */
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
    otherFiles: ['.yarnrc'],
    suits(project) {
      const asked = askedManager(project);
      if (asked?.name === 'yarn' && asked.version !== '') {
        return majorOf(asked.version) === 1 ? `package.json asks for ${asked.text}` : undefined;
      }
      return project.files.includes('yarn.lock') ? 'yarn.lock is of yarn 1' : 'nothing tells its version';
    },
  },
  program: { files: ['/usr/local/bin/yarn', '/usr/local/lib/node_modules/yarn/'], settings: ['/.npmrc', '/.yarnrc'] },
  environment: ({ proxy }) => [
    'YARN_IGNORE_PATH=1',
    'SKIP_YARN_COREPACK_CHECK=1',
    `YARN_CACHE_FOLDER=${HOME}/.cache/yarn`,
    'YARN_DISABLE_SELF_UPDATE_CHECK=true',
    `YARN_PROXY=${proxy}`,
    `YARN_HTTPS_PROXY=${proxy}`,
  ],
  sanitize: ({ root }) => ['node', `${OPT}/node/settle-yarn.mjs`, root],
  fetch: ({ files }) => [
    {
      command: ['yarn', 'install', ...(files.includes('yarn.lock') ? ['--pure-lockfile'] : []), ...FORCED],
      projectCode: null,
    },
  ],
  scripts: nodeScripts(`yarn/${VERSIONS.YARN_CLASSIC_VERSION} npm/?`, '/usr/local/lib/node_modules/yarn/bin/yarn.js'),
};
