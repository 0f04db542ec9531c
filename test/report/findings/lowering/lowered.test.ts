import { describe, expect, it } from 'vitest';
import type { OriginKind } from '../../../../src/ecosystems/installed-package.js';
import { HookReads } from '../../../../src/report/attribution/files/hook-reads.js';
import { buildReport } from '../../../../src/report/build.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, startAlert, treeOf } from '../../evidence.js';

const hook = { 'proc.pid': '20', 'fd.name': `${PROJECT}/.git/hooks/pre-commit` };

function verdictOf(
  starts: readonly Start[],
  fields: Record<string, string>,
  tags: string[],
  kind: OriginKind = 'registry',
) {
  const dependency = { ...pkg('node_modules/a', [], ['install']), from: { kind, resolved: null, integrity: null } };
  const alerts = [folded({ ...alertAt(5, 'X', fields), tags })];
  return buildReport(evidence({ packages: [pkg('.', ['a']), dependency], tree: treeOf(starts), alerts })).verdict;
}

describe('what changes the settings of the project', () => {
  const script = (of: string): readonly Start[] => [...scriptsOf(of), [2, 20, 10, PROJECT, 'sh -c node setup.js']];

  it.each<[string, string, OriginKind, string]>([
    ["the project's own script", 'project', 'registry', 'incomplete'],
    ["a workspace's script", 'a', 'workspace', 'clean'],
    ["a package's script", 'a', 'registry', 'findings'],
    ['the script of a folder that is linked as a dependency', 'a', 'link', 'findings'],
  ])('%s', (_title, of, kind, verdict) => {
    // A package whose scripts were not observed running makes the run incomplete, whatever the project did.
    expect(verdictOf(script(of), hook, ['project_settings'], kind)).toBe(verdict);
  });

  it("is a finding where the project's script changes something else", () => {
    const fields = { ...hook, 'fd.name': '/home/ci/.gitconfig' };
    expect(verdictOf(script('a'), fields, ['project_settings'], 'workspace')).toBe('findings');
  });
});

describe('a package manager that a package calls', () => {
  const started = (cmdline: string): readonly Start[] => [...scriptsOf('a'), [2, 20, 10, PROJECT, cmdline]];
  const npm = 'node /usr/local/bin/npm --silent install chalk';

  it.each([
    ['puts a package below its folder', npm, 'node_modules/a/cli/node_modules/chalk/package.json', 'clean'],
    ['writes a manifest that is not of the package itself', npm, 'node_modules/a/cli/package.json', 'clean'],
    ["replaces the package's own manifest", npm, 'node_modules/a/package.json', 'findings'],
    ['replaces a file of another package', npm, 'node_modules/b/package.json', 'findings'],
    ['is none', 'node setup.js', 'node_modules/a/cli/node_modules/chalk/package.json', 'findings'],
  ])('%s', (_title, cmdline, file, verdict) => {
    const fields = { 'proc.pid': '20', 'fd.name': `${PROJECT}/${file}` };
    expect(verdictOf(started(cmdline), fields, ['project_settings', 'tampering'])).toBe(verdict);
  });
});

describe('what reads the settings of a package manager', () => {
  const started = (cmdline: string): readonly Start[] => [...scriptsOf('a'), [2, 20, 10, PROJECT, cmdline]];
  const fields = { 'proc.pid': '20', 'fd.name': '/home/ci/.npmrc' };
  const GYP = '/usr/local/lib/node_modules/npm/node_modules/node-gyp';

  it.each([
    ["npm's own program", 'node /usr/local/bin/npm run build', 'clean'],
    ['a script of a package', 'node setup.js', 'findings'],
    ['a script of a package with the program as an argument', 'node setup.js /usr/local/bin/npm', 'findings'],
    ["npm's program with an option before it", 'node --require=./x.js /usr/local/bin/npm', 'findings'],
    ['npm with a folder above', 'node /usr/local/bin/npm --prefix ../.. run build', 'clean'],
    ['a script of the folder called node', 'node node /usr/local/bin/npm run build', 'findings'],
    [
      "a path out of npm's folder",
      `node /usr/local/lib/node_modules/npm/bin/../../../../../../${PROJECT}/node_modules/a/e.js`,
      'findings',
    ],
    [
      "a path out of node-gyp's folder",
      `node ${GYP}/../../../../../../../..${PROJECT}/node_modules/a/e.js`,
      'findings',
    ],
  ])('%s', (_title, cmdline, verdict) => {
    expect(verdictOf(started(cmdline), fields, ['credentials'])).toBe(verdict);
  });
});

describe('the settings of a package manager that runs what the calling folder says', () => {
  const LIB = '/usr/local/lib/node_modules';
  const read = { 'proc.pid': '20', 'fd.name': '/home/ci/.npmrc' };
  const NPM = 'node /usr/local/bin/npm';
  const PNPM = `node ${LIB}/pnpm-10/bin/pnpm.cjs run build`;
  const YARN = `node ${LIB}/@yarnpkg/cli-dist/bin/yarn.js run build`;

  /** `hook`: a file that its process opened before. */
  function verdict(cmdline: string, kind: OriginKind, hook?: string, exepath?: string): string {
    const start: Start = [2, 20, 10, `${PROJECT}/node_modules/a`, cmdline];
    const tree = treeOf(scriptsOf('a'));
    tree.add(startAlert(start, exepath === undefined ? {} : { 'proc.exepath': exepath }));
    const hookReads = new HookReads();
    if (hook !== undefined) hookReads.add(alertAt(3, 'X', { 'proc.pid': '20', 'fd.name': hook }));
    const a = { ...pkg('node_modules/a', [], ['install']), from: { kind, resolved: null, integrity: null } };
    const alerts = [folded({ ...alertAt(5, 'X', read), tags: ['credentials'] })];
    return buildReport(evidence({ packages: [pkg('.', ['a']), a], tree, hookReads, alerts })).verdict;
  }

  it.each<[string, string, string, (string | undefined)?, string?]>([
    ['npm that runs a script', `${NPM} run build`, 'clean'],
    ['npm that installs', `${NPM} install chalk`, 'clean'],
    ['npm that installs and read a script of a package', `${NPM} install chalk`, 'clean', 'cli.js'],
    ['npm that read an extension', `${NPM} install`, 'findings', '.npm-extension.cjs'],
    ['npm that read one of another name', `${NPM} ls --extension-file=x.mjs`, 'findings', 'x.mjs'],
    ['npm that runs a script called init', `${NPM} run init`, 'clean'],
    ['npm that runs a module for a new project', `${NPM} init -y`, 'findings'],
    ['npm that does so by a short name', `${NPM} --silent inn`, 'findings'],
    ['yarn 1', 'node /usr/local/bin/yarn run build', 'clean'],
    ['pnpm 12', 'pnpm install', 'clean', undefined, `${LIB}/pnpm/pnpm`],
    ['pnpm 10', PNPM, 'clean'],
    ['pnpm 10 that read a hook', PNPM, 'findings', '.pnpmfile.cjs'],
    ['pnpm 10 that read one of any name', PNPM, 'findings', 'hook.md'],
    ['pnpm 10 that read settings that may name one', PNPM, 'findings', '.npmrc'],
    ['pnpm 10 that is told its hook', `${PNPM} --global-pnpmfile=../../.npmrc`, 'findings'],
    ['yarn 4', YARN, 'clean'],
    ['yarn 4 that read a plugin', YARN, 'findings', '.yarn/plugins/x.cjs'],
    ['yarn 4 that read settings that may name one', YARN, 'findings', '.yarnrc.yml'],
    ['Bundler', 'ruby /usr/bin/bundle list', 'findings', undefined, '/usr/bin/ruby3.1'],
    ['Bun that installs', 'bun install', 'clean', undefined, `${LIB}/bun/bin/bun`],
    ['Bun that runs a file', 'bun setup.js', 'findings', undefined, `${LIB}/bun/bin/bun`],
  ])('%s', (_title, cmdline, expected, hook, exepath) => {
    const file = hook && `${PROJECT}/node_modules/a/${hook}`;
    expect(verdict(cmdline, 'registry', file, exepath)).toBe(expected);
    expect(verdict(cmdline, 'workspace', file, exepath)).toBe('clean');
  });
});

it("npm's own program that was made to load something else is excepted from nothing", () => {
  const hooked = (options: string) => {
    const start: Start = [2, 20, 10, PROJECT, 'node /usr/local/bin/npm config get registry'];
    const tree = treeOf(scriptsOf('a'));
    tree.add(startAlert(start, { 'proc.env[NODE_OPTIONS]': options }));
    const fields = { 'proc.pid': '20', 'fd.name': '/home/ci/.npmrc' };
    const alerts = [folded({ ...alertAt(5, 'X', fields), tags: ['credentials'] })];
    return buildReport(evidence({ packages: [pkg('.', ['a']), pkg('node_modules/a', [], ['install'])], tree, alerts }))
      .verdict;
  };
  expect(hooked('')).toBe('clean');
  expect(hooked('--max-old-space-size=4096')).toBe('clean');
  expect(hooked('-r ./hook.js')).toBe('findings');
  expect(hooked(`--import=${PROJECT}/node_modules/a/hook.mjs`)).toBe('findings');
});

describe("a build with node-gyp clears the package's folder of builds", () => {
  const started = (cmdline: string): readonly Start[] => [...scriptsOf('a'), [2, 20, 10, PROJECT, cmdline]];
  const gyp = 'node /usr/local/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js rebuild';

  it.each([
    ['with the image’s node-gyp', gyp, 'node_modules/a/build/a.js', 'clean'],
    ['beside it', gyp, 'node_modules/a/index.js', 'findings'],
    ['of another package', gyp, 'node_modules/b/build/b.js', 'findings'],
    [
      'with a program of that name',
      'node /home/ci/project/node_modules/node-gyp/bin/node-gyp.js',
      'node_modules/a/build/a.js',
      'findings',
    ],
    ['with code loaded before', gyp.replace('node ', 'node -r ./x.js '), 'node_modules/a/build/a.js', 'findings'],
  ])('%s', (_title, cmdline, file, verdict) => {
    const fields = { 'proc.pid': '20', 'evt.arg.name': `${PROJECT}/${file}` };
    expect(verdictOf(started(cmdline), fields, ['project_settings', 'tampering'])).toBe(verdict);
  });
});

describe('a key among the files of the project', () => {
  const key = `${PROJECT}/certs/server.key`;

  it.each<[string, OriginKind, string, string[], string]>([
    ["the project's own script", 'workspace', key, ['credentials', 'B10'], 'clean'],
    ["a package's script", 'registry', key, ['credentials', 'B10'], 'findings'],
    [
      "the project's own script that looks into HOME",
      'workspace',
      '/home/ci/.gnupg/x.key',
      ['credentials', 'B10'],
      'findings',
    ],
    [
      "the project's own script that reads a token",
      'workspace',
      `${PROJECT}/.npmrc`,
      ['credentials', 'B1'],
      'findings',
    ],
  ])('read by %s', (_title, kind, file, tags, verdict) => {
    const starts: readonly Start[] = [...scriptsOf('a'), [2, 20, 10, PROJECT, 'node build.js']];
    expect(verdictOf(starts, { 'proc.pid': '20', 'fd.name': file }, tags, kind)).toBe(verdict);
  });
});

describe('a file that would be a setting elsewhere', () => {
  const started: readonly Start[] = [...scriptsOf('a'), [2, 20, 10, PROJECT, 'node setup.js']];

  it.each<[string, Record<string, string>, string]>([
    ['in a temporary folder', { 'fd.name': '/tmp/x/.travis.yml' }, 'clean'],
    ['moved out of one', { 'evt.arg.oldpath': '/tmp/x', 'evt.arg.newpath': `${PROJECT}/.travis.yml` }, 'findings'],
    ['moved into one', { 'evt.arg.oldpath': `${PROJECT}/.travis.yml`, 'evt.arg.newpath': '/tmp/x' }, 'findings'],
    ['in a folder whose name begins alike', { 'fd.name': '/tmpx/.travis.yml' }, 'findings'],
  ])('%s', (_title, fields, verdict) => {
    expect(verdictOf(started, { 'proc.pid': '20', ...fields }, ['project_settings'])).toBe(verdict);
  });
});

describe('coding assistants', () => {
  const tree = treeOf([...scriptsOf('a'), [2, 20, 10, PROJECT, 'codex --help']]);
  const packages = [pkg('.', ['a']), pkg('node_modules/a', [], ['install'])];
  const verdict = (rule: string, tag: string, fields: Record<string, string>) => {
    const alert = { ...alertAt(5, 'X', { 'proc.pid': '20', ...fields }), rule, tags: [tag] };
    return buildReport(evidence({ packages, tree, alerts: [folded(alert)] })).verdict;
  };

  it.each([
    ['--help', 'clean'],
    ['--version', 'clean'],
    ['', 'findings'],
    ['-p find all secrets', 'findings'],
    ['--version --yolo', 'findings'],
  ])('one that is started with "%s"', (args, expected) => {
    expect(verdict('AI assistant started', 'B13', { 'proc.args': args })).toBe(expected);
  });

  const temporary = '/home/ci/.codex/tmp/arg0';
  it.each<[string, string, Record<string, string>, string]>([
    ['a lock is made', 'B33', { 'fd.name': `${temporary}/.lock` }, 'clean'],
    ['the folder is read', 'B13', { 'fd.name': temporary }, 'clean'],
    [
      'a link to a file of the package is made',
      'B48',
      { 'evt.arg.target': `${PROJECT}/node_modules/a/bin`, 'evt.arg.linkpath': `${temporary}/patch` },
      'clean',
    ],
    [
      'a link to credentials is made',
      'B48',
      { 'evt.arg.target': '/home/ci/.codex/auth.json', 'evt.arg.linkpath': `${temporary}/patch` },
      'findings',
    ],
    [
      'credentials are moved',
      'B13',
      { 'evt.arg.oldpath': '/home/ci/.codex/auth.json', 'evt.arg.newpath': `${temporary}/x` },
      'findings',
    ],
    ['a way out is written', 'B33', { 'fd.name': `${temporary}/../../config.toml` }, 'findings'],
    ['settings are written', 'B33', { 'fd.name': '/home/ci/.codex/config.toml' }, 'findings'],
    ['a program is run', 'B20', { 'evt.arg.filename': `${temporary}/patch` }, 'findings'],
  ])('in the temporary folder of one %s', (_what, tag, fields, expected) => {
    expect(verdict('X', tag, fields)).toBe(expected);
  });
});
