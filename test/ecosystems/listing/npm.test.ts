import { describe, expect, it } from 'vitest';
import { Link, listed, manifest, type Tree } from './listed.js';

const RECORD = 'node_modules/.package-lock.json';
const HASH = 'sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng==';
const address = (name: string, version: string, host = 'registry.npmjs.org') =>
  `https://${host}/${name}/-/${name.split('/').at(-1)}-${version}.tgz`;
const entry = (name: string, version: string, more: object = {}) => ({
  version,
  resolved: address(name, version),
  integrity: HASH,
  ...more,
});
/** npm's hidden lock file, as npm 12.2 writes it. */
const record = (packages: object): Tree => ({
  [RECORD]: { name: 'root', version: '1.0.0', lockfileVersion: 3, requires: true, packages },
});

describe('where npm got a package from', () => {
  it.each([
    ['a registry', entry('x', '1.0.0'), 'x@1.0.0 registry'],
    ['a registry, under an alias', { name: 'real', ...entry('real', '1.0.0') }, 'real@1.0.0 registry'],
    ['a scoped package of a registry', { name: '@a/b', ...entry('@a/b', '1.0.0') }, '@a/b@1.0.0 registry'],
    [
      'a scope with an encoded slash',
      { version: '1.0.0', resolved: 'https://registry.npmjs.org/@a%2fb/-/b-1.0.0.tgz' },
      '@a/b@1.0.0 registry',
    ],
    ['the address of what a registry delivers', { name: 'x', ...entry('real', '1.0.0') }, 'real@1.0.0 registry'],
    [
      'the public registry under its other name',
      { version: '1.0.0', resolved: address('x', '1.0.0', 'registry.yarnpkg.com') },
      'x@1.0.0 registry',
    ],
    [
      'a private registry, a package of its scope',
      { version: '1.0.0', resolved: address('@corp/x', '1.0.0', 'npm.corp.example') },
      '@corp/x@1.0.0 registry',
    ],
    [
      'a private registry, a package of no scope',
      { version: '1.0.0', resolved: address('esbuild', '1.0.0', 'npm.corp.example') },
      'x@1.0.0 tarball',
    ],
    [
      'another host that looks like a registry',
      { name: 'esbuild', version: '1.0.0', resolved: address('esbuild', '1.0.0', 'npm.evil.example') },
      'x@1.0.0 tarball',
    ],
    [
      'a tarball on some host',
      { version: '1.0.0', resolved: 'https://example.com/x.tgz', integrity: HASH },
      'x@1.0.0 tarball',
    ],
    [
      'a tarball of the project',
      { version: '1.0.0', resolved: 'file:vendor/x.tgz', integrity: HASH },
      'x@1.0.0 tarball',
    ],
    ['a folder that was copied', { version: '1.0.0', resolved: 'file:lib/x' }, 'x@1.0.0 folder'],
    [
      'a git repository',
      { version: '1.0.0', resolved: 'git+ssh://git@github.com/u/x.git#0123456789abcdef0123456789abcdef01234567' },
      'x@1.0.0 git',
    ],
    [
      "a git host's archive",
      { version: '1.0.0', resolved: 'https://codeload.github.com/u/x/tar.gz/0123456' },
      'x@1.0.0 git',
    ],
    [
      'a registry whose addresses are left out',
      { name: 'real', version: '1.0.0', integrity: HASH },
      'real@1.0.0 registry',
    ],
    ['nowhere that is recorded', { version: '1.0.0' }, 'x@1.0.0 unknown'],
    ['an address that is none', { version: '1.0.0', resolved: 'https://%%%/x/-/x-1.0.0.tgz' }, 'x@1.0.0 tarball'],
  ])('%s', (_title, recorded, origin) => {
    const { origins, at } = listed('npm', {
      ...manifest('.', 'root', '1.0.0', { dependencies: { x: '*' } }),
      ...record({ 'node_modules/x': recorded }),
      ...manifest('node_modules/x', origin.split(/@(?!.*@)/)[0] ?? '', '1.0.0'),
    });
    expect(origins).toEqual({ 'node_modules/x': origin });
    const { from } = at('node_modules/x');
    expect(from.integrity).toBe('integrity' in recorded ? HASH : null);
  });
});

it('lists workspaces, linked folders and what lies in them, each from where it is', () => {
  const list = listed('npm', {
    ...manifest('.', 'root', '1.0.0', { workspaces: ['packages/*'], dependencies: { dep: 'file:./dep', a: '1.0.0' } }),
    ...record({
      dep: { name: 'dep-self', version: '1.0.0', dependencies: { 'kind-of': '6.0.3' } },
      'dep/node_modules/kind-of': entry('kind-of', '6.0.3'),
      'node_modules/a': { resolved: 'packages/a', link: true },
      'node_modules/dep': { resolved: 'dep', link: true },
      'packages/a': { version: '1.0.0', dependencies: { 'is-odd': '2.0.0' } },
      'packages/a/node_modules/is-odd': entry('is-odd', '2.0.0'),
    }),
    'node_modules/a': new Link('../packages/a'),
    'node_modules/dep': new Link('../dep'),
    ...manifest('packages/a', 'a', '1.0.0', { dependencies: { 'is-odd': '2.0.0' }, devDependencies: { tool: '1' } }),
    ...manifest('packages/a/node_modules/is-odd', 'is-odd', '2.0.0'),
    ...manifest('dep', 'dep-self', '1.0.0'),
    ...manifest('dep/node_modules/kind-of', 'kind-of', '6.0.3'),
  });
  expect(list.disagreements).toEqual([]);
  expect(list.origins).toEqual({
    'node_modules/a': 'a@1.0.0 workspace',
    'packages/a/node_modules/is-odd': 'is-odd@2.0.0 registry',
    'node_modules/dep': 'dep@1.0.0 link',
    'dep/node_modules/kind-of': 'kind-of@6.0.3 registry',
  });
  expect(list.at('node_modules/a')).toMatchObject({
    realPath: list.real('packages/a'),
    from: { resolved: 'packages/a' },
    dependencies: ['is-odd', 'tool'],
    resolved: { 'is-odd': list.real('packages/a/node_modules/is-odd') },
  });
  expect(list.at('node_modules/dep')).toMatchObject({
    calledItself: 'dep-self',
    dependencies: ['kind-of'],
    resolved: { 'kind-of': list.real('dep/node_modules/kind-of') },
  });
});

describe('what came inside of a package', () => {
  const forged = { _resolved: address('esbuild', '0.25.0'), _integrity: HASH };

  it('is nobody else, whatever it says of itself', () => {
    const { origins, at, disagreements } = listed('npm', {
      ...manifest('.', 'root', '1.0.0', { dependencies: { outer: '1' } }),
      ...record({
        'node_modules/outer': entry('outer', '1.0.0', { bundleDependencies: ['esbuild'] }),
        'node_modules/outer/node_modules/esbuild': entry('esbuild', '0.25.0', { inBundle: true }),
        'node_modules/outer/node_modules/esbuild/node_modules/deep': entry('deep', '1.0.0', { inBundle: true }),
      }),
      ...manifest('node_modules/outer', 'outer', '1.0.0', { bundleDependencies: ['esbuild'] }),
      ...manifest('node_modules/outer/node_modules/esbuild', 'esbuild', '0.25.0', forged),
      ...manifest('node_modules/outer/node_modules/esbuild/node_modules/deep', 'deep', '1.0.0'),
    });
    expect(origins).toEqual({
      'node_modules/outer': 'outer@1.0.0 registry',
      'node_modules/outer/node_modules/esbuild': 'esbuild@0.25.0 bundled',
      'node_modules/outer/node_modules/esbuild/node_modules/deep': 'deep@1.0.0 bundled',
    });
    expect(at('node_modules/outer/node_modules/esbuild').from).toEqual({
      kind: 'bundled',
      resolved: null,
      integrity: null,
    });
    expect(disagreements).toEqual([]);
  });

  it('is said where nothing declares it', () => {
    const { origins, disagreements } = listed('npm', {
      ...manifest('.', 'root', '1.0.0', { dependencies: { outer: '1' } }),
      ...record({ 'node_modules/outer': entry('outer', '1.0.0') }),
      ...manifest('node_modules/outer', 'outer', '1.0.0'),
      ...manifest('node_modules/outer/node_modules/esbuild', 'esbuild', '0.25.0', forged),
    });
    expect(origins['node_modules/outer/node_modules/esbuild']).toBe('esbuild@0.25.0 bundled');
    expect(disagreements).toEqual([
      'node_modules/outer/node_modules/esbuild (esbuild@0.25.0) came inside of node_modules/outer, which does not declare what it bundles',
    ]);
  });

  it('is not what the project itself bundles: that was fetched', () => {
    const { origins } = listed('npm', {
      ...manifest('.', 'root', '1.0.0', { dependencies: { x: '1' }, bundleDependencies: ['x'] }),
      ...record({
        'node_modules/x': entry('x', '1.0.0', { inBundle: true }),
        'node_modules/x/node_modules/y': entry('y', '1.0.0', { inBundle: true }),
      }),
      ...manifest('node_modules/x', 'x', '1.0.0'),
      ...manifest('node_modules/x/node_modules/y', 'y', '1.0.0'),
    });
    expect(Object.values(origins)).toEqual(['x@1.0.0 registry', 'y@1.0.0 registry']);
  });
});

it('says where the record and the disk disagree', () => {
  const { origins, at, disagreements } = listed('npm', {
    ...manifest('.', 'root', '1.0.0', { dependencies: { gone: '1', liar: '1' }, optionalDependencies: { other: '1' } }),
    ...record({
      'node_modules/gone': entry('gone', '1.0.0'),
      'node_modules/other': entry('other', '1.0.0', { optional: true }),
      'node_modules/liar': entry('liar', '1.0.0'),
      'node_modules/same': entry('same', '1.0.0'),
      'node_modules/left': entry('left', '1.0.0', { extraneous: true }),
    }),
    ...manifest('node_modules/liar', 'esbuild', '0.25.0'),
    ...manifest('node_modules/same', 'same', 'v1.0.0+build.7'),
    ...manifest('node_modules/left', 'left', '1.0.0'),
    ...manifest('node_modules/stray', 'stray', '1.0.0'),
  });
  expect(origins).toEqual({
    'node_modules/left': 'left@1.0.0 unknown',
    'node_modules/liar': 'liar@1.0.0 registry',
    'node_modules/same': 'same@1.0.0 registry',
    'node_modules/stray': 'stray@1.0.0 unknown',
  });
  expect(at('node_modules/liar').calledItself).toBe('esbuild');
  expect(disagreements).toEqual([
    'node_modules/gone (gone@1.0.0) is in the record of the install and not on the disk',
    'node_modules/left (left@1.0.0) is on the disk and not in the record of the install',
    'node_modules/liar is liar@1.0.0 in the record of the install, and its package.json says 0.25.0',
    'node_modules/stray (stray@1.0.0) is on the disk and not in the record of the install',
  ]);
});

it('marks what only optional dependencies need, and what may be absent', () => {
  const { at, packages } = listed('npm', {
    ...manifest('.', 'root', '1.0.0', {
      dependencies: { needed: '1' },
      optionalDependencies: { maybe: '1', linked: 'file:linked' },
      peerDependencies: { host: '1', extra: '1' },
      peerDependenciesMeta: { extra: { optional: true } },
    }),
    ...record(
      Object.fromEntries(
        ['needed', 'maybe', 'both', 'only'].map((name) => [`node_modules/${name}`, entry(name, '1.0.0')]),
      ),
    ),
    ...manifest('node_modules/needed', 'needed', '1.0.0', { dependencies: { both: '1' } }),
    ...manifest('node_modules/maybe', 'maybe', '1.0.0', { dependencies: { both: '1', only: '1' } }),
    ...manifest('node_modules/both', 'both', '1.0.0'),
    ...manifest('node_modules/only', 'only', '1.0.0'),
    ...manifest('linked', 'linked', '1.0.0'),
    'node_modules/linked': new Link('../linked'),
  });
  expect(packages.filter(({ optional }) => optional).map(({ name }) => name)).toEqual(['linked', 'maybe', 'only']);
  expect(at('.')).toMatchObject({
    dependencies: ['needed', 'maybe', 'linked', 'host', 'extra'],
    mayBeAbsent: ['maybe', 'linked', 'extra'],
  });
});

it('knows dependencies that only the record has: the registry may say other things than the manifest', () => {
  const { at } = listed('npm', {
    ...manifest('.', 'root', '1.0.0', { dependencies: { x: '1' } }),
    ...record({
      'node_modules/x': entry('x', '1.0.0', { dependencies: { hidden: '1' }, optionalDependencies: { maybe: '1' } }),
      'node_modules/hidden': entry('hidden', '1.0.0'),
    }),
    ...manifest('node_modules/x', 'x', '1.0.0'),
    ...manifest('node_modules/hidden', 'hidden', '1.0.0'),
  });
  expect(at('node_modules/x')).toMatchObject({ dependencies: ['hidden', 'maybe'], mayBeAbsent: ['maybe'] });
});

it('lists a project that nothing was installed for, and says so of a record that can not be read', () => {
  expect(listed('npm', manifest('.', 'root', '1.0.0'))).toMatchObject({ disagreements: [], origins: {} });
  const broken = listed('npm', {
    ...manifest('.', 'root', '1.0.0'),
    [RECORD]: '{',
    ...manifest('node_modules/x', 'x', '1.0.0'),
  });
  expect(broken.disagreements).toEqual([
    `npm's record of the install, ${RECORD}, is not JSON`,
    'node_modules/x (x@1.0.0) is on the disk and not in the record of the install',
  ]);
});
