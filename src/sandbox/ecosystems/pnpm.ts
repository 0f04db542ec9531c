import { CA_FILE, HOME } from '../identity.js';
import { type NetworkSettings, NODE_MODULES, type PackageManager } from './manager.js';
import type { FoundProject } from './project.js';
import { VERSIONS } from './versions.js';

/**
 * Flags win over an uploaded pnpm-workspace.yaml, .npmrc, and the `updateConfig` of a .pnpmfile.cjs alone can't undo them.
 * pnpm runs no dependency script unless told to, and what the project allows or denies by name wins over "all": so the
 * list of names is emptied, too. The others keep the project from turning the install into something that shows nothing,
 * and pnpm from fetching another version of itself. Ages and trust: a version that came out today is what is to be seen.
 */
const FORCED = [
  '--no-offline',
  '--optional',
  '--os=linux',
  '--node-linker=isolated',
  '--reporter=append-only',
  '--config.dangerouslyAllowAllBuilds=true',
  '--config.allowBuilds={}',
  '--config.strictDepBuilds=false',
  '--config.sideEffectsCache=false',
  '--config.scriptShell=/bin/sh',
  '--config.shellEmulator=false',
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
  ...NODE_MODULES,
  name: 'pnpm',
  version: VERSIONS.PNPM_VERSION,
  environment: ({ hasExtraCa }) => (hasExtraCa ? [`PNPM_CONFIG_CAFILE=${CA_FILE}`] : []),
  settle: () => null,
  install: (project, network) => installCommand('--no-ignore-scripts', project, network),
  installWithoutScripts: (project, network) => installCommand('--ignore-scripts', project, network),
};

function installCommand(
  scripts: string,
  { files }: FoundProject,
  { proxy, registry, registries }: NetworkSettings,
): readonly string[] {
  return [
    'pnpm',
    'install',
    scripts,
    files.includes('pnpm-lock.yaml') ? '--frozen-lockfile' : '--no-frozen-lockfile',
    ...FORCED,
    `--registry=${registry}`,
    `--http-proxy=${proxy}`,
    `--https-proxy=${proxy}`,
    ...registries.flatMap(({ url, scopes }) => scopes.map((scope) => `--config.${scope}:registry=${url}`)),
  ];
}
