import type { InstalledPackage } from '../installed-package.js';
import { HOME } from '../places.js';
import { VERSIONS } from '../versions.js';

/**
 * What npm itself sets for a script beside what its `@npmcli/run-script` does (`@npmcli/config/lib/set-envs.js`, and
 * `@npmcli/arborist/lib/arborist/rebuild.js` for that of a dependency): who asks whether npm runs it looks for some of these. The
 * values are those that an npm without these variables takes by itself. Left out are those that name files which an npm, or another
 * program, would obey (`npm_config_userconfig`, `npm_config_prefix`, `EDITOR` …): set by us, they could not be told from a package's.
 */
export function scriptEnvironment(root: string, pkg: InstalledPackage | undefined): readonly string[] {
  const ofDependency =
    pkg === undefined || pkg.path === '.'
      ? []
      : [
          `npm_package_resolved=${pkg.from.resolved ?? ''}`,
          `npm_package_integrity=${pkg.from.integrity ?? ''}`,
          `npm_package_optional=${pkg.optional ? 'true' : ''}`,
          'npm_package_dev=',
          'npm_package_peer=',
          'npm_package_dev_optional=',
        ];
  return [
    `npm_config_cache=${HOME}/.npm`,
    `npm_config_local_prefix=${root}`,
    `npm_config_npm_version=${VERSIONS.NPM_VERSION}`,
    'NODE=/usr/local/bin/node',
    'COLOR=0',
    ...ofDependency,
  ];
}
