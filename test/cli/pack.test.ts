import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFileIn, managerFor } from '../../src/cli/pack/select.js';
import type { ManagerName } from '../../src/ecosystems/names.js';
import { app, type Files, NOISE, projectFolders, selectFor } from './packed.js';

const { project, unpack } = projectFolders();

const selected = (files: Files, manager: ManagerName = 'npm', include: string[] = []) =>
  selectFor(project(files), manager, include).files.map(([path]) => path);

const ROWS: readonly (readonly [title: string, manager: ManagerName, files: Files, packed: readonly string[]])[] = [
  ['a plain project', 'npm', { 'package.json': app(), 'package-lock.json': {} }, ['package-lock.json', 'package.json']],
  [
    'workspaces: their manifests, the files they link, and no sources',
    'npm',
    {
      'package.json': app({ workspaces: ['packages/*', './tools/'] }),
      'packages/a/package.json': app({ bin: { a: 'bin/a.js' } }),
      'packages/a/bin/a.js': 'x',
      'packages/a/src/deep.js': 'x',
      'packages/b/package.json': app(),
      'tools/package.json': app(),
      'other/package.json': app(),
    },
    ['package.json', 'packages/a/bin/a.js', 'packages/a/package.json', 'packages/b/package.json', 'tools/package.json'],
  ],
  [
    'workspaces of the older form, and what they depend on locally',
    'yarn',
    {
      'package.json': app({ workspaces: { packages: ['apps/**', '!apps/old'] } }),
      'apps/web/package.json': app({ devDependencies: { x: 'file:../../vendor/x.tgz' } }),
      'apps/old/package.json': app(),
      'vendor/x.tgz': 'x',
      'yarn.lock': 'x',
    },
    ['apps/web/package.json', 'package.json', 'vendor/x.tgz', 'yarn.lock'],
  ],
  [
    'local dependencies whole, and theirs',
    'npm',
    {
      'package.json': app({ dependencies: { x: 'file:vendor/x', z: './z' }, overrides: { q: { r: 'file:r.tgz' } } }),
      'vendor/x/package.json': app({ dependencies: { y: 'link:../y' }, scripts: { install: 'node build.js' } }),
      'vendor/x/build.js': 'x',
      'vendor/x/node_modules/no/index.js': 'x',
      'vendor/y/package.json': app(),
      'z/package.json': app(),
      'r.tgz': 'x',
    },
    ['package.json', 'r.tgz', 'vendor/x/build.js', 'vendor/x/package.json', 'vendor/y/package.json', 'z/package.json'],
  ],
  [
    "the project's baseline, from its root",
    'npm',
    {
      'package.json': app({ workspaces: ['packages/*'] }),
      'packwarden.yaml': 'accept: []',
      'packages/a/package.json': app(),
      'packages/a/packwarden.yaml': 'accept: []',
    },
    ['package.json', 'packages/a/package.json', 'packwarden.yaml'],
  ],
  [
    'patches of patch-package, of yarn and its own release',
    'yarn',
    {
      'package.json': app({
        scripts: { postinstall: 'patch-package && husky install || true' },
        resolutions: { a: 'patch:a@npm%3A1.0.0#~/fixes/a.patch', b: 'patch:b@^1#~builtin<compat/b>' },
      }),
      'patches/dep+1.0.0.patch': 'x',
      'fixes/a.patch': 'x',
      '.yarn/patches/q.patch': 'x',
      '.yarn/releases/yarn-4.cjs': 'x',
      '.yarn/cache/big.zip': 'x',
      '.yarnrc.yml': 'yarnPath: .yarn/releases/yarn-4.cjs\n',
    },
    [
      '.yarn/patches/q.patch',
      '.yarn/releases/yarn-4.cjs',
      '.yarnrc.yml',
      'fixes/a.patch',
      'package.json',
      'patches/dep+1.0.0.patch',
    ],
  ],
  [
    'pnpm: workspace file, patches, hooks',
    'pnpm',
    {
      'package.json': app({ pnpm: { patchedDependencies: { 'a@1': 'p/a.patch' }, overrides: { k: 'link:./k' } } }),
      'pnpm-workspace.yaml': 'packages: ["pkgs/*"]\npatchedDependencies:\n  b@1: p/b.patch\n',
      'pkgs/one/package.json': app(),
      'p/a.patch': 'x',
      'p/b.patch': 'x',
      'p/unused.patch': 'x',
      'k/package.json': app(),
      '.pnpmfile.cjs': 'x',
      'pnpm-lock.yaml': 'x',
      'package-lock.json': {},
    },
    [
      '.pnpmfile.cjs',
      'k/package.json',
      'p/a.patch',
      'p/b.patch',
      'package.json',
      'pkgs/one/package.json',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
    ],
  ],
  [
    'bundler: local gems, other Gemfiles, a gemspec with lib/',
    'bundler',
    {
      Gemfile: `gem 'a', path: 'gems/a'\n# gem 'no', path: '../no'\neval_gemfile "sub/Gemfile"\n`,
      'Gemfile.lock': 'x',
      'gems/a/a.gemspec': 'x',
      'sub/Gemfile': `gem 'b', :path => '../gems/b'\n`,
      'gems/b/b.gemspec': 'x',
      'app.gemspec': 'x',
      'lib/app/version.rb': 'x',
      'app/models/user.rb': 'x',
    },
    [
      'Gemfile',
      'Gemfile.lock',
      'app.gemspec',
      'gems/a/a.gemspec',
      'gems/b/b.gemspec',
      'lib/app/version.rb',
      'sub/Gemfile',
    ],
  ],
  [
    'bundler: gems.rb, and not what a Gemfile beside it names',
    'bundler',
    {
      'gems.rb': `gem 'a', path: 'a'\n`,
      'gems.locked': 'x',
      Gemfile: `gem 'b', path: 'b'\n`,
      'a/a.gemspec': 'x',
      'b/b.gemspec': 'x',
    },
    ['Gemfile', 'a/a.gemspec', 'gems.locked', 'gems.rb'],
  ],
];

describe('what is packed', () => {
  it.each(ROWS)('%s (%s)', (_title, manager, files, packed) => {
    expect(selected({ ...NOISE, ...files }, manager)).toEqual(packed);
  });

  it('the whole project when its own scripts may read it, but no secrets and nothing installed', () => {
    const files = { ...NOISE, 'package.json': app({ scripts: { prepare: 'npm run build' } }), '.env.local': 'x' };
    const selection = selectFor(project(files));
    expect(selection.files.map(([path]) => path)).toEqual(['README.md', 'package.json', 'src/index.ts']);
    expect(selection.notes.join()).toContain('prepare: npm run build');
  });

  it('of a git checkout what git tracks or would', () => {
    const root = project({
      ...NOISE,
      'package.json': app(),
      'binding.gyp': '{}',
      '.gitignore': 'out\n',
      'out/x.o': 'x',
    });
    execFileSync('git', ['init', '-q'], { cwd: root });
    const packed = selectFor(root).files.map(([path]) => path);
    expect(packed).toEqual(['.gitignore', 'README.md', 'binding.gyp', 'package.json', 'src/index.ts']);
  });

  it('what --include names: a file, a folder, a pattern', () => {
    const files = { ...NOISE, 'package.json': app(), 'a/1.proto': 'x', 'a/b/2.proto': 'x', 'a/b/3.txt': 'x' };
    expect(selected(files, 'npm', ['README.md', 'a/**/*.proto', 'src'])).toEqual([
      'README.md',
      'a/1.proto',
      'a/b/2.proto',
      'package.json',
      'src/index.ts',
    ]);
    expect(() => selected(files, 'npm', ['nope'])).toThrow('--include nope');
  });

  it.each<[string, ManagerName, Files, string]>([
    ['no manifest', 'npm', { 'a.txt': 'x' }, 'no package.json'],
    ['no Gemfile', 'bundler', { 'package.json': app() }, 'no Gemfile'],
    ['a manifest that is no JSON', 'npm', { 'package.json': '{' }, 'package.json: '],
    ['a manifest that is a list', 'npm', { 'package.json': '[]' }, 'not a JSON object'],
    ['a local dependency outside', 'npm', { 'package.json': app({ dependencies: { x: 'file:../x' } }) }, 'outside'],
    ['an absolute local dependency', 'npm', { 'package.json': app({ dependencies: { x: 'file:/etc' } }) }, 'outside'],
    ['a local gem outside', 'bundler', { Gemfile: `gem 'x', path: '../x'` }, 'outside'],
  ])('refuses %s', (_title, manager, files, reason) => {
    expect(() => selected(files, manager)).toThrow(reason);
  });

  it('nothing behind a link that leads out of the project', () => {
    const elsewhere = project({ 'secret/package.json': app() });
    const root = project({ 'package.json': app({ dependencies: { x: 'file:link/secret' }, workspaces: ['link/*'] }) });
    symlinkSync(elsewhere, join(root, 'link'));
    expect(selectFor(root).files.map(([path]) => path)).toEqual(['package.json']);
  });

  it('the lock file that decides', () => {
    const lock = (files: Files, manager: ManagerName) => {
      const root = project(files);
      return lockFileIn(selectFor(root, manager), managerFor(root, manager).manager);
    };
    expect(lock({ 'package.json': app(), 'npm-shrinkwrap.json': {}, 'package-lock.json': {} }, 'npm')).toBe(
      'npm-shrinkwrap.json',
    );
    expect(lock({ 'package.json': app() }, 'npm')).toBe('package.json');
    expect(lock({ 'package.json': app(), 'yarn.lock': '' }, 'yarn')).toBe('yarn.lock');
    expect(lock({ 'gems.rb': '', 'gems.locked': '', 'Gemfile.lock': '', Gemfile: '' }, 'bundler')).toBe('gems.locked');
    expect(lock({ 'gems.rb': '' }, 'bundler')).toBe('gems.rb');
  });

  it.each<[string, string, Files]>([
    ['npm', 'nothing in the project asks for another one', { 'package.json': app(), Gemfile: '' }],
    ['pnpm', 'the project has pnpm-lock.yaml', { 'package.json': app(), 'pnpm-lock.yaml': '', 'Gemfile.lock': '' }],
    [
      'pnpm',
      'package.json asks for pnpm@10.1.0',
      { 'package.json': app({ packageManager: 'pnpm@10.1.0' }), 'yarn.lock': '' },
    ],
    ['yarn', 'the project has .yarnrc.yml', { 'package.json': app(), '.yarnrc.yml': '' }],
    ['bundler', 'the project has Gemfile.lock', { 'package.json': app(), Gemfile: '', 'Gemfile.lock': '' }],
    ['bundler', 'the project has gems.locked', { 'gems.locked': '', 'gems.rb': '' }],
    ['bundler', 'the project has Gemfile', { Gemfile: '' }],
    ['npm', 'nothing in the project asks for another one', {}],
    ['npm', 'nothing in the project asks for another one', { 'package.json': 'no JSON' }],
  ])('is taken for one of %s: %s', (name, reason, files) => {
    const { manager, reason: given } = managerFor(project(files), null);
    expect(manager.name).toBe(name);
    expect(given).toContain(reason);
  });
});

describe('secrets', () => {
  it.each([
    [
      '.npmrc',
      '; comment\nregistry=https://r.example/\n//r.example/:_authToken=s3cret\n_auth = s3cret\n@x:registry=https://u:s3cret@r.example/\n//r.example/:_password="s3cret"\n//r.example/:certfile=/s3cret\nengine-strict=true\n',
      '; comment\nregistry=https://r.example/\nengine-strict=true\n',
    ],
    [
      '.yarnrc.yml',
      'nodeLinker: node-modules\nnpmAuthToken: s3cret\nnpmRegistries:\n  "//r.example":\n    npmAuthIdent: "u:s3cret"\n    npmAlwaysAuth: true\nhttpProxy: "http://u:s3cret@proxy"\n',
      'nodeLinker: node-modules\nnpmRegistries:\n  "//r.example":\n    npmAlwaysAuth: true\n',
    ],
    ['.yarnrc', 'registry "https://r.example/"\n"//r.example/:_authToken" s3cret\n', 'registry "https://r.example/"\n'],
  ])('of %s stay at home, and the settings are named', async (name, content, packed) => {
    const selection = selectFor(project({ 'package.json': app(), [name]: content }), 'yarn');
    const unpacked = await unpack(selection);
    expect(readFileSync(join(unpacked, name), 'utf8')).toBe(packed);
    expect(selection.notes.join()).toContain(`${name}: left out `);
    expect(selection.notes.join()).not.toContain('s3cret');
  });
});
