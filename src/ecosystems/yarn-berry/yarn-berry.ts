import type { PackageManager } from '../manager.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { NPMRC_SECRETS } from '../node/npmrc.js';
import { CA_FILE, HOME, OPT } from '../places.js';
import { askedManager, majorOf } from '../project.js';
import { VERSIONS } from '../versions.js';
import { LOCK } from '../yarn-classic/lock-lines.js';
import { DEPENDENCIES_META } from './allow-list.js';
import { pack, YARNRC_YML_SECRETS } from './pack.js';
import { yarnScopes } from './yarn-scopes.js';

/**
 * Variables win over an uploaded `.yarnrc.yml`; what they can't win over is taken out of it before
 * (`image/opt/node/settle-yarn.mjs`). node_modules: what is loaded and
 * listed stands in folders, not in zip files. Ages and git: a version that came out today is what is to be seen.
 */
const FORCED = {
  YARN_IGNORE_PATH: '1',
  YARN_ENABLE_SCRIPTS: '0',
  YARN_NODE_LINKER: 'node-modules',
  YARN_NM_MODE: 'classic',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  YARN_ENABLE_IMMUTABLE_CACHE: '0',
  YARN_ENABLE_HARDENED_MODE: '0',
  YARN_ENABLE_CONSTRAINTS_CHECKS: '0',
  YARN_ENABLE_STRICT_SETTINGS: '0',
  YARN_ENABLE_NETWORK: '1',
  YARN_ENABLE_OFFLINE_MODE: '0',
  YARN_ENABLE_TELEMETRY: '0',
  YARN_ENABLE_TIPS: '0',
  YARN_ENABLE_PROGRESS_BARS: '0',
  YARN_ENABLE_GLOBAL_CACHE: '1',
  YARN_GLOBAL_FOLDER: `${HOME}/.cache/yarn-berry`,
  // The age itself each scope has for itself, and no variable changes it there (tried with 4.18).
  YARN_NPM_PREAPPROVED_PACKAGES: '**',
  YARN_APPROVED_GIT_REPOSITORIES: '**',
};

/** Yarn 2 and later. */
export const yarnBerry: PackageManager = {
  ...nodeModules('yarn-berry'),
  name: 'yarn',
  version: VERSIONS.YARN_BERRY_VERSION,
  pack,
  secretSettings: { ...NPMRC_SECRETS, ...YARNRC_YML_SECRETS },
  lock: LOCK,
  allowLists: [DEPENDENCIES_META],
  removal: 'yarn remove',
  homeFiles: yarnScopes,
  recognition: {
    ...PACKAGE_JSON,
    lockFiles: ['yarn.lock'],
    settingsFiles: ['.yarnrc.yml'],
    otherFiles: [],
    suits(project) {
      const asked = askedManager(project);
      if (asked?.name === 'yarn' && asked.version !== '') {
        return majorOf(asked.version) === 1 ? undefined : `package.json asks for ${asked.text}`;
      }
      // Yarn 2 and later write a `__metadata` entry, yarn 1 a comment.
      const lock = project.heads['yarn.lock'];
      if (lock !== undefined) return /^__metadata:/m.test(lock) ? 'yarn.lock is of yarn 2 or later' : undefined;
      return project.files.includes('.yarnrc.yml') ? '.yarnrc.yml is of yarn 2 or later' : undefined;
    },
  },
  program: {
    files: ['/usr/local/bin/yarn-berry', '/usr/local/lib/node_modules/@yarnpkg/cli-dist/'],
    settings: ['/.yarnrc.yml'],
  },
  environment: ({ proxy, registry, hasExtraCa }) => [
    ...Object.entries(FORCED).map(([name, value]) => `${name}=${value}`),
    `YARN_NPM_REGISTRY_SERVER=${registry.replace(/\/$/, '')}`,
    `YARN_HTTP_PROXY=${proxy}`,
    `YARN_HTTPS_PROXY=${proxy}`,
    ...(hasExtraCa ? [`YARN_HTTPS_CA_FILE_PATH=${CA_FILE}`] : []),
  ],
  sanitize: ({ root }) => ['node', `${OPT}/node/settle-yarn.mjs`, root],
  fetch: () => [{ command: ['yarn-berry', 'install', '--mode=skip-build'], projectCode: null }],
  scripts: nodeScripts(
    `yarn/${VERSIONS.YARN_BERRY_VERSION} npm/?`,
    '/usr/local/lib/node_modules/@yarnpkg/cli-dist/bin/yarn.js',
  ),
};
