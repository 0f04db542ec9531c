import { arch } from 'node:os';
import type { PackageManager, Recognition, ScriptRunner } from '../manager.js';
import { OPT } from '../places.js';
import { VERSIONS } from '../versions.js';
import { manifestFault } from './manifest-fault.js';
import { NPMRC_SECRETS } from './npmrc.js';

/** Fetches what the build of a git dependency needs: with npm, whichever manager the project uses. */
const BUILD_INSTALL = [
  'npm',
  'install',
  '--ignore-scripts',
  '--include=dev',
  '--no-audit',
  '--no-fund',
  '--no-package-lock',
  '--git=git',
];

/** `/NAME/-/FILE`; GitHub's registry uses `/download/NAME/VERSION/HASH`. */
const ARCHIVE_PATH = /\/(?:(?:@|%40)[^/]+\/)?[^/]+\/-\/.+$|\/download\/(?:(?:@|%40)[^/]+\/)?[^/]+\/[^/]+\/[^/]+$/i;

/** The common part of all node_modules managers. `record`: the lister's name for the format in which a manager records the install. */
export function nodeModules(record: string) {
  return {
    image: 'npm',
    purl: {
      type: 'npm',
      publicHosts: ['registry.npmjs.org', 'registry.yarnpkg.com'],
      archivePath: ARCHIVE_PATH,
    },
    // Yarn 1 writes its own alias of npm's registry into lock files, and other managers read lock files that were converted from these.
    registryHosts: (registry) => (new URL(registry).host === 'registry.npmjs.org' ? ['registry.yarnpkg.com'] : []),
    homeFiles: () => [],
    secretSettings: NPMRC_SECRETS,
    list: ({ root }, { registry, registries }) => [
      ...['node', `${OPT}/node/list.mjs`, root, record, registry],
      ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `${scope}=${url}`)),
    ],
    gitBuild: {
      checkout: (address, folder) => [
        'node',
        `${OPT}/node/git-build.mjs`,
        'checkout',
        address,
        folder,
        '--',
        ...BUILD_INSTALL,
      ],
      place: (folder, target) => ['node', `${OPT}/node/git-build.mjs`, 'place', folder, target],
    },
    load: {
      runtime: 'node',
      loader: `${OPT}/node/load.cjs`,
      many: `${OPT}/node/load-many.cjs`,
      call: `${OPT}/node/call.cjs`,
      marksActing: true,
      environment: [],
    },
  } as const satisfies Partial<PackageManager>;
}

/** The part of the last line of `image/opt/node/run-scripts.cjs` that the exit code does not express. */
const ENDING = /^(?:\S+ script|the scripts) (was killed by SIG\w+|can't be started: .*)/;

/** The manifest of every node_modules manager. */
export const PACKAGE_JSON = {
  manifests: ['package.json'],
  manifestFault,
} as const satisfies Partial<Recognition>;

/**
 * Runs lifecycle scripts as a node_modules manager does: npm's own `@npmcli/run-script` sets up their environment, and what distinguishes
 * the managers is added here (`npx only-allow pnpm` checks the user agent). `userAgent`: name and version as the manager sends them, e.g.
 * `pnpm/12.21.0 npm/?`; `program`: its file in the image.
 */
export function nodeScripts(userAgent: string, program: string): ScriptRunner {
  const agent = `${userAgent} node/v${VERSIONS.NODE_VERSION} linux ${arch()}`;
  return {
    command: (folder, scripts) => ['node', `${OPT}/node/run-scripts.cjs`, folder, ...scripts],
    environment: ({ root }) => [
      `npm_config_user_agent=${agent}`,
      `npm_execpath=${program}`,
      'npm_node_execpath=/usr/local/bin/node',
      'npm_command=install',
      `INIT_CWD=${root}`,
    ],
    ending: (lines) => ENDING.exec(lines.at(-1) ?? '')?.[1],
  };
}
