import { describe, expect, it } from 'vitest';
import { bun } from '../../src/ecosystems/bun/bun.js';
import type { PackageManager } from '../../src/ecosystems/manager.js';
import { npm } from '../../src/ecosystems/npm/npm.js';
import { pnpm9, pnpm12 } from '../../src/ecosystems/pnpm/pnpm.js';
import type { FoundProject } from '../../src/ecosystems/project.js';
import { yarn4 } from '../../src/ecosystems/yarn-berry/yarn-berry.js';
import { yarnClassic } from '../../src/ecosystems/yarn-classic/yarn-classic.js';
import { foundProject } from './found-project.js';

const manifest = (value: object): Partial<FoundProject> => ({ manifest: { ...value } });
const head = (file: string, text: string): Partial<FoundProject> => ({ heads: { [file]: text } });
const npmDev = (version: string): object => ({ packageManager: { name: 'npm', version, onFail: 'error' } });

const rows: readonly [string, PackageManager, Partial<FoundProject>, readonly string[]][] = [
  ['nothing', npm, {}, []],
  ['engines that hold', npm, manifest({ engines: { node: '>=18', npm: '>=9', yarn: '^1' } }), []],
  ['another Node', npm, manifest({ engines: { node: '18.x' } }), ['engines.node 18.x of package.json']],
  ['another npm', npm, manifest({ engines: { npm: '^9' } }), ['engines.npm ^9 of package.json']],
  ['engines that are no range', npm, manifest({ engines: { npm: 'please use yarn', node: 18 } }), []],
  ['engines in an array', npm, manifest({ engines: ['node >= 0.8'] }), []],
  [
    'an exact packageManager',
    npm,
    manifest({ packageManager: 'npm@9.1.0+sha512.aa' }),
    ['packageManager npm@9.1.0 of package.json'],
  ],
  ['the packageManager that runs', npm, manifest({ packageManager: `npm@${npm.version}` }), []],
  [
    'devEngines',
    npm,
    manifest({ devEngines: npmDev('^11.0.0') }),
    ['devEngines.packageManager npm@^11.0.0 of package.json'],
  ],
  ['devEngines that hold', npm, manifest({ devEngines: npmDev('>=11') }), []],
  [
    'devEngines of which one holds',
    npm,
    manifest({ devEngines: { packageManager: [{ name: 'yarn' }, { name: 'npm' }] } }),
    [],
  ],
  [
    'devEngines of which none holds',
    npm,
    manifest({ devEngines: { packageManager: [{ name: 'yarn', version: '^4' }, { name: 'pnpm' }] } }),
    ['devEngines.packageManager yarn@^4 or pnpm of package.json'],
  ],
  [
    'devEngines of another machine',
    npm,
    manifest({ devEngines: { os: { name: 'darwin' }, runtime: { name: 'bun' } } }),
    ['devEngines.os darwin of package.json', 'devEngines.runtime bun of package.json'],
  ],
  [
    'devEngines that npm stops at, too',
    npm,
    manifest({ devEngines: { shell: { name: 'zsh' }, os: 'linux' } }),
    ['devEngines.shell (unknown) of package.json', 'devEngines.os (unknown) of package.json'],
  ],
  ['strictness', npm, head('.npmrc', 'engine-strict=true\nsave-exact=true\n'), ['engine-strict of .npmrc']],
  ['strictness that is off', npm, head('.npmrc', 'engine-strict = false\n'), []],
  [
    'ages, with CRLF and a BOM',
    npm,
    head('.npmrc', '\uFEFFmin-release-age=7\r\nbefore = "2020-01-01"\r\n'),
    ['min-release-age of .npmrc', 'before of .npmrc'],
  ],
  ['what is commented out', npm, head('.npmrc', '# engine-strict=true\n;before=2020\n'), []],
  ['code that npm runs without a lock file', npm, head('.npm-extension.mjs', ''), ['.npm-extension.mjs']],
  ['code that npm ran for a lock file', npm, { heads: { '.npm-extension.mjs': '', 'package-lock.json': '{}' } }, []],
  [
    'scripts and dependencies left out by npm',
    npm,
    head('.npmrc', 'ignore-scripts=true\nomit[]=dev\nos=linux\ninstall-strategy=linked\n'),
    ['ignore-scripts of .npmrc', 'omit of .npmrc', 'install-strategy of .npmrc'],
  ],
  [
    'what npm does here, too',
    npm,
    head('.npmrc', 'ignore-scripts=false\nmin-release-age=0\npackage-lock=true\nallow-git=all\n'),
    [],
  ],
  [
    'scripts left out by pnpm, and another layout',
    pnpm12,
    head(
      'pnpm-workspace.yaml',
      'ignoreScripts: true\nnodeLinker: hoisted\nsymlink: true\nignoredBuiltDependencies: [a]\n',
    ),
    [
      'ignoreScripts of pnpm-workspace.yaml',
      'nodeLinker of pnpm-workspace.yaml',
      'ignoredBuiltDependencies of pnpm-workspace.yaml',
    ],
  ],
  [
    'scripts left out by pnpm 9',
    pnpm9,
    {
      ...head('.npmrc', 'ignore-scripts=true\nnode-linker=isolated\n'),
      ...manifest({ pnpm: { neverBuiltDependencies: ['a'], ignoredBuiltDependencies: [], overrides: {} } }),
    },
    ['ignore-scripts of .npmrc', 'pnpm.neverBuiltDependencies of package.json'],
  ],
  [
    'scripts that pnpm is told not to run',
    pnpm12,
    head('pnpm-workspace.yaml', 'allowBuilds:\n  a: true\n  b: false\n'),
    ['allowBuilds of pnpm-workspace.yaml'],
  ],
  ['scripts that pnpm may run', pnpm12, head('pnpm-workspace.yaml', 'allowBuilds:\n  a: true\n'), []],
  ['a list of builds that is none', pnpm12, head('pnpm-workspace.yaml', 'allowBuilds: null\n'), []],
  ['scripts of pnpm that run', pnpm12, head('pnpm-workspace.yaml', 'ignoreScripts: false\n'), []],
  ['settings of pnpm that are none', pnpm12, manifest({ pnpm: 'x' }), []],
  [
    'scripts left out by yarn, and another linker',
    yarn4,
    head('.yarnrc.yml', 'enableScripts: false\nnodeLinker: pnp\nnmMode: classic\n'),
    ['enableScripts of .yarnrc.yml', 'nodeLinker of .yarnrc.yml'],
  ],
  [
    'a cache of another machine',
    yarn4,
    head('.yarnrc.yml', 'cacheFolder: /builds/cache\n'),
    ['cacheFolder of .yarnrc.yml'],
  ],
  ['a cache of the project', yarn4, head('.yarnrc.yml', 'cacheFolder: ./.cache/yarn\n'), []],
  ['scripts left out by yarn 1', yarnClassic, head('.npmrc', 'ignore-scripts=true\n'), ['ignore-scripts of .npmrc']],
  ['scripts of yarn 1 that run', yarnClassic, head('.npmrc', 'ignore-scripts=false\n'), []],
  ['the linker that is used', yarn4, head('.yarnrc.yml', 'enableScripts: true\nnodeLinker: node-modules\n'), []],
  [
    'another Bun',
    bun,
    manifest({ packageManager: 'bun@1.0.0', engines: { bun: '0.1', node: '>=99' } }),
    [
      'packageManager bun@1.0.0 of package.json',
      'engines.node >=99 of package.json',
      'engines.bun 0.1 of package.json',
    ],
  ],
  ['another pnpm', pnpm12, manifest({ engines: { pnpm: '<10' } }), ['engines.pnpm <10 of package.json']],
  ['the pnpm that runs', pnpm9, manifest({ engines: { pnpm: '<10' } }), []],
  [
    'ages and trust of pnpm',
    pnpm12,
    head('pnpm-workspace.yaml', 'minimumReleaseAge: 1440\ntrustPolicy: no-downgrade\npackages: []\n'),
    ['minimumReleaseAge of pnpm-workspace.yaml', 'trustPolicy of pnpm-workspace.yaml'],
  ],
  ['a Node of its own', pnpm9, head('.npmrc', 'use-node-version=16.20.0\n'), ['use-node-version of .npmrc']],
  ['a file that is no YAML', pnpm12, head('pnpm-workspace.yaml', 'minimumReleaseAge'), []],
  [
    'another yarn',
    yarn4,
    manifest({ packageManager: 'yarn@4.0.1', engines: { yarn: '^1.22' } }),
    ['packageManager yarn@4.0.1 of package.json', 'engines.yarn ^1.22 of package.json'],
  ],
  [
    'ages of yarn, also of a scope',
    yarn4,
    head('.yarnrc.yml', 'npmScopes:\n  corp:\n    npmMinimalAgeGate: 3d\n'),
    ['npmMinimalAgeGate of .yarnrc.yml'],
  ],
  [
    'another yarn 1',
    yarnClassic,
    manifest({ engines: { node: '^12', yarn: '>=2' } }),
    ['engines.node ^12 of package.json', 'engines.yarn >=2 of package.json'],
  ],
];

describe('guards that are passed over are named', () => {
  it.each(rows)('%s', (_case, manager, more, expected) => {
    expect(manager.overridden?.(foundProject(more))).toEqual(expected);
  });
});

describe('the cache of yarn 4', () => {
  it.each<[string, Partial<FoundProject>, number]>([
    ['is in HOME', {}, 1],
    ['is the one that the project brings along', { files: ['.yarn/cache'] }, 0],
    ['is a folder of the project', head('.yarnrc.yml', 'cacheFolder: ./cache\n'), 0],
    [
      'is in HOME where the project has it there',
      head('.yarnrc.yml', 'cacheFolder: ./cache\nenableGlobalCache: true'),
      1,
    ],
    ['is in HOME for a folder of another machine', head('.yarnrc.yml', 'cacheFolder: /builds/x\n'), 1],
    [
      'also where the project brings one along',
      { ...head('.yarnrc.yml', 'cacheFolder: "/x"'), files: ['.yarn/cache'] },
      1,
    ],
    ['is in HOME for a folder of a user', head('.yarnrc.yml', 'cacheFolder: ~/x\n'), 1],
    ['is in HOME for a folder of Windows', head('.yarnrc.yml', "cacheFolder: 'C:\\x'\n"), 1],
    ['is in HOME for a folder outside', head('.yarnrc.yml', 'cacheFolder: a/../../x\n'), 1],
    ['is in HOME for one that a variable names', head('.yarnrc.yml', `cacheFolder: "\${X}/y"\n`), 1],
  ])('%s', (_case, more, isGlobal) => {
    const network = { proxy: 'http://10.0.0.1:1', registry: 'https://r.example/', registries: [] };
    expect(yarn4.environment(network, foundProject(more))).toContain(`YARN_ENABLE_GLOBAL_CACHE=${isGlobal}`);
  });
});
