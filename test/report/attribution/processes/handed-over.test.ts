import { describe, expect, it } from 'vitest';
import { attribute } from '../../../../src/report/attribution/attribution.js';
import { PackageIndex } from '../../../../src/report/attribution/files/package-index.js';
import { ENVIRONMENT_RULE } from '../../../../src/report/attribution/processes/process-tree.js';
import { alertAt, PROJECT, pkg, STEPS, type Start, scriptsOf, startAlert, treeOf } from '../../evidence.js';

const module = (path: string): string => `${PROJECT}/node_modules/${path}`;
const packages = new PackageIndex(
  [
    pkg('.', ['honest', 'evil', 'runtime']),
    ...['honest', 'evil', 'runtime'].map((name) => pkg(`node_modules/${name}`)),
  ],
  PROJECT,
);
const HONEST = module('honest');
const EVIL = module('evil');
const KEY = { 'fd.name': '/home/ci/.ssh/id_rsa' };

interface Program {
  readonly cmdline: string;
  readonly cwd?: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** The package named for reading a key in the step of `honest`, and the other possible ones; each program is started by the previous one. */
function blamed(programs: readonly Program[]): string {
  const tree = treeOf([...scriptsOf('honest')]);
  for (const [index, { cmdline, cwd = HONEST, more = {} }] of programs.entries()) {
    const start: Start = [2 + index, 20 + index, index === 0 ? 10 : 19 + index, cwd, cmdline];
    tree.add(startAlert(start, more));
  }
  const alert = alertAt(20, 'x', { ...KEY, 'proc.pid': String(19 + programs.length) });
  const { by, orBy, owner } = attribute(alert, { tree, steps: STEPS, packages });
  expect(owner?.name).toBe('honest');
  return [by, ...orBy].map((one) => one?.name).join(' or ');
}

const shell = (text: string): Program => ({ cmdline: `sh -c ${text}` });
const CAT: Program = { cmdline: 'cat /home/ci/.ssh/id_rsa' };

describe('a text that does nothing but to have a file run is not the author of what that file does', () => {
  it.each([
    '. ../evil/x.sh',
    'source ../evil/x.sh && exit 0',
    'set -e; . ../evil/x.sh',
    'sh < ../evil/x.sh > /dev/null 2>&1',
    'cat ../evil/x.sh | sh',
    'cat ../evil/x.js|node -',
    'bash -c "$(cat ../evil/x.sh)"',
    'eval "$(cat ../evil/x.sh)" || true',
    'eval `cat ../evil/x.sh`',
    'bash <(cat ../evil/x.sh)',
    'make -C ../evil',
  ])('sh -c %s', (text) => {
    expect(blamed([shell(text), CAT])).toBe('evil');
  });

  it.each([
    "node -e require('../evil/x.js')",
    "node -p require('evil/x.js')",
    "node -e require('evil')()",
    "node --eval import('../evil/x.mjs')",
    "node -e eval(require('fs').readFileSync('../evil/x.js','utf8'))",
    "python3 -c exec(open('../evil/x.py').read())",
    "perl -e do '../evil/x.pl'",
    "ruby -e load '../evil/x.rb'",
    'node -r evil/x.js -e 0',
    'bash -c source ../evil/x.sh',
    'make -C ../evil',
    'make -f ../evil/Makefile all',
    'node ../evil/x.js',
    'sh -eu ../evil/x.sh',
    'node --enable-source-maps -- ../evil/x.js',
  ])('%s', (cmdline) => {
    expect(blamed([shell('x'), { cmdline }])).toBe('evil');
  });

  it.each([
    ['node', `${EVIL}/x.js`],
    ['sh -s', `${EVIL}/x.sh`],
    ['python3 -', `${EVIL}/x.py`],
    ['sh /dev/stdin', `${EVIL}/x.sh`],
    ['node /proc/self/fd/0', `${EVIL}/x.js`],
  ])('%s with a file as its standard input', (cmdline, stdin) => {
    expect(blamed([shell('sh go.sh'), { cmdline, more: { 'proc.stdin.name': stdin } }])).toBe('evil');
  });
});

/** `honest` is the attacker here: whatever its command line contains, no other package is accused. */
describe('a file that is only mentioned accuses nobody', () => {
  it.each([
    'node -r ../evil/x.js',
    'node --import ../evil/x.js',
    'node --conditions ../evil/x.js',
    'node --title ../evil/x.js',
    'node --some-new-option ../evil/x.js',
    'node -C ../evil/x.js',
    'bash --rcfile ../evil/x.sh',
    'bash -O ../evil/x.sh',
    'python3 -W ../evil/x.py',
    'perl -I ../evil/x.pl',
    'ruby -I ../evil/x.rb',
  ])('%s own script', (options) => {
    expect(blamed([shell('x'), { cmdline: `${options} own` }])).toMatch(/^honest/);
  });

  it.each([
    '. ../evil/x.sh; cat ~/.ssh/id_rsa',
    ': < ../evil/x.sh; c""at ~/.ssh/id_rsa',
    'bash -c "$(cat ../evil/x.sh; cat own)"',
    '(cat ../evil/x.js; cat own.js) | node',
    '. ../evil/x.sh && . ./own.sh',
    'node -e "require(\'../evil/x.js\');steal()"',
  ])('sh -c %s', (text) => {
    expect(blamed([shell(text), CAT])).toBe('honest');
  });

  it.each([
    ["node -e require('../evil/x.js');steal()", {}],
    ["node -e require('cross-spawn').sync('cat',['key'])", {}],
    ['node own.js', { 'proc.stdin.name': `${EVIL}/x.js` }],
    ['node -e steal()', { 'proc.stdin.name': `${EVIL}/x.js` }],
    // One argument with a space, which names another file: `"../evil/x.js /../../honest/own.js"`.
    ['node ../evil/x.js /../../honest/own.js', { 'proc.cmdnargs': '1' }],
    // `--title "a ../evil/x.js" own.js`
    ['node --title a ../evil/x.js own.js', { 'proc.cmdnargs': '3' }],
    [`${module('runtime')}/bin/bun -e steal()`, {}],
    ['make -C ../evil -f /home/ci/project/node_modules/honest/own.mk', {}],
    ['make -C ../evil CC=./own.sh', {}],
  ])('%s', (cmdline, more) => {
    expect(blamed([shell('x'), { cmdline, more }])).toBe('honest');
  });

  it('an option that has a file of another package loaded before its own script names both', () => {
    expect(blamed([shell('x'), { cmdline: 'node -r ../evil/x.js own.js' }])).toBe('honest or evil');
  });
});

describe("an interpreter of a package that precedes the image's", () => {
  it.each(['node own.js', 'node -e 0', 'sh own.sh'])('%s is named, beside the script', (cmdline) => {
    const [name, ...rest] = cmdline.split(' ');
    const more = { 'proc.exepath': `${EVIL}/bin/${name}` };
    expect(blamed([shell('x'), { cmdline: [name, ...rest].join(' '), more }])).toMatch(/^evil/);
  });
});

/** `honest` runs a tool (`runtime`); the program that the tool starts has certain variables in its environment. */
describe('a variable that only some programs read is attributed to the program that set it', () => {
  const tool: Program = { cmdline: `node ${module('runtime')}/cli.js` };
  const told = (environment: string): Record<string, string> => ({ 'proc.env': environment });

  it.each([
    ['GIT_SSH_COMMAND=sh -c "cat key"', 'git fetch'],
    ['GIT_EXTERNAL_DIFF=sh -c x', 'git diff'],
    ['GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath', 'git commit'],
    ['BASH_FUNC_ls%%=() { cat key; }', 'bash own.sh'],
    ['PS4=$(cat key)', 'bash -x own.sh'],
    ['MAKEFLAGS=--eval=x', 'make all'],
    ['CC=sh -c x', 'make all'],
    ['CFLAGS=-fplugin=./x.so', 'make all'],
    ['OPENSSL_CONF=own.cnf', 'git fetch'],
    ['GCONV_PATH=.', 'git fetch'],
    ['NPM_CONFIG_SCRIPT_SHELL=sh -c x', 'node /usr/local/bin/npm test'],
    ['npm_config_node_options=--require ./x.js', 'node /usr/local/bin/npm test'],
    ['PYTHONUSERBASE=/tmp/x', 'python3 /usr/bin/gyp'],
    [`FILL=${'x'.repeat(4000)}`, 'git fetch'],
  ])('%s', (environment, cmdline) => {
    const more = told(`PATH=/bin ${environment}`);
    const rows = [shell('x'), { ...tool, more }, { cmdline, more, cwd: '/tmp' }];
    expect(blamed(rows)).toBe('honest');
    expect(blamed([shell('x'), tool, { cmdline, more, cwd: '/tmp' }])).toBe('runtime');
  });

  it.each(['CC=cc -pthread', 'GIT_SSH_COMMAND=ssh -oBatchMode=yes', 'EDITOR=vi', 'MAKEFLAGS=w -- V=1'])(
    '%s is honest',
    (environment) => {
      const more = told(`PATH=/bin ${environment}`);
      expect(blamed([shell('x'), tool, { cmdline: 'git fetch', more, cwd: '/tmp' }])).toBe('runtime');
      expect(blamed([shell('x'), { ...tool, more }])).toBe('runtime');
    },
  );

  it('a start that both rules report, in either order, counts once', () => {
    const start: Start = [3, 21, 20, HONEST, 'git fetch'];
    for (const order of [0, 1]) {
      const tree = treeOf([...scriptsOf('honest'), [2, 20, 10, HONEST, 'sh -c x']]);
      const both = [startAlert(start), { ...startAlert(start, told('GIT_SSH=./x')), rule: ENVIRONMENT_RULE }];
      for (const alert of order === 0 ? both : both.toReversed()) tree.add(alert);
      expect([...tree.starts()].filter(({ pid }) => pid === 21)).toMatchObject([{ carries: ['GIT_SSH=./x'] }]);
    }
  });
});
