import type { PackageManager } from '../manager.js';
import { nodeModules, nodeScripts, PACKAGE_JSON } from '../node/node.js';
import { VERSIONS } from '../versions.js';
import { ALLOW_SCRIPTS } from './allow-list.js';
import { LOCK } from './lock-lines.js';
import { pack } from './pack.js';

/**
 * Flags of the command line win over an uploaded `.npmrc`, over the environment and over HOME's. These keep an uploaded
 * `.npmrc` from turning the fetch into something that shows nothing: a dry run, a lock file only, a help text, dependencies
 * left out, another platform's optional packages, a layout that the lister of packages does not know; and from running a
 * program of the project's choice (`git`).
 * `allow-*`: npm 12 refuses git, URL, file and folder dependencies that npm 11 installs, and they must be seen.
 * `engine-strict`, `min-release-age`: guards for the project's own machines, which must not change what is installed here.
 */
const FORCED = [
  '--ignore-scripts',
  '--strict-allow-scripts=false',
  '--allow-git=all',
  '--allow-remote=all',
  '--allow-file=all',
  '--allow-directory=all',
  '--engine-strict=false',
  '--min-release-age=0',
  '--git=git',
  '--dry-run=false',
  '--package-lock-only=false',
  '--global=false',
  '--location=project',
  '--include=prod',
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--os=linux',
  '--install-strategy=hoisted',
  '--include-workspace-root',
  '--usage=false',
  '--audit=false',
  '--fund=false',
  '--update-notifier=false',
  '--progress=false',
];

const LOCK_FILES = ['npm-shrinkwrap.json', 'package-lock.json'];

export const npm: PackageManager = {
  ...nodeModules('npm'),
  name: 'npm',
  version: VERSIONS.NPM_VERSION,
  pack,
  lock: LOCK,
  allowLists: [ALLOW_SCRIPTS],
  removal: 'npm uninstall',
  recognition: {
    ...PACKAGE_JSON,
    lockFiles: LOCK_FILES,
    settingsFiles: [],
    otherFiles: [],
    suits: () => '',
  },
  program: {
    files: ['/usr/local/bin/npm', '/usr/local/bin/npx', '/usr/local/lib/node_modules/npm/bin/'],
    settings: ['/.npmrc'],
  },
  // The container's own environment is npm's.
  environment: () => [],
  sanitize: () => null,
  fetch: ({ files }) => [{ command: ['npm', verb(files), ...FORCED], projectCode: null }],
  scripts: nodeScripts(`npm/${VERSIONS.NPM_VERSION}`, '/usr/local/lib/node_modules/npm/bin/npm-cli.js'),
};

/** `npm ci` wants a lock file; without one there is nothing to keep to. */
function verb(files: readonly string[]): string {
  return LOCK_FILES.some((file) => files.includes(file)) ? 'ci' : 'install';
}
