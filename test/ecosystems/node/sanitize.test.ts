import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PackageManager } from '../../../src/ecosystems/manager.js';
import { npm } from '../../../src/ecosystems/npm/npm.js';
import { pnpm9, pnpm12 } from '../../../src/ecosystems/pnpm/pnpm.js';
import { yarn4 } from '../../../src/ecosystems/yarn-berry/yarn-berry.js';
import { yarnClassic } from '../../../src/ecosystems/yarn-classic/yarn-classic.js';
import { foundProject } from '../found-project.js';

const PROGRAM = fileURLToPath(new URL('../../../image/opt/node/sanitize.mjs', import.meta.url));
/** The project's root lies in this folder of the archive. */
const ROOT = 'app';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'packwarden-sanitize-'));
});
afterEach(() => rmSync(top, { recursive: true }));

/** Files by their path in the archive. Resolves with what was said to be taken out. */
function sanitize(manager: PackageManager, files: Readonly<Record<string, string>>): readonly string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  }
  const inRoot = Object.entries(files).flatMap(([path, text]) =>
    dirname(path) === ROOT ? [[path.slice(ROOT.length + 1), text]] : [],
  );
  const heads: Record<string, string> = Object.fromEntries(inRoot);
  const manifest = JSON.parse((heads['package.json'] ?? '{}').replace(/^\uFEFF/, ''));
  const command = manager.sanitize(foundProject({ heads, manifest }));
  if (command === null) return [];
  const { stdout, stderr, status } = spawnSync('node', [PROGRAM, join(top, ROOT), top, command.at(-1) ?? ''], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.split('\n').filter((line) => line !== '');
}

const text = (path: string): string => readFileSync(join(top, path), 'utf8');
const EVERYTHING = 'everything (it is not written in lines of `key: value`) of .yarnrc.yml';

describe('what no flag wins over is taken out', () => {
  it.each<[string, PackageManager, object, readonly string[], object]>([
    ['npm: nothing to take', npm, { name: 'a' }, [], { name: 'a' }],
    [
      'npm: devEngines that hold',
      npm,
      { devEngines: { packageManager: { name: 'npm' } } },
      [],
      { devEngines: { packageManager: { name: 'npm' } } },
    ],
    [
      'npm: devEngines that do not',
      npm,
      { name: 'a', devEngines: { packageManager: { name: 'npm', version: '^11' } } },
      [],
      { name: 'a' },
    ],
    ['npm: devEngines that are none', npm, { devEngines: { os: 'linux' } }, [], {}],
    ['npm: another platform', npm, { os: ['darwin'], cpu: ['arm'] }, ['os of package.json', 'cpu of package.json'], {}],
    [
      'pnpm: another version of it',
      pnpm12,
      { engines: { pnpm: '^9', node: '>=18' } },
      [],
      { engines: { node: '>=18' } },
    ],
    ['pnpm: its own version', pnpm12, { engines: { pnpm: '>=9' } }, [], { engines: { pnpm: '>=9' } }],
    [
      'pnpm 9: another platform',
      pnpm9,
      { pnpm: { supportedArchitectures: { os: ['win32'] }, overrides: {} } },
      ['pnpm.supportedArchitectures of package.json'],
      { pnpm: { overrides: {} } },
    ],
    [
      'yarn 4: what lets a package run, or not',
      yarn4,
      { dependenciesMeta: { a: { built: false }, b: { built: true, optional: true }, c: null } },
      ['dependenciesMeta.a.built of package.json', 'dependenciesMeta.b.built of package.json'],
      { dependenciesMeta: { a: {}, b: { optional: true }, c: null } },
    ],
  ])('%s', (_case, manager, manifest, taken, left) => {
    const said = sanitize(manager, { 'app/package.json': JSON.stringify(manifest) });
    expect(said).toEqual(taken);
    expect(JSON.parse(text('app/package.json'))).toEqual(left);
  });

  it('in a manifest with a byte order mark', () => {
    sanitize(npm, { 'app/package.json': '\uFEFF{ "devEngines": { "os": { "name": "darwin" } } }' });
    expect(JSON.parse(text('app/package.json'))).toEqual({});
  });

  it('for pnpm in every project of a workspace, but in no package and in nothing that is no manifest', () => {
    const engines = JSON.stringify({ engines: { pnpm: '^7' } });
    const files = {
      'app/package.json': '{}',
      'app/packages/a/package.json': engines,
      'app/node_modules/b/package.json': engines,
      'app/templates/package.json': '{ {{name}} }',
      'package.json': engines,
    };
    expect(sanitize(pnpm12, files)).toEqual(['engines.pnpm of packages/a/package.json']);
    expect(text('app/packages/a/package.json')).toBe('{\n  "engines": {}\n}\n');
    expect(text('app/node_modules/b/package.json')).toBe(engines);
    expect(text('app/templates/package.json')).toBe('{ {{name}} }');
    expect(text('package.json')).toBe(engines);
  });

  it.each<[string, PackageManager]>([
    ['npm', npm],
    ['yarn 1', yarnClassic],
  ])('for %s the platforms of a workspace, which it stops at', (_name, manager) => {
    const files = {
      'app/package.json': '{ "workspaces": ["packages/*"] }',
      'app/packages/a/package.json': '{ "os": ["darwin"], "libc": ["musl"], "name": "a" }',
      'app/packages/b/package.json': '{ "name": "b" }',
      'app/node_modules/c/package.json': '{ "os": ["darwin"] }',
    };
    expect(sanitize(manager, files)).toEqual(['os of packages/a/package.json', 'libc of packages/a/package.json']);
    expect(JSON.parse(text('app/packages/a/package.json'))).toEqual({ name: 'a' });
    expect(text('app/packages/b/package.json')).toBe(files['app/packages/b/package.json']);
    expect(text('app/node_modules/c/package.json')).toBe(files['app/node_modules/c/package.json']);
  });

  it('for yarn 1 those of the project', () => {
    expect(sanitize(yarnClassic, { 'app/package.json': '{ "os": ["darwin"] }' })).toEqual(['os of package.json']);
  });

  it.each<[string, PackageManager]>([
    ['npm', npm],
    ['yarn 1', yarnClassic],
  ])('for %s no platforms of other folders, which it leaves out', (_name, manager) => {
    const files = { 'app/package.json': '{ "name": "app" }', 'app/vendor/a/package.json': '{ "os": ["darwin"] }' };
    expect(sanitize(manager, files)).toEqual([]);
    expect(text('app/vendor/a/package.json')).toBe(files['app/vendor/a/package.json']);
  });

  it("for npm what the lock file says of a workspace's platforms, and of nothing else", () => {
    const packages = {
      '': { workspaces: ['a'] },
      a: { version: '1.0.0', os: ['darwin'], cpu: ['arm'] },
      'a/node_modules/b': { os: ['darwin'] },
      'node_modules/a': { link: true },
    };
    const files = {
      'app/package.json': '{ "workspaces": ["a"] }',
      'app/a/package.json': '{}',
      'app/package-lock.json': JSON.stringify({ packages }),
    };
    expect(sanitize(npm, files)).toEqual([]);
    const { a: _a, ...others } = packages;
    expect(JSON.parse(text('app/package-lock.json'))).toEqual({ packages: { a: { version: '1.0.0' }, ...others } });
  });

  it('a lock file of npm that says nothing of the kind, or is none, stays', () => {
    const files = { 'app/package.json': '{ "workspaces": ["a"] }', 'app/package-lock.json': '{ "packages": [] }' };
    expect(sanitize(npm, files)).toEqual([]);
    expect(text('app/package-lock.json')).toBe('{ "packages": [] }');
    writeFileSync(join(top, 'app', 'npm-shrinkwrap.json'), '{');
    expect(sanitize(npm, files)).toEqual([]);
  });

  it('never through a link', () => {
    writeFileSync(join(top, 'outside'), '{ "engines": { "pnpm": "^7" } }');
    mkdirSync(join(top, 'app', 'a'), { recursive: true });
    symlinkSync('../../outside', join(top, 'app', 'a', 'package.json'));
    symlinkSync('..', join(top, 'app', 'a', 'loop'));
    expect(sanitize(pnpm12, { 'app/package.json': '{}' })).toEqual([]);
    expect(text('outside')).toContain('^7');
  });
});

describe('of .yarnrc.yml', () => {
  it.each<[string, string, readonly string[], string]>([
    ['nothing is taken', 'nodeLinker: pnp\nenableScripts: false\n', [], 'nodeLinker: pnp\nenableScripts: false\n'],
    [
      'a plugin and all that belongs to it',
      'plugins:\n  - ./a.cjs\n  - path: ./b.cjs\n\nnmMode: classic\n',
      ['plugins of .yarnrc.yml'],
      'nmMode: classic\n',
    ],
    ['what is quoted', '"yarnPath": .yarn/x.cjs\nnmMode: classic', ['yarnPath of .yarnrc.yml'], 'nmMode: classic'],
    [
      'with CRLF and a BOM',
      '\uFEFFyarnPath: x\r\nnmMode: classic\r\n',
      ['yarnPath of .yarnrc.yml'],
      'nmMode: classic\n',
    ],
    ['a list at the margin', 'plugins:\n- ./a.cjs\nnmMode: classic', ['plugins of .yarnrc.yml'], 'nmMode: classic'],
    ['braces', '{"plugins": ["./a.cjs"]}', [EVERYTHING], ''],
    ['braces behind a marker', '--- {"plugins": ["./a.cjs"]}', [EVERYTHING], ''],
    ['deeper in', '  plugins:\n    - ./a.cjs\n', [EVERYTHING], ''],
    ['deeper in, behind a comment', '# a\n  plugins:\n    - ./a.cjs\n', [EVERYTHING], ''],
    ['an escape in a key', '"plug\\u0069ns": [./a.cjs]\n', [EVERYTHING], ''],
    ['a key of its own', '? plugins\n: [./a.cjs]\n', [EVERYTHING], ''],
    ['a merge', 'a: &a\n  plugins: [./a.cjs]\n<<: *a\n', [EVERYTHING], ''],
    [
      'credentials that are nowhere',
      'npmScopes:\n  corp:\n    npmAlwaysAuth: true\n    npmRegistryServer: "https://a.example"\n',
      ['npmAlwaysAuth of .yarnrc.yml'],
      'npmScopes:\n  corp:\n    npmRegistryServer: "https://a.example"\n',
    ],
    [
      'credentials for a scope, demanded for all',
      `npmAlwaysAuth: true\nnpmScopes:\n  corp:\n    npmAuthToken: "\${CORP_TOKEN}"\n`,
      ['npmAlwaysAuth of .yarnrc.yml'],
      `npmScopes:\n  corp:\n    npmAuthToken: "\${CORP_TOKEN}"\n`,
    ],
    [
      'credentials that are there',
      `npmAlwaysAuth: true\nnpmAuthToken: "\${CORP_TOKEN}"\n`,
      [],
      `npmAlwaysAuth: true\nnpmAuthToken: "\${CORP_TOKEN}"\n`,
    ],
  ])('%s', (_case, before, taken, after) => {
    expect(sanitize(yarn4, { 'app/package.json': '{}', 'app/.yarnrc.yml': before })).toEqual(taken);
    expect(text('app/.yarnrc.yml')).toBe(after);
  });

  it('also of that of a folder above, which yarn reads, too', () => {
    const taken = sanitize(yarn4, { 'app/package.json': '{}', '.yarnrc.yml': 'plugins: [./a.cjs]\n' });
    expect(taken).toEqual(['plugins of ../.yarnrc.yml']);
    expect(text('.yarnrc.yml')).toBe('');
    expect(existsSync(join(top, 'app', '.yarnrc.yml'))).toBe(false);
  });
});

describe('of .yarnrc', () => {
  it.each<[string, string, readonly string[], string]>([
    [
      'where packages come from stays',
      '# a\nregistry "https://a.example/"\n"@corp:registry" "https://b.example"\n//a.example/:_authToken abc\n',
      [],
      '# a\nregistry "https://a.example/"\n"@corp:registry" "https://b.example"\n//a.example/:_authToken abc\n',
    ],
    [
      'a mirror stays',
      'yarn-offline-mirror "./mirror"\nyarn-offline-mirror-pruning true\n',
      [],
      'yarn-offline-mirror "./mirror"\nyarn-offline-mirror-pruning true\n',
    ],
    [
      'a mirror in the form of a mapping stays',
      'yarn-offline-mirror: ./mirror\n',
      [],
      'yarn-offline-mirror: ./mirror\n',
    ],
    [
      'a mirror of another machine does not',
      'yarn-offline-mirror "/Users/joe/mirror"\nyarn-offline-mirror "C:\\\\mirror"\n',
      ['yarn-offline-mirror of .yarnrc'],
      '',
    ],
    [
      'flags do not',
      '--install.ignore-optional true\nyarn-path "./yarn.js"\nignore-scripts true\n',
      ['--install.ignore-optional of .yarnrc', 'yarn-path of .yarnrc', 'ignore-scripts of .yarnrc'],
      '',
    ],
    [
      'flags do not, with CRLF',
      'cache-folder ./c\r\nstrict-ssl false\r\n',
      ['cache-folder of .yarnrc'],
      'strict-ssl false\n',
    ],
  ])('%s', (_case, before, taken, after) => {
    expect(sanitize(yarnClassic, { 'app/package.json': '{}', 'app/.yarnrc': before })).toEqual(taken);
    expect(text('app/.yarnrc')).toBe(after);
  });
});

describe('of .npmrc, for yarn 1', () => {
  it.each<[string, string, readonly string[], string]>([
    ['a mirror of the project stays', 'yarn-offline-mirror=./mirror\n', [], 'yarn-offline-mirror=./mirror\n'],
    ['pruning of one stays', 'yarn-offline-mirror-pruning=true\n', [], 'yarn-offline-mirror-pruning=true\n'],
    [
      'a mirror of another machine does not',
      'a=b\nyarn-offline-mirror=/Users/joe/m\n',
      ['yarn-offline-mirror of .npmrc'],
      'a=b\n',
    ],
    ['one in HOME does not', 'yarn-offline-mirror = "~/m"\r\na=b', ['yarn-offline-mirror of .npmrc'], 'a=b'],
    ['one of a drive does not', "yarn-offline-mirror='C:/m'", ['yarn-offline-mirror of .npmrc'], ''],
    ['a comment about one stays', '; yarn-offline-mirror=/m\n', [], '; yarn-offline-mirror=/m\n'],
  ])('%s', (_case, before, taken, after) => {
    expect(sanitize(yarnClassic, { 'app/package.json': '{}', 'app/.npmrc': before })).toEqual(taken);
    expect(text('app/.npmrc')).toBe(after);
  });
});
