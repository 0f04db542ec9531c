import type { PackageManager } from '../manager.js';
import { editionFolder, editionPath } from '../node/editions.js';
import { failedGuards, textOf } from '../node/guards.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { sanitizing } from '../node/sanitize.js';
import { npmrcOf, yamlOf } from '../node/settings.js';
import { CA_FILE, HOME, PROJECT } from '../places.js';
import type { FoundProject } from '../project.js';
import { ALLOW_LISTS } from './allow-list.js';
import { PNPM_EDITIONS, type PnpmMajor, pnpmEdition } from './edition.js';
import { failure } from './failure.js';
import { camel, isOverridden, pnpmFlags, refusesScripts } from './flags.js';
import { LOCK } from './lock-lines.js';
import { PNPMFILES, pack } from './pack.js';
import { projectCodeOf } from './project-code.js';

const LOCK_FILE = 'pnpm-lock.yaml';
const SETTINGS_FILE = 'pnpm-workspace.yaml';

/**
 * All files but those that hold no code and name none: settings name hooks by any name. HOME's are the image's, and those of the project's
 * own folder are the project's word; a package that changes one shows it by that.
 */
const HOOKS = new RegExp(
  `^(?!${CA_FILE}$|${HOME}/(?:\\.npmrc|\\.config/pnpm/rc)$|${PROJECT}/(?:\\.npmrc|pnpm-workspace\\.yaml|\\.pnpmfile\\.cjs)$|.*(?:\\.json|/pnpm-lock\\.yaml|/\\.pnpm/lock\\.yaml|/\\.modules\\.yaml)$)`,
);

/** One of the versions of pnpm in the image: pnpm 12 is a native program, the older ones are JavaScript. */
function pnpm(major: PnpmMajor): PackageManager {
  const version = PNPM_EDITIONS[major];
  const isNewest = major === 12;
  const edition = `pnpm-${major}`;
  return {
    ...nodeModules('pnpm'),
    name: 'pnpm',
    version,
    pack,
    lock: LOCK,
    // pnpm 9 runs every script.
    allowLists: major === 9 ? [] : ALLOW_LISTS,
    removal: 'pnpm remove',
    recognition: {
      ...PACKAGE_JSON,
      lockFiles: [LOCK_FILE],
      settingsFiles: [SETTINGS_FILE],
      otherFiles: ['.npmrc', ...PNPMFILES],
      suits(project) {
        const suited = pnpmEdition(project);
        return suited.major === major ? suited.because : undefined;
      },
    },
    program: isNewest
      ? {
          files: ['/usr/local/bin/pnpm', '/usr/local/lib/node_modules/pnpm/'],
          settings: ['/.npmrc', '/.config/pnpm/rc'],
          // Hooks run in a separate Node process.
          runsOthers: () => false,
        }
      : {
          files: [`${editionFolder(edition)}/`, `/usr/local/lib/node_modules/${edition}/`],
          settings: ['/.npmrc', '/.config/pnpm/rc'],
          hooks: HOOKS,
          runsOthers: ({ words, hasReadHook }) => hasReadHook || words.some((word) => /pnpmfile/i.test(word)),
        },
    // The last ones are for a pnpm called by a script, which must not be stopped by the project's guards either.
    environment: () =>
      isNewest
        ? [`PNPM_CONFIG_CAFILE=${CA_FILE}`, 'PNPM_CONFIG_PM_ON_FAIL=ignore']
        : [
            editionPath(edition),
            // What lies in a cache of compiled code would be run in pnpm's name, and whose it is can't be told.
            'NODE_DISABLE_COMPILE_CACHE=1',
            'npm_config_manage_package_manager_versions=false',
            'npm_config_package_manager_strict=false',
          ],
    overridden: (project) => overridden(project, version),
    sanitize: (project) =>
      sanitizing(project, {
        guards: blockersOf(project, version),
        // pnpm 9 has no flag for this.
        manifest: major === 9 ? [['pnpm', 'supportedArchitectures']] : [],
        otherManifests: [['engines', 'pnpm']],
      }),
    fetch: (project, network) => [
      {
        command: ['pnpm', 'install', ...pnpmFlags(major, network, project.files.includes(LOCK_FILE))],
        projectCode: projectCodeOf(project),
      },
    ],
    failure: (lines, project) => failure(lines, project, version),
    scripts: nodeScripts(
      `pnpm/${version} npm/?`,
      `/usr/local/lib/node_modules/${isNewest ? 'pnpm/pnpm' : `${edition}/bin/pnpm.cjs`}`,
    ),
  };
}

export const pnpm12 = pnpm(12);
export const pnpm10 = pnpm(10);
export const pnpm9 = pnpm(9);

/** pnpm stops because of its own member of `engines` in any project of a workspace, and no flag overrides it. */
function blockersOf(project: FoundProject, version: string): readonly (readonly string[])[] {
  const guards = failedGuards(project, { name: 'pnpm', version });
  return guards.some(({ path }) => path.join('.') === 'engines.pnpm') ? [['engines', 'pnpm']] : [];
}

function overridden(project: FoundProject, version: string): readonly string[] {
  const npmrc = npmrcOf(project);
  const settings = yamlOf(project, SETTINGS_FILE);
  const inManifest = { ...(project.manifest.pnpm as object | null | undefined) } as Readonly<Record<string, unknown>>;
  const isNamed = ([name, value]: [string, unknown]): boolean =>
    isOverridden(name, value) || refusesScripts(name, value);
  return [
    ...failedGuards(project, { name: 'pnpm', version }).map(textOf),
    ...[...npmrc].filter(([name, value]) => isOverridden(camel(name), value)).map(([name]) => `${name} of .npmrc`),
    ...Object.entries(settings)
      .filter(isNamed)
      .map(([name]) => `${name} of ${SETTINGS_FILE}`),
    ...Object.entries(inManifest)
      .filter(isNamed)
      .map(([name]) => `pnpm.${name} of package.json`),
  ];
}
