import type { NetworkSettings, PackageManager } from '../manager.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { CA_FILE, HOME } from '../places.js';
import type { FoundProject } from '../project.js';
import { VERSIONS } from '../versions.js';
import { ALLOW_LISTS } from './allow-list.js';
import { LOCK } from './lock-lines.js';
import { PNPMFILES, pack } from './pack.js';

/**
 * Flags win over an uploaded pnpm-workspace.yaml, .npmrc, and the `updateConfig` of a .pnpmfile.cjs alone can't undo them.
 * They keep the project from turning the fetch into something that shows nothing, and pnpm from fetching another version of
 * itself. Ages, engines and trust are guards for the project's own machines: they must not change what is installed here.
 */
const FORCED = [
  '--no-offline',
  '--optional',
  '--os=linux',
  '--node-linker=isolated',
  '--reporter=append-only',
  '--ignore-scripts',
  '--config.strictDepBuilds=false',
  '--config.sideEffectsCache=false',
  '--config.production=true',
  '--config.dev=true',
  '--config.dryRun=false',
  '--config.lockfileOnly=false',
  '--config.frozenStore=false',
  '--config.enableModulesDir=true',
  '--config.modulesDir=node_modules',
  '--config.virtualStoreDir=node_modules/.pnpm',
  '--config.virtualStoreOnly=false',
  '--config.enableGlobalVirtualStore=false',
  '--config.pmOnFail=ignore',
  '--config.runtimeOnFail=ignore',
  '--config.minimumReleaseAge=0',
  '--config.trustPolicy=off',
  '--config.blockExoticSubdeps=false',
  '--config.updateNotifier=false',
  // Where CI machines have it too; a store on the project's file system is linked from, not copied.
  `--store-dir=${HOME}/.cache/pnpm/store`,
  `--state-dir=${HOME}/.cache/pnpm/state`,
];

export const pnpm: PackageManager = {
  ...nodeModules('pnpm'),
  name: 'pnpm',
  version: VERSIONS.PNPM_VERSION,
  pack,
  lock: LOCK,
  allowLists: ALLOW_LISTS,
  removal: 'pnpm remove',
  recognition: {
    ...PACKAGE_JSON,
    lockFiles: ['pnpm-lock.yaml'],
    settingsFiles: ['pnpm-workspace.yaml'],
    otherFiles: PNPMFILES,
    suits: () => '',
  },
  program: {
    files: ['/usr/local/bin/pnpm', '/usr/local/lib/node_modules/pnpm/'],
    settings: ['/.npmrc', '/.config/pnpm/rc'],
  },
  environment: ({ hasExtraCa }) => (hasExtraCa ? [`PNPM_CONFIG_CAFILE=${CA_FILE}`] : []),
  sanitize: () => null,
  fetch: (project, network) => [
    {
      command: fetchCommand(project, network),
      projectCode: PNPMFILES.find((file) => project.files.includes(file)) ?? null,
    },
  ],
  scripts: nodeScripts(`pnpm/${VERSIONS.PNPM_VERSION} npm/?`, '/usr/local/lib/node_modules/pnpm/pnpm'),
};

function fetchCommand({ files }: FoundProject, { proxy, registry, registries }: NetworkSettings): readonly string[] {
  return [
    'pnpm',
    'install',
    files.includes('pnpm-lock.yaml') ? '--frozen-lockfile' : '--no-frozen-lockfile',
    ...FORCED,
    `--registry=${registry}`,
    `--http-proxy=${proxy}`,
    `--https-proxy=${proxy}`,
    ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `--config.${scope}:registry=${url}`)),
  ];
}
