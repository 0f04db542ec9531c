import { describe, expect, it } from 'vitest';
import { Link, listed, manifest, type Tree } from './listed.js';

const NAMES = [
  ...['pnpm:devPreinstall', 'preinstall', 'install', 'postinstall', 'dependencies', 'postdependencies', 'prepublish'],
  ...['preprepare', 'prepare', 'postprepare', 'prepack', 'test'],
];
const scripts = Object.fromEntries(NAMES.map((name) => [name, `echo ${name}`]));
const INSTALL = ['preinstall', 'install', 'postinstall'];

/** A project with a workspace, a linked folder, a package of a registry and one that it bundles; each has every script. */
const packages: Tree = {
  ...manifest('.', 'root', '1.0.0', { workspaces: ['packages/*'], dependencies: { lnk: 'file:./lnk' }, scripts }),
  ...manifest('packages/a', 'a', '1.0.0', { scripts }),
  ...manifest('lnk', 'lnk', '1.0.0', { scripts }),
  'node_modules/a': new Link('../packages/a'),
  'node_modules/lnk': new Link('../lnk'),
};
const flat: Tree = {
  ...packages,
  ...manifest('node_modules/dep', 'dep', '1.0.0', { bundleDependencies: ['inner'], scripts }),
  ...manifest('node_modules/dep/node_modules/inner', 'inner', '1.0.0', { scripts }),
};
const stored = 'node_modules/.pnpm/dep@1.0.0/node_modules/dep';

const records: Readonly<Record<string, Tree>> = {
  npm: {
    ...flat,
    'node_modules/.package-lock.json': {
      packages: {
        lnk: { version: '1.0.0' },
        'packages/a': { version: '1.0.0' },
        'node_modules/a': { resolved: 'packages/a', link: true },
        'node_modules/lnk': { resolved: 'lnk', link: true },
        'node_modules/dep': { version: '1.0.0', resolved: 'https://registry.npmjs.org/dep/-/dep-1.0.0.tgz' },
        'node_modules/dep/node_modules/inner': { version: '1.0.0', inBundle: true },
      },
    },
  },
  pnpm: {
    ...packages,
    ...manifest(stored, 'dep', '1.0.0', { bundleDependencies: ['inner'], scripts }),
    ...manifest(`${stored}/node_modules/inner`, 'inner', '1.0.0', { scripts }),
    'node_modules/dep': new Link('.pnpm/dep@1.0.0/node_modules/dep'),
    'node_modules/.modules.yaml': '{}',
    'node_modules/.pnpm/lock.yaml':
      'importers:\n  .:\n    dependencies:\n      lnk: {specifier: x, version: link:lnk}\n  packages/a: {}\nsnapshots:\n  dep@1.0.0: {}\n',
  },
  'yarn-classic': {
    ...flat,
    'node_modules/.yarn-integrity': {
      topLevelPatterns: ['a@1.0.0', 'lnk@link:./lnk', 'dep@1.0.0'],
      lockfileEntries: { 'lnk@link:./lnk': '', 'dep@1.0.0': 'https://registry.yarnpkg.com/dep/-/dep-1.0.0.tgz' },
    },
  },
  'yarn-berry': {
    ...flat,
    'yarn.lock': '{}',
    'node_modules/.yarn-state.yml': {
      'a@workspace:packages/a': { locations: ['node_modules/a'] },
      'lnk@portal:./lnk::locator=root%40workspace%3A.': { locations: ['node_modules/lnk'] },
      'dep@npm:1.0.0': { locations: ['node_modules/dep'] },
    },
  },
  bun: {
    ...flat,
    'bun.lock': {
      packages: { a: ['a@workspace:packages/a'], lnk: ['lnk@link:lnk'], dep: ['dep@1.0.0', '', {}, ''] },
    },
  },
};

// What each manager was seen to run of such a project (npm 12.2, pnpm 12.21, yarn 1.22 and 4.18, bun 1.4).
const LINKED_BY_NPM = ['preinstall', 'prepare', 'install', 'postinstall'];
const PREPARED = [...INSTALL, 'preprepare', 'prepare', 'postprepare'];
const rows = [
  [
    'npm',
    [
      'preinstall',
      'dependencies',
      'postdependencies',
      'install',
      'postinstall',
      'prepublish',
      'preprepare',
      'prepare',
      'postprepare',
    ],
    LINKED_BY_NPM,
    LINKED_BY_NPM,
    INSTALL,
  ],
  ['pnpm', ['pnpm:devPreinstall', ...PREPARED], PREPARED, [], []],
  ['yarn-classic', [...INSTALL, 'prepublish', 'prepare'], INSTALL, [], []],
  ['yarn-berry', INSTALL, INSTALL, [], []],
  ['bun', PREPARED, [...INSTALL, 'prepare'], [], []],
] as const;

describe('the scripts that an install runs', () => {
  it.each(rows)('%s', (manager, ofProject, ofWorkspace, ofLink, ofBundled) => {
    const list = listed(manager, records[manager] ?? {});
    const found = Object.fromEntries(list.packages.map((pkg) => [pkg.from.kind, pkg.scripts]));
    expect(found).toEqual({
      project: ofProject,
      workspace: ofWorkspace,
      link: ofLink,
      registry: INSTALL,
      bundled: ofBundled,
    });
    expect(list.disagreements).toEqual([]);
  });

  it.each([
    ['npm', ['.', 'a', 'lnk', 'dep', 'inner']],
    ['pnpm', ['.', 'a', 'dep']],
    ['yarn-classic', ['.', 'a', 'dep']],
    ['yarn-berry', ['dep']],
    ['bun', ['.', 'a', 'dep']],
  ])('%s: a binding.gyp that nothing else builds counts as an install script', (manager, builds) => {
    const tree = Object.entries(records[manager] ?? {}).flatMap(([path, content]) => {
      if (!path.endsWith('package.json')) return [[path, content] as const];
      const bare = { ...(content as object), scripts: {} };
      return [[path, bare] as const, [path.replace('package.json', 'binding.gyp'), '{}'] as const];
    });
    const { packages: found } = listed(manager, Object.fromEntries(tree));
    const built = found.filter(({ scripts: runs }) => runs.join() === 'install');
    expect(built.map(({ name, path }) => (path === '.' ? '.' : name)).toSorted()).toEqual([...builds].toSorted());
  });

  it.each([
    ['gypfile is false', { gypfile: false }, []],
    ['it has a preinstall script', { scripts: { preinstall: 'x' } }, ['preinstall']],
    ['scripts are blank', { scripts: { install: '  ', postinstall: '' } }, ['install']],
    ['scripts are none', { scripts: ['install'] }, ['install']],
  ])('node-gyp where %s', (_title, more, expected) => {
    const { at } = listed('npm', {
      ...manifest('.', 'root', '1.0.0'),
      ...manifest('node_modules/x', 'x', '1.0.0', more),
      'node_modules/x/binding.gyp': '{}',
    });
    expect(at('node_modules/x').scripts).toEqual(expected);
  });
});
