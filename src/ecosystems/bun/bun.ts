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

/** Where the image has it: not on the PATH of other managers' jobs, whose machines have no Bun. */
const FOLDER = '/usr/local/lib/node_modules/bun/bin';
const PROGRAM = `${FOLDER}/bun`;

/** Commands that run no code in its own process. */
const INSTALLS = /^(?:install|i|add|a|remove|rm|update|ci|pm|outdated|link|unlink)$/;

/** What of the project's `bunfig.toml` counts; `image/opt/bun/settings.mjs` writes it. */
const CONFIG = `${HOME}/.config/ci/bunfig.toml`;

/**
 * With `--config` Bun reads no `bunfig.toml` of the project: a dry run, groups that are left out, a program that looks at the packages
 * (`install.security.scanner`). Nor does it read the project's `.env`, which could set all that too. The hoisted layout is the one that
 * the lister of packages knows, and what the isolated one finds is found there. Ages are guards for the project's own machines. The lock
 * file is kept to where it fits the manifest; a binary one becomes a text.
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
    // It is a runtime, too: what is no command of the manager is a file that it runs.
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

/** Bun takes the registry of a scope from its settings alone. */
function scopesOf(registries: NetworkSettings['registries']): string {
  const lines = registries.flatMap(({ url, scopes }) =>
    scopes.map((scope) => `${JSON.stringify(scope)} = ${JSON.stringify(url)}\n`),
  );
  return lines.length === 0 ? '' : `[install.scopes]\n${lines.join('')}`;
}
