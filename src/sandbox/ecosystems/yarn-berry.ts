import { CA_FILE, HOME } from '../identity.js';
import { NODE_MODULES, type PackageManager } from './manager.js';
import { VERSIONS } from './versions.js';

/**
 * Variables win over an uploaded `.yarnrc.yml`; what they can't win over is taken out of it before
 * (`image/opt/settle-yarn.mjs`). Scripts: yarn 4 runs no dependency script unless told to, and then in a shell of its own, which no
 * sensor sees; a plugin of ours runs them by `sh`. node_modules: what is loaded and
 * listed stands in folders, not in zip files. Ages and git: a version that came out today is what is to be seen.
 */
const FORCED = {
  YARN_IGNORE_PATH: '1',
  YARN_PLUGINS: '/opt/packwarden/yarn-scripts.cjs',
  YARN_ENABLE_SCRIPTS: '1',
  YARN_NODE_LINKER: 'node-modules',
  YARN_NM_MODE: 'classic',
  YARN_ENABLE_INLINE_BUILDS: '1',
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
  ...NODE_MODULES,
  name: 'yarn',
  version: VERSIONS.YARN_BERRY_VERSION,
  environment: ({ proxy, registry, hasExtraCa }) => [
    ...Object.entries(FORCED).map(([name, value]) => `${name}=${value}`),
    `YARN_NPM_REGISTRY_SERVER=${registry.replace(/\/$/, '')}`,
    `YARN_HTTP_PROXY=${proxy}`,
    `YARN_HTTPS_PROXY=${proxy}`,
    ...(hasExtraCa ? [`YARN_HTTPS_CA_FILE_PATH=${CA_FILE}`] : []),
  ],
  settle: ({ root }) => ['node', '/opt/packwarden/settle-yarn.mjs', root],
  install: () => ['yarn-berry', 'install', '--inline-builds'],
  installWithoutScripts: () => ['yarn-berry', 'install', '--inline-builds', '--mode=skip-build'],
};
