import { describe, expect, it } from 'vitest';
import { attribute } from '../../../src/report/attribution/attribution.js';
import { PackageIndex } from '../../../src/report/attribution/files/package-index.js';
import { alertAt, PROJECT, pkg, STEPS, type Start, scriptsOf, startAlert, treeOf } from '../evidence.js';

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

describe("if a program's environment makes it load other code", () => {
  const actor = (program: Start, variables: Record<string, string>): string | undefined => {
    const tree = treeOf([...scriptsOf('victim'), shell('x')]);
    const env = Object.entries(variables).map(([name, value]) => [`proc.env[${name}]`, value]);
    tree.add(startAlert(program, Object.fromEntries(env)));
    const alert = alertAt(9, 'x', { ...KEY, 'proc.pid': '21', 'proc.exepath': node });
    return attribute(alert, { tree, steps: STEPS, packages }).package?.name;
  };
  const tool = (interpreter: string, options = ''): Start => [
    3,
    21,
    20,
    victim,
    `${interpreter}${options} ${module('tool/cli')}`,
  ];

  it.each([
    ['a file of a third package', '--require=../native/evil.js', '<NA>', 'native'],
    ['a file of its own', `--enable-source-maps --require ${module('victim')}/evil.js`, '<NA>', 'victim'],
    ['a file of nobody', '--import file:///tmp/evil.mjs', '<NA>', 'victim'],
    ['a module by name', '-r evil', '<NA>', 'victim'],
    ['a library', '<NA>', `${module('native')}/evil.so`, 'native'],
    ['nothing', '--max-old-space-size=4096', '<NA>', 'tool'],
  ])('%s', (_title, NODE_OPTIONS, LD_PRELOAD, by) => {
    expect(actor(tool('node'), { NODE_OPTIONS, LD_PRELOAD })).toBe(by);
  });

  const NATIVE = module('native');
  it.each<[variable: string, interpreter: string, value: string, by: string]>([
    ['LD_AUDIT', 'node', `${NATIVE}/audit.so`, 'native'],
    ['LD_AUDIT', 'node', '/usr/lib/audit.so', 'tool'],
    ['LD_LIBRARY_PATH', 'node', './lib', 'victim'],
    ['LD_LIBRARY_PATH', 'cat', '/tmp/lib', 'victim'],
    ['LD_LIBRARY_PATH', 'node', '/usr/lib:', 'victim'],
    ['LD_LIBRARY_PATH', 'node', '/usr/local/lib:/lib/x86_64-linux-gnu', 'tool'],
    ['LD_LIBRARY_PATH', 'node', '/usr/../tmp/lib', 'victim'],
    ['NODE_PATH', 'node', `${victim}/np`, 'victim'],
    ['NODE_PATH', 'node', `${victim}/node_modules`, 'victim'],
    ['NODE_PATH', 'node', '/tmp/node_modules', 'victim'],
    ['NODE_PATH', 'node', `${PROJECT}/node_modules/.cache/x`, 'victim'],
    ['NODE_PATH', 'node', `${PROJECT}/node_modules/.pnpm/victim@1.0.0/node_modules/victim/node_modules`, 'victim'],
    ['NODE_PATH', 'node', `${PROJECT}/node_modules/tool/../victim/node_modules`, 'victim'],
    ['NODE_PATH', 'node', '/usr/local/lib/node_modules', 'tool'],
    [
      'NODE_PATH',
      'node',
      ['tool@1.0.0/node_modules/tool/node_modules', 'tool@1.0.0/node_modules', 'node_modules']
        .map((folder) => `${PROJECT}/node_modules/.pnpm/${folder}`)
        .join(':'),
      'tool',
    ],
    ['NODE_PATH', 'node', `${PROJECT}/node_modules:/home/ci/node_modules:/home/node_modules:/node_modules`, 'tool'],
    ['NODE_PATH', 'python3', `${victim}/np`, 'tool'],
    ['BASH_ENV', 'bash', 'e.sh', 'victim'],
    ['BASH_ENV', 'bash', `${NATIVE}/e.sh`, 'native'],
    ['BASH_ENV', 'node', 'e.sh', 'tool'],
    ['BASH_ENV', 'bash', '/etc/profile', 'tool'],
    ['ENV', 'sh', 'production', 'tool'],
    ['PYTHONPATH', 'python3', '.', 'victim'],
    ['PYTHONPATH', 'python3.11', '/usr/local/lib/node_modules/npm/node_modules/node-gyp/gyp/pylib', 'tool'],
    ['PYTHONPATH', 'node', '.', 'tool'],
    ['PYTHONHOME', 'python3', victim, 'victim'],
    ['PYTHONSTARTUP', 'python3', './x.py', 'victim'],
    ['PERL5LIB', 'perl', '/tmp', 'victim'],
    ['PERL5OPT', 'perl', '-MEv', 'victim'],
    ['PERL5OPT', 'perl', '-I /tmp/x', 'victim'],
    ['PERL5OPT', 'perl', '-w', 'tool'],
    ['RUBYLIB', 'ruby', '/dev/shm/x', 'victim'],
    ['RUBYLIB', 'ruby', '/usr/local/lib/ruby/site_ruby/3.3.0', 'tool'],
    ['RUBYOPT', 'ruby', '-revil', 'victim'],
    ['RUBYOPT', 'ruby', '-W0 -rbundler/setup', 'tool'],
  ])('%s of %s: %s', (variable, interpreter, value, by) => {
    const program: Start = interpreter === 'cat' ? [3, 21, 20, victim, 'cat key'] : tool(interpreter);
    expect(actor(program, { [variable]: value })).toBe(by);
  });

  it('ENV of a shell that is told to be interactive', () => {
    expect(actor(tool('sh', ' -i'), { ENV: `${NATIVE}/e.sh` })).toBe('native');
  });

  it('a third package that is only where modules are looked for first is not accused', () => {
    expect(actor(tool('node'), { NODE_PATH: NATIVE })).toBe('victim');
  });
});

describe('in the step of a package, an alert is about the package whose code acted', () => {
  it.each(rows)('%s', (_title, starts, fields, by) => {
    const tree = treeOf([...scriptsOf('victim'), ...starts]);
    const pid = String(starts.at(-1)?.[1]);
    const alert = alertAt(9, 'x', { ...KEY, ...fields, 'proc.pid': pid, 'proc.exepath': node });
    const found = attribute(alert, { tree, steps: STEPS, packages });
    expect([found.package?.name, found.owner?.name]).toEqual([by, 'victim']);
  });
});
