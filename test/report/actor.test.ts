import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/report/attribution.js';
import { PackageIndex } from '../../src/report/package-index.js';
import { alertAt, PROJECT, pkg, STEPS, type Start, scriptsOf, treeOf } from './evidence.js';

const module = (path: string): string => `${PROJECT}/node_modules/${path}`;
const BIN = module('.bin');
const packages = new PackageIndex(
  [
    pkg('.', ['victim', 'tool', 'native']),
    pkg('node_modules/victim'),
    pkg('node_modules/tool'),
    pkg('node_modules/native'),
  ],
  PROJECT,
  new Map([
    [`${BIN}/tool`, module('tool/cli.js')],
    [`${BIN}/node`, module('tool/n.sh')],
  ]),
);
const victim = module('victim');
const KEY = { 'fd.name': '/home/ci/.ssh/id_rsa' };
const node = '/usr/local/bin/node';
const shell = (command: string): Start => [2, 20, 10, victim, `sh -c ${command}`];

const rows: readonly [title: string, starts: readonly Start[], fields: Record<string, string>, by: string][] = [
  ['its own script', [shell('node a.js'), [3, 21, 20, victim, 'node a.js']], {}, 'victim'],
  ['a command of another package', [shell('tool'), [3, 21, 20, victim, `node ${BIN}/tool`]], {}, 'tool'],
  [
    'what it starts',
    [shell('tool'), [3, 20, 10, victim, `node ${BIN}/tool`], [4, 21, 20, '/tmp', 'cat .ssh/id_rsa']],
    {},
    'tool',
  ],
  ['a command that stands before node', [shell('node a.js'), [3, 21, 20, victim, `sh ${BIN}/node a.js`]], {}, 'tool'],
  [
    'what that one becomes afterwards',
    [shell('node a.js'), [3, 21, 20, victim, `sh ${BIN}/node a.js`], [4, 21, 20, victim, 'node a.js']],
    {},
    'victim',
  ],
  [
    'a program in the folder of another package',
    [shell('x'), [3, 21, 20, victim, `${module('native')}/bin/x`]],
    {},
    'native',
  ],
  [
    'a command that the tool was told to run',
    [shell('tool cat key'), [3, 20, 10, victim, `node ${BIN}/tool cat key`], [4, 21, 20, victim, 'cat key']],
    {},
    'victim',
  ],
  [
    'a command in quotes that the tool runs by a shell',
    [
      shell('tool "cat ~/.ssh/id_rsa"'),
      [3, 20, 10, victim, `node ${BIN}/tool cat ~/.ssh/id_rsa`],
      [4, 21, 20, victim, 'sh -c cat ~/.ssh/id_rsa'],
      [5, 21, 20, victim, 'cat /home/ci/.ssh/id_rsa'],
    ],
    {},
    'victim',
  ],
  [
    'a file that the tool was told to touch',
    [shell('tool'), [3, 20, 10, victim, `node ${BIN}/tool /home/ci/.ssh`]],
    {},
    'victim',
  ],
  [
    'a tool that was told the whole home folder',
    [shell('tool'), [3, 20, 10, victim, `node ${BIN}/tool /home/ci`]],
    {},
    'tool',
  ],
  [
    "a build tool in its own folder, started by another package's",
    [
      shell('tool'),
      [3, 20, 10, victim, `node ${BIN}/tool`],
      [4, 21, 20, victim, 'node /usr/local/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js rebuild'],
      [5, 22, 21, `${victim}/build`, 'sh -c cat key'],
    ],
    {},
    'victim',
  ],
  [
    'npm in the folder of another package',
    [shell('x'), [3, 21, 20, module('tool'), 'node /usr/local/bin/npm publish']],
    {},
    'victim',
  ],
  ["a file in the project's folder", [shell('x'), [3, 21, 20, PROJECT, 'node planted.js']], {}, 'victim'],
  ['code in the command line', [shell('x'), [3, 21, 20, module('tool'), 'node -e steal() cli.js']], {}, 'victim'],
];

describe('in the step of a package, an alert is about the package whose code acted', () => {
  it.each(rows)('%s', (_title, starts, fields, by) => {
    const tree = treeOf([...scriptsOf('victim'), ...starts]);
    const pid = String(starts.at(-1)?.[1]);
    const alert = alertAt(9, 'x', { ...KEY, ...fields, 'proc.pid': pid, 'proc.exepath': node });
    const found = attribute(alert, { tree, steps: STEPS, packages });
    expect([found.package?.name, found.owner?.name]).toEqual([by, 'victim']);
  });
});
