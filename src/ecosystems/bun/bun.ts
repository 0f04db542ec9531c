import type { NetworkSettings, PackageManager } from '../manager.js';
import { failedGuards, textOf } from '../node/guards.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { NPMRC_SECRETS } from '../node/npmrc.js';
import { CA_FILE, HOME, OPT } from '../places.js';
import { VERSIONS } from '../versions.js';
import { TRUSTED_DEPENDENCIES } from './allow-list.js';
import { failure, ignoredLock } from './failure.js';
import { LOCK } from './lock-lines.js';
import { BUNFIG_SECRETS, pack } from './pack.js';

/** Its location in the image: not on the PATH of other managers' jobs, since their machines have no Bun. */
const FOLDER = '/usr/local/lib/node_modules/bun/bin';
const PROGRAM = `${FOLDER}/bun`;

/** Commands that run no code of others in Bun's own process. */
const INSTALLS = /^(?:install|i|add|a|remove|rm|update|ci|pm|outdated|link|unlink)$/;

/** The supported settings of the project's `bunfig.toml`; written by `image/opt/bun/settings.mjs`. */
const CONFIG = `${HOME}/.config/ci/bunfig.toml`;

/**
 * With `--config` Bun ignores the project's `bunfig.toml`, which could ask for a dry run, omit groups, or run a program that checks the
 * packages (`install.security.scanner`). It also ignores the project's `.env`, which could set all this, too. The hoisted layout is the one
 * that the package lister supports; it resolves everything that the isolated one does. Minimum ages are guards for the project's own
 * machines. The lock file is respected if it matches the manifest; a binary one is converted to text.
 */
const FORCED = [
  `--config=${CONFIG}`,
  '--ignore-scripts',
  '--no-env-file',
  '--linker=hoisted',
  '--minimum-release-age=0',
  '--save-text-lockfile',
  '--no-progress',
  `--cache-dir=${HOME}/.cache/bun`,
];

const RUNNING = { name: 'bun', version: VERSIONS.BUN_VERSION } as const;

export const bun: PackageManager = {
  ...nodeModules('bun'),
  ...RUNNING,
  pack,
  secretSettings: { ...NPMRC_SECRETS, ...BUNFIG_SECRETS },
  lock: LOCK,
  allowLists: [TRUSTED_DEPENDENCIES],
  removal: 'bun remove',
  homeFiles: ({ registries }) => {
    const content = scopesOf(registries);
    return content === '' ? [] : [{ path: `${HOME}/.bunfig.toml`, content }];
  },
  recognition: {
    ...PACKAGE_JSON,
    lockFiles: ['bun.lock', 'bun.lockb'],
    settingsFiles: ['bunfig.toml'],
    otherFiles: [],
    suits: () => '',
  },
  program: {
    files: [PROGRAM],
    settings: ['/.npmrc', '/.bunfig.toml'],
    // Bun is a runtime, too: it runs any file that is not one of the manager's commands.
    runsOthers: ({ words }) => !INSTALLS.test(words[0] ?? ''),
  },
  environment: () => [`PATH=${FOLDER}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`],
  overridden: (project) => failedGuards(project, RUNNING).map(textOf),
  sanitize: ({ root }) => ['bun', `${OPT}/bun/settings.mjs`, root, CONFIG],
  fetch: (_project, { registry }) => [
    {
      command: [...['bun', 'install', ...FORCED, `--registry=${registry}`], `--cafile=${CA_FILE}`],
      projectCode: null,
    },
  ],
  failure,
  shortfall: ignoredLock,
  scripts: nodeScripts(`bun/${VERSIONS.BUN_VERSION} npm/?`, PROGRAM),
};

/** Bun only reads the registry of a scope from its settings. */
function scopesOf(registries: NetworkSettings['registries']): string {
  const lines = registries.flatMap(({ url, scopes }) =>
    scopes.map((scope) => `${JSON.stringify(scope)} = ${JSON.stringify(url)}\n`),
  );
  return lines.length === 0 ? '' : `[install.scopes]\n${lines.join('')}`;
}
