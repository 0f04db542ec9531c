import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ProjectFiles } from '../../../src/cli/pack/project-files.js';
import { lockFileIn, managerFor, selectProject } from '../../../src/cli/pack/select.js';
import { MANAGERS } from '../../../src/ecosystems/managers.js';
import type { ManagerName } from '../../../src/ecosystems/names.js';
import { app, type Files, NOISE, projectFolders, selectFor } from './packed.js';
import { PROJECTS } from './packed-projects.js';

const { project, unpack } = projectFolders();

const selected = (files: Files, manager: ManagerName = 'npm', include: string[] = []) =>
  selectFor(project(files), manager, include).files.map(([path]) => path);

/** Projects as people have them, which hold nothing that their install does not need. */
const CASES = fileURLToPath(new URL('../../../shared/cases/shapes', import.meta.url));
const expectedSchema = z.record(
  z.string(),
  z.object({ ecosystem: z.string().optional(), manager: z.string().optional() }),
);
const EXPECTED = existsSync(CASES) ? readFileSync(join(CASES, 'expected.json'), 'utf8') : '{}';
const SHAPES = Object.entries(expectedSchema.parse(JSON.parse(EXPECTED)))
  .filter(([name]) => existsSync(join(CASES, name)) && !existsSync(join(CASES, name, 'project.tgz')))
  .filter(([, { manager }]) => manager === undefined || MANAGERS.some(({ name }) => name === manager))
  .map(([name, { ecosystem }]) => [name, ecosystem] as const);

describe('what is packed', () => {
  it.each(PROJECTS)('$title ($manager)', ({ manager, files, packed }) => {
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

  it('a cache that the repository keeps, and not what it ignores: that one is of this machine, and may be large', () => {
    const files = {
      'package.json': app(),
      'yarn.lock': '__metadata:\n  version: 6\n',
      '.gitignore': '.yarn/cache/ignored*\n',
      '.yarn/cache/kept.zip': 'x',
      '.yarn/cache/ignored.zip': 'x',
    };
    const root = project(files);
    execFileSync('git', ['init', '-q'], { cwd: root });
    expect(selectFor(root, 'yarn').files.map(([path]) => path)).toEqual([
      '.yarn/cache/kept.zip',
      'package.json',
      'yarn.lock',
    ]);
  });

  it('what lies outside of the project can be named, but not packed: a mirror beside it is said', () => {
    const selection = selectFor(
      project({ 'package.json': app(), '.yarnrc': 'yarn-offline-mirror ../mirror\n' }),
      'yarn',
    );
    expect(selection.files.map(([path]) => path)).toEqual(['.yarnrc', 'package.json']);
    expect(selection.notes).toEqual(['../mirror lies outside of the project: its packages are not packed']);
  });

  it.each(SHAPES)('everything that a project from a bug report has: %s', (name, ecosystem) => {
    const folder = join(CASES, name);
    const { manager } = managerFor(folder, null);
    if (ecosystem !== undefined) expect(manager.name).toBe(ecosystem);
    const packed = selectProject(folder, manager, []).files.map(([path]) => path);
    expect(packed).toEqual(new ProjectFiles(folder).under('.').toSorted());
  });

  it('all of the project where its scripts shall be run', () => {
    const root = project({ ...NOISE, 'package.json': app(), 'src/main.ts': 'x' });
    const { manager } = managerFor(root, 'npm');
    expect(selectProject(root, manager, []).files.map(([path]) => path)).not.toContain('src/main.ts');
    const whole = selectProject(root, manager, [], ['build']);
    expect(whole.files.map(([path]) => path)).toContain('src/main.ts');
    expect(whole.notes).toEqual(['packing the whole project, because its own scripts are to be run: build']);
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

  it.each([
    ['npm', ['../other', 'a'], {}],
    ['npm', ['a', 'a/../../other', '!../other'], {}],
    ['pnpm', undefined, { 'pnpm-workspace.yaml': 'packages: [a, "../other"]\n' }],
  ] as const)('no workspace outside of the project, and says so: %s %j', (manager, workspaces, more) => {
    const top = project({ 'other/package.json': app(), 'app/package.json': app({ workspaces }) });
    for (const [name, text] of Object.entries(more)) writeFileSync(join(top, 'app', name), text);
    mkdirSync(join(top, 'app', 'a'));
    writeFileSync(join(top, 'app', 'a', 'package.json'), '{}');
    const { files, notes } = selectFor(join(top, 'app'), manager);
    expect([...files].map(([path]) => path)).toEqual(['a/package.json', 'package.json', ...Object.keys(more)]);
    expect(notes.join('\n')).toMatch(
      /^workspaces (?:a\/\.\.\/)?\.\.\/(?:\.\.\/)?other lie outside of the project: they are not packed/m,
    );
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
    ['npm', 'nothing in the project says which', { 'package.json': app(), Gemfile: '' }],
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
    ['npm', 'nothing in the project says which', {}],
    ['npm', 'nothing in the project says which', { 'package.json': 'no JSON' }],
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
    [
      'bunfig.toml',
      '[install]\nregistry = "https://u:s3cret@r.example"\nproduction = true\n[install.scopes]\n"@x" = { token = "s3cret", url = "https://r.example" }\n"@y" = {\n  username = "s3cret",\n  url = "https://r.example",\n}\n',
      '[install]\nproduction = true\n[install.scopes]\n"@y" = {\n  url = "https://r.example",\n}\n',
    ],
    ['.yarnrc', 'registry "https://r.example/"\n"//r.example/:_authToken" s3cret\n', 'registry "https://r.example/"\n'],
  ])('of %s stay at home, and the settings are named', async (name, content, packed) => {
    const root = project({ 'package.json': app(), [name]: content });
    const selection = selectFor(root, name === 'bunfig.toml' ? 'bun' : 'yarn');
    const unpacked = await unpack(selection);
    expect(readFileSync(join(unpacked, name), 'utf8')).toBe(packed);
    expect(selection.notes.join()).toContain(`${name}: left out `);
    expect(selection.notes.join()).not.toContain('s3cret');
  });
});
