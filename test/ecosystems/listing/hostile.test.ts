import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Link, listed, manifest, type Tree } from './listed.js';

const MANAGERS = ['npm', 'pnpm', 'yarn-classic', 'yarn-berry', 'bun'];
const RECORDS = [
  'node_modules/.package-lock.json',
  'node_modules/.pnpm/lock.yaml',
  'node_modules/.modules.yaml',
  'node_modules/.yarn-integrity',
  'node_modules/.yarn-state.yml',
  'yarn.lock',
  'bun.lock',
  'node_modules/.pnpm-workspace-state-v1.json',
  'pnpm-workspace.yaml',
];
const root = manifest('.', 'root', '1.0.0', { dependencies: { x: '1' } });
const x = manifest('node_modules/x', 'x', '1.0.0');

it.each(MANAGERS)('%s: lists what lies there, whatever is written in the records', (manager) => {
  const texts = [
    '',
    'null',
    '7',
    '[]',
    '"x"',
    '{"packages": 7}',
    '{"packages": {"node_modules/x": null, "": 1, "__proto__": {"a": 1}}}',
    '{"packages": {"x": [7], "a/b/c": [], "__proto__": ["y@1"]}}',
    '{"importers": {"..": {"dependencies": {"__proto__": {"version": 7}}}}, "snapshots": {"": null, "x": 7, "constructor@1": {}}}',
    '{"lockfileEntries": {"x@1": 7, "@": "y", "__proto__@1": "z"}, "topLevelPatterns": "x"}',
    '{"x@npm:1.0.0": {"locations": [7, "../../../etc", "node_modules/x/../../.."]}, "y": 1, "@@@": {"locations": ["node_modules/x"]}}',
    '{"workspaces": 7, "projects": {"/": {}, "relative": 7}}',
    '&a [*a, *a]',
    'a: &b\n  - *b\n',
    'x@1:\nx\n    y z\n:\n"',
    '{'.repeat(5000),
    '\u0000\uFEFF',
    'x'.repeat(2 ** 17),
  ];
  for (const text of texts) {
    const { packages } = listed(manager, { ...root, ...x, ...Object.fromEntries(RECORDS.map((file) => [file, text])) });
    expect(
      packages.map(({ path }) => path),
      text.slice(0, 100),
    ).toEqual(['.', 'node_modules/x']);
  }
});

it('does not believe a record of gigabytes', () => {
  const { disagreements } = listed('yarn-berry', { ...root, ...x, 'yarn.lock': '{}' }, (folder) => {
    execFileSync('truncate', ['-s', '3G', join(folder, 'node_modules/.yarn-state.yml')]);
  });
  expect(disagreements[0]).toBe("the record of the install, node_modules/.yarn-state.yml, can't be read");
});

it.each<[string, string | object, object]>([
  ['is no JSON', 'not json', { name: 'x', version: '' }],
  ['is an array', [], { name: 'x', version: '' }],
  [
    'has values of other kinds',
    { name: 7, version: {}, scripts: 'x', dependencies: ['y'], bin: 7, bundleDependencies: 7 },
    { name: 'x', version: '', scripts: [], dependencies: [], bins: [] },
  ],
  [
    'has a name of megabytes',
    { name: 'n'.repeat(900_000), version: '1' },
    { name: 'x', calledItself: 'n'.repeat(214) },
  ],
  [
    'has too many dependencies',
    { dependencies: Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`d${index}`, '1'])) },
    { dependencies: expect.objectContaining({ length: 2000 }) },
  ],
  [
    'asks for names that are none',
    '{"dependencies": {"__proto__": "1", "constructor": "1", "../../etc": "1", "a b": "1", "": "1", "@s": "1"}}',
    { dependencies: ['constructor', '@s'].slice(0, 1) },
  ],
  [
    'has tools elsewhere',
    { bin: { a: '../../../etc/passwd', b: '/bin/sh', c: './c.js' } },
    { bins: [expect.stringMatching(/\/x\/bin\/sh$/), expect.stringMatching(/\/x\/c\.js$/)] },
  ],
  ['begins with a byte order mark', '\uFEFF{"version": "2.0.0"}', { version: '2.0.0' }],
  ['is too large', '{"version": "2.0.0"}'.padStart(1024 * 1024 + 30), { version: '' }],
])('a manifest that %s', (_title, content, expected) => {
  const { at } = listed('npm', { ...root, 'node_modules/x/package.json': content });
  expect(at('node_modules/x')).toMatchObject(expected);
});

it('says so of a package without a manifest that can be read', () => {
  const { origins, disagreements } = listed(
    'npm',
    {
      ...root,
      'node_modules/x/index.js': 'x',
      'node_modules/.hidden/package.json': '{}',
      'node_modules/.bin/x': '',
      'node_modules/file': '',
    },
    (folder) => {
      mkdirSync(join(folder, 'node_modules/empty'));
      mkdirSync(join(folder, 'node_modules/fifo'));
      execFileSync('mkfifo', [join(folder, 'node_modules/fifo/package.json')]);
      mkdirSync(join(folder, 'node_modules/zero'));
      symlinkSync('/dev/zero', join(folder, 'node_modules/zero/package.json'));
    },
  );
  expect(Object.keys(origins)).toEqual(['node_modules/fifo', 'node_modules/x', 'node_modules/zero']);
  for (const name of ['fifo', 'x', 'zero']) {
    expect(disagreements).toContain(`node_modules/${name} has no package.json that can be read`);
  }
});

it('is not held up by links in circles, nor led away by a node_modules that is a link', () => {
  const links: Tree = {
    'node_modules/loop': new Link('loop'),
    'node_modules/up': new Link('..'),
    'node_modules/@scope': new Link('.'),
    'node_modules/@other': new Link('../lib'),
    ...manifest('lib/scoped', 'scoped', '1.0.0'),
    'node_modules/outside': new Link('/usr/share'),
    'node_modules/nowhere': new Link('does/not/exist'),
    'lib/linked/node_modules': new Link('../../node_modules'),
    'node_modules/linked': new Link('../lib/linked'),
  };
  const { origins } = listed('npm', { ...root, ...x, ...manifest('lib/linked', 'linked', '1.0.0'), ...links });
  expect(Object.keys(origins)).toEqual([
    'node_modules/linked',
    'node_modules/outside',
    'node_modules/x',
    'node_modules/@other/scoped',
  ]);
});

it('goes down so far and no further', () => {
  const deep = Array.from({ length: 100 }, (_, index) => 'node_modules/x/'.repeat(index + 1).slice(0, -1));
  const { packages } = listed('npm', Object.assign({}, root, ...deep.map((path) => manifest(path, 'x', '1.0.0'))));
  expect(packages.length).toBe(66);
});

it('bounds what it says, and keeps it to one line each', () => {
  const odd = 'node_modules/a\nb\u001b[31m';
  const many = Array.from({ length: 300 }, (_, index) => manifest(`node_modules/p${index}`, `p${index}`, '1.0.0'));
  const { disagreements } = listed('npm', Object.assign({}, root, manifest(odd, 'odd', '1.0.0'), ...many));
  expect(disagreements).toHaveLength(201);
  expect(disagreements.at(-1)).toMatch(/^and \d+ more such disagreements$/);
  expect(disagreements.join('')).not.toMatch(/\p{Cc}/u);
});

it('lists a workspace of which others are part, and workspaces that need each other', () => {
  const { at, origins } = listed('npm', {
    ...manifest('.', 'root', '1.0.0', { workspaces: ['.', 'a', 'a/*', 'a/../a'] }),
    'node_modules/.package-lock.json': {
      packages: {
        'node_modules/a': { resolved: 'a', link: true },
        'node_modules/b': { resolved: 'a/b', link: true },
        'node_modules/root': { resolved: '', link: true },
      },
    },
    ...manifest('a', 'a', '1.0.0', { dependencies: { b: '1' } }),
    ...manifest('a/b', 'b', '1.0.0', { dependencies: { a: '1', root: '1' } }),
    'node_modules/a': new Link('../a'),
    'node_modules/b': new Link('../a/b'),
    'node_modules/root': new Link('..'),
  });
  expect(origins).toEqual({ 'node_modules/a': 'a@1.0.0 workspace', 'node_modules/b': 'b@1.0.0 workspace' });
  expect(at('node_modules/b').dependencies).toEqual(['a', 'root']);
});

it('reads with the version of the library that the image has', () => {
  const text = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  const pinned = /^YAML_VERSION=(.*)$/m.exec(text('image/versions.env'))?.[1];
  expect(JSON.parse(text('package-lock.json')).packages['node_modules/yaml'].version).toBe(pinned);
});
