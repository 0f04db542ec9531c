import { HOME } from '../identity.js';
import { NODE_MODULES, type PackageManager } from './manager.js';
import { VERSIONS } from './versions.js';

/** What a `.yarnrc` could ask for is taken out of it before (`image/opt/settle-yarn.mjs`): yarn 1 adds its lines to the flags. */
const FORCED = [
  '--non-interactive',
  '--no-progress',
  // The output of scripts is shown only so.
  '--verbose',
  '--production=false',
  '--disable-pnp',
  '--ignore-engines',
  '--force',
];

/** Yarn 1. */
export const yarnClassic: PackageManager = {
  ...NODE_MODULES,
  name: 'yarn',
  version: VERSIONS.YARN_CLASSIC_VERSION,
  environment: ({ proxy }) => [
    'YARN_IGNORE_PATH=1',
    'SKIP_YARN_COREPACK_CHECK=1',
    `YARN_CACHE_FOLDER=${HOME}/.cache/yarn`,
    'YARN_DISABLE_SELF_UPDATE_CHECK=true',
    `YARN_PROXY=${proxy}`,
    `YARN_HTTPS_PROXY=${proxy}`,
  ],
  settle: ({ root }) => ['node', '/opt/packwarden/settle-yarn.mjs', root],
  install: ({ files }) => ['yarn', 'install', ...lock(files), ...FORCED],
  installWithoutScripts: ({ files }) => ['yarn', 'install', '--ignore-scripts', ...lock(files), ...FORCED],
};

function lock(files: readonly string[]): readonly string[] {
  return files.includes('yarn.lock') ? ['--pure-lockfile'] : [];
}
