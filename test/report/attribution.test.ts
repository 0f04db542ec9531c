import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/report/attribution.js';
import { PackageIndex } from '../../src/report/package-index.js';
import { alertAt, PROJECT, pkg, type Start, treeOf } from './evidence.js';

const packages = new PackageIndex(
  [
    pkg('.', ['left', 'linked', '@scope/tool']),
    pkg('node_modules/left', ['deep']),
    pkg('node_modules/left/node_modules/deep'),
    pkg('node_modules/deep'),
    pkg('node_modules/linked', [], ['install'], `${PROJECT}/packages/linked`),
    pkg('node_modules/@scope/tool'),
  ],
  PROJECT,
);

const NPM: Start = [1, 10, 9, PROJECT, 'node /usr/local/bin/npm ci --foreground-scripts'];
const inPackage = (path: string): Start => [2, 20, 10, `${PROJECT}/${path}`, 'sh -c node setup.js'];

const rows: readonly [string, Start[], Record<string, string>, string[] | null][] = [
  ['a script in its folder', [NPM, inPackage('node_modules/left')], { 'proc.pid': '20' }, ['app', 'left']],
  [
    'a nested package',
    [NPM, inPackage('node_modules/left/node_modules/deep')],
    { 'proc.pid': '20' },
    ['app', 'left', 'deep'],
  ],
  ['a scoped package', [NPM, inPackage('node_modules/@scope/tool')], { 'proc.pid': '20' }, ['app', '@scope/tool']],
  [
    'a linked package, by its real folder',
    [NPM, inPackage('packages/linked')],
    { 'proc.pid': '20' },
    ['app', 'linked'],
  ],
  ['a folder inside the package', [NPM, inPackage('node_modules/left/lib/x')], { 'proc.pid': '20' }, ['app', 'left']],
  [
    'a child that went elsewhere',
    [NPM, inPackage('node_modules/left'), [3, 30, 20, '/tmp', 'wget http://x.invalid']],
    { 'proc.pid': '30' },
    ['app', 'left'],
  ],
  [
    'a forked child without an exec, through its parent',
    [NPM, inPackage('node_modules/left')],
    { 'proc.pid': '77', 'proc.ppid': '20' },
    ['app', 'left'],
  ],
  [
    'a forked grandchild',
    [NPM, inPackage('node_modules/left')],
    { 'proc.pid': '78', 'proc.ppid': '77', 'proc.apid[2]': '20' },
    ['app', 'left'],
  ],
  [
    'a script of a package run from elsewhere',
    [NPM, [2, 20, 10, '/tmp', `node ${PROJECT}/node_modules/left/setup.js`]],
    { 'proc.pid': '20' },
    ['app', 'left'],
  ],
  ["the project's own script", [NPM, [2, 20, 10, PROJECT, 'sh -c node x.js']], { 'proc.pid': '20' }, ['app']],
  ['the package manager itself', [NPM], { 'proc.pid': '10' }, null],
  [
    'an import',
    [[2, 20, 9, PROJECT, 'node /opt/packwarden/load.cjs @scope/tool']],
    { 'proc.pid': '20' },
    ['app', '@scope/tool'],
  ],
  ['a process never seen', [NPM], { 'proc.pid': '999' }, null],
];

describe('an alert is attributed to the package that pulls it in', () => {
  it.each(rows)('%s', (_title, starts, fields, path) => {
    const { package: found } = attribute(alertAt(5, 'x', fields), treeOf(starts), packages);
    expect(found?.path ?? null).toEqual(path);
  });

  it('keeps a pid that was used again apart by time', () => {
    const tree = treeOf([NPM, inPackage('node_modules/left'), [8, 20, 10, `${PROJECT}/node_modules/deep`, 'sh -c y']]);
    const at = (second: number) => attribute(alertAt(second, 'x', { 'proc.pid': '20' }), tree, packages).package?.name;
    expect([at(5), at(9)]).toEqual(['left', 'deep']);
  });

  it('shows the chain of processes up to the package manager', () => {
    const tree = treeOf([NPM, inPackage('node_modules/left'), [3, 30, 20, '/tmp', 'wget x']]);
    const { processes } = attribute(alertAt(5, 'x', { 'proc.pid': '30' }), tree, packages);
    expect(processes.map(({ cmdline }) => cmdline.split(' ')[0])).toEqual(['wget', 'sh', 'node']);
  });
});
