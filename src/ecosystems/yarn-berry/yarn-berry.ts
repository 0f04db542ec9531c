import type { PackageManager } from '../manager.js';
import { editionFolder, editionPath } from '../node/editions.js';
import { failedGuards, textOf } from '../node/guards.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { NPMRC_SECRETS } from '../node/npmrc.js';
import { sanitizing } from '../node/sanitize.js';
import { CA_FILE, HOME, PROJECT } from '../places.js';
import { LOCK } from '../yarn-classic/lock-lines.js';
import { DEPENDENCIES_META } from './allow-list.js';
import { YARN_EDITIONS, type YarnMajor, yarnEdition } from './edition.js';
import { failure } from './failure.js';
import { pack, YARNRC_YML_SECRETS } from './pack.js';
import {
  alwaysEnvironment,
  fetchEnvironment,
  hasTokenForAll,
  overriddenSettings,
  REMOVED_SETTINGS,
  says,
} from './settings.js';
import { yarnScopes } from './yarn-scopes.js';

/**
 * All files but those that hold no code and name none: a `.yarnrc.yml` names plugins by any name, for any command. HOME's is the image's,
 * and the project's is the project's word.
 */
const HOOKS = new RegExp(
  `^(?!${CA_FILE}$|(?:${HOME}|${PROJECT})/\\.yarnrc\\.yml$|.*(?:\\.json|/yarn\\.lock|/\\.yarn/install-state\\.gz|/node_modules/\\.yarn-state\\.yml)$)`,
);

/** One of the versions of yarn 2 and later in the image. */
function yarn(major: YarnMajor): PackageManager {
  const running = { name: 'yarn', version: YARN_EDITIONS[major] } as const;
  const edition = `yarn-${major}`;
  const folder = `/usr/local/lib/node_modules/${major === 4 ? '@yarnpkg/cli-dist' : edition}/`;
  return {
    ...nodeModules('yarn-berry'),
    ...running,
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
      otherFiles: ['.yarn/cache'],
      suits(project) {
        const suited = yarnEdition(project);
        return suited?.major === major ? suited.because : undefined;
      },
    },
    program: {
      files: [`${editionFolder(edition)}/`, folder],
      settings: ['/.yarnrc.yml'],
      hooks: HOOKS,
      runsOthers: ({ hasReadHook }) => hasReadHook,
    },
    environment: (network, project) => [editionPath(edition), ...alwaysEnvironment(major, network, project)],
    overridden: (project) => [
      ...failedGuards(project, running).map(textOf),
      ...overriddenSettings(project).map((name) => `${name} of .yarnrc.yml`),
    ],
    sanitize: (project) =>
      sanitizing(project, {
        // `false` is meant for a package's scripts, but `true` would let a dependency of the protocol `exec:` run during the fetch.
        manifest: project.manifest.dependenciesMeta === undefined ? [] : [['dependenciesMeta', '*', 'built']],
        // Yarn stops if it should send credentials and has none; the gateway adds those of the known registries.
        yarnrcYml: hasTokenForAll(project) ? REMOVED_SETTINGS : [...REMOVED_SETTINGS, 'npmAlwaysAuth'],
        yarnrcYmlInner: says(project, 'npmAuthToken') || says(project, 'npmAuthIdent') ? [] : ['npmAlwaysAuth'],
      }),
    fetch: (project) => [
      {
        command: ['yarn', 'install', '--mode=skip-build'],
        projectCode: null,
        environment: fetchEnvironment(major, project),
      },
    ],
    failure,
    scripts: nodeScripts(`yarn/${running.version} npm/?`, `${folder}bin/yarn.js`),
  };
}

export const yarn4 = yarn(4);
export const yarn3 = yarn(3);
