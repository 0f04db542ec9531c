import { describe, expect, it } from 'vitest';
import { attribute, packagesThatRan } from '../../../src/report/attribution/attribution.js';
import { PackageIndex } from '../../../src/report/attribution/files/package-index.js';
import type { ProcessTree } from '../../../src/report/attribution/processes/process-tree.js';
import { FORK_RULE } from '../../../src/report/attribution/processes/process-tree.js';
import { alertAt, FETCH, IMPORT, PROJECT, pkg, STEPS, type Start, scriptsOf, startAlert, treeOf } from '../evidence.js';

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

STEPS.add({ id: 'linked', kind: 'scripts', folder: `${PROJECT}/packages/linked` });

const actors = (tree: ProcessTree) => ({ tree, steps: STEPS, packages });
const folder = (path: string): string => `${PROJECT}/${path}`;
/** The shell that a step starts for a script. */
const shell = (path: string): Start => [2, 20, 10, folder(path), 'sh -c node setup.js'];
const LEFT = [...scriptsOf('left'), shell('node_modules/left')];
const step = (id: string, cmdline: string): Start => [1, 10, 9, PROJECT, `confine step=${id} ${cmdline}`];

const rows: readonly [string, readonly Start[], Record<string, string>, string[] | null][] = [
  ['a script', LEFT, { 'proc.pid': '20' }, ['app', 'left']],
  ['the step itself', LEFT, { 'proc.pid': '10' }, ['app', 'left']],
  [
    'a nested package',
    [...scriptsOf('left/node_modules/deep'), shell('node_modules/left/node_modules/deep')],
    { 'proc.pid': '20' },
    ['app', 'left', 'deep'],
  ],
  [
    'a scoped package',
    [...scriptsOf('@scope/tool'), shell('node_modules/@scope/tool')],
    { 'proc.pid': '20' },
    ['app', '@scope/tool'],
  ],
  [
    'a linked package, by its real folder',
    [step('linked', 'node run'), shell('packages/linked')],
    { 'proc.pid': '20' },
    ['app', 'linked'],
  ],
  [
    'a child that went elsewhere',
    [...LEFT, [3, 30, 20, '/tmp', 'wget http://x.invalid']],
    { 'proc.pid': '30' },
    ['app', 'left'],
  ],
  [
    'a script that became the program of another package, whose code it is then',
    [...LEFT, [3, 20, 10, folder('node_modules/deep'), `node ${folder('node_modules/deep/index.js')}`]],
    { 'proc.pid': '20' },
    ['deep'],
  ],
  [
    'a child that calls itself the package manager',
    [...LEFT, [3, 30, 20, folder('node_modules/deep'), 'node /usr/local/bin/npm ci']],
    { 'proc.pid': '30' },
    ['app', 'left'],
  ],
  [
    "npm started by a package's script, and what npm starts in another package's folder",
    [
      ...LEFT,
      [3, 30, 20, folder('node_modules/left'), 'node /usr/local/bin/npm install deep'],
      [4, 40, 30, folder('node_modules/deep'), 'sh -c node setup.js'],
    ],
    { 'proc.pid': '40' },
    ['app', 'left'],
  ],
  [
    'a child that calls itself the loader',
    [...LEFT, [3, 30, 20, PROJECT, 'node /opt/ci/node/load.cjs @scope/tool']],
    { 'proc.pid': '30' },
    ['app', 'left'],
  ],
  [
    "a child that starts the step's program with another package's step",
    [...LEFT, [3, 30, 20, PROJECT, 'confine step=scripts:@scope/tool sh']],
    { 'proc.pid': '30' },
    ['app', 'left'],
  ],
  [
    'a forked child without an exec, through its parent',
    LEFT,
    { 'proc.pid': '77', 'proc.ppid': '20' },
    ['app', 'left'],
  ],
  ['a forked grandchild', LEFT, { 'proc.pid': '78', 'proc.ppid': '77', 'proc.apid[2]': '20' }, ['app', 'left']],
  ["the project's own script", [...scriptsOf('project'), shell('')], { 'proc.pid': '20' }, ['app']],
  ['hooks of the project that the manager runs', [step('project-code', 'pnpm install')], { 'proc.pid': '10' }, ['app']],
  ['the package manager while it fetches', FETCH, { 'proc.pid': '10' }, null],
  [
    'git, run by the package manager while it fetches',
    [...FETCH, [2, 20, 10, PROJECT, 'git ls-remote']],
    { 'proc.pid': '20' },
    null,
  ],
  [
    'an import',
    [...IMPORT, [2, 20, 10, PROJECT, 'node /opt/ci/node/load.cjs @scope/tool']],
    { 'proc.pid': '20' },
    ['app', '@scope/tool'],
  ],
  [
    'an import by folder, and its child',
    [
      ...IMPORT,
      [2, 20, 10, PROJECT, `node /opt/ci/node/load.cjs ${folder('node_modules/left/node_modules/deep')}`],
      [3, 30, 20, '/tmp', 'sh -c true'],
    ],
    { 'proc.pid': '30' },
    ['app', 'left', 'deep'],
  ],
  [
    'a command line tool that the import phase asks for help',
    [...IMPORT, [2, 20, 10, PROJECT, `node ${folder('node_modules/@scope/tool/cli.js')} --help`]],
    { 'proc.pid': '20' },
    ['app', '@scope/tool'],
  ],
  [
    'a chain that does not begin with the step of the worker',
    [[1, 20, 9, folder('node_modules/left'), 'sh -c node setup.js']],
    { 'proc.pid': '20' },
    null,
  ],
  ['a step that the worker did not start', [step('unknown', 'node x.js')], { 'proc.pid': '10' }, null],
  ['a process never seen', LEFT, { 'proc.pid': '999' }, null],
];

describe('an alert is attributed to the package that pulls it in', () => {
  it.each(rows)('%s', (_title, starts, fields, path) => {
    const { package: found } = attribute(alertAt(5, 'x', fields), actors(treeOf(starts)));
    expect(found?.path ?? null).toEqual(path);
  });

  it('keeps a pid that was used again apart', () => {
    const later: Start[] = [
      [7, 15, 9, PROJECT, 'confine step=scripts:@scope/tool node run'],
      [8, 20, 15, folder('node_modules/@scope/tool'), 'sh -c y'],
    ];
    const tree = treeOf([...LEFT, ...later]);
    const at = (second: number) => attribute(alertAt(second, 'x', { 'proc.pid': '20' }), actors(tree)).package?.name;
    expect([at(5), at(9)]).toEqual(['left', '@scope/tool']);
  });

  it('keeps the step together when the engine that made it ends, and another adopts it', () => {
    const tree = treeOf([]);
    for (const [index, start] of scriptsOf('left').entries()) {
      const [second, pid, , cwd, cmdline] = start;
      tree.add(startAlert([second, pid, index < 1 ? 9 : 1, cwd, cmdline], { 'proc.vpid': '7' }));
    }
    tree.add(startAlert(shell('node_modules/left'), { 'proc.vpid': '8' }));
    expect(attribute(alertAt(5, 'x', { 'proc.pid': '20' }), actors(tree)).package?.name).toBe('left');
  });

  it('attributes an orphan to the process that created it, not to the one that adopted it', () => {
    const tree = treeOf([]);
    const fork = (second: number, pid: number, vpid: number, child: number) =>
      tree.add(
        alertAt(second, FORK_RULE, { 'evt.rawres': String(child), 'proc.pid': String(pid), 'proc.vpid': String(vpid) }),
      );
    for (const start of scriptsOf('left')) tree.add(startAlert(start, { 'proc.vpid': '7' }));
    fork(1.5, 10, 7, 8);
    tree.add(startAlert(shell('node_modules/left'), { 'proc.vpid': '8' }));
    fork(2.1, 20, 8, 9);
    fork(2.2, 21, 9, 10);
    // Its parents are gone: process 1 is its parent when it starts a program.
    tree.add(startAlert([3, 22, 1, '/tmp', 'cat /etc/shadow'], { 'proc.vpid': '10' }));
    const orphan = { 'proc.pid': '22', 'proc.vpid': '10', 'proc.ppid': '1' };
    expect(attribute(alertAt(4, 'x', orphan), actors(tree)).package?.name).toBe('left');
    // One that started no program at all.
    fork(3.5, 22, 10, 11);
    const silent = { 'proc.pid': '23', 'proc.vpid': '11', 'proc.ppid': '1' };
    expect(attribute(alertAt(4, 'x', silent), actors(tree)).package?.name).toBe('left');
  });

  it('shows the chain of processes up to the step', () => {
    const tree = treeOf([...LEFT, [3, 30, 20, '/tmp', 'wget x']]);
    const { processes } = attribute(alertAt(5, 'x', { 'proc.pid': '30' }), actors(tree));
    expect(processes.map(({ cmdline }) => cmdline.split(' ')[0])).toEqual(['wget', 'sh', 'node', 'confine']);
  });
});

describe('the packages whose scripts ran', () => {
  it('are those whose step started one', () => {
    const tree = treeOf([...LEFT, [3, 30, 20, folder('node_modules/deep'), 'sh -c node setup.js']]);
    expect([...packagesThatRan(actors(tree))].map(([{ path }, commands]) => [path, commands])).toEqual([
      ['node_modules/left', [expect.stringMatching(/^sh -c /)]],
    ]);
  });
});
