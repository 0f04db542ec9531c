import { describe, expect, it } from 'vitest';
import { execParts, type RecordSpec } from '../records.js';
import { call, open, TAKING } from './naming-calls.js';
import { detections, plumbing } from './own-rules.js';

const GIT = '/usr/bin/git';
const NODE = '/usr/local/bin/node';
const O_DIRECTORY = 0o200000;

/** What is told of a program that is started with these words. */
function told(exe: string, words: readonly string[]): readonly string[] {
  const started = call('execve', [], execParts(exe, '/home/ci/project', words), { comm: words[0] ?? '' });
  return detections(started);
}

/** A program is started, and reads a file. */
function readBy(exe: string, file: string): readonly RecordSpec[] {
  return [call('execve', [], execParts(exe, '/home/ci/project', [exe])), open(file, 'read')];
}

const git = (words: string): readonly string[] => told(GIT, ['git', ...words.split(' ')]);
const npm = (words: string): readonly string[] => told(NODE, ['node', '/usr/local/bin/npm', ...words.split(' ')]);

describe('git is asked for what may be a token', () => {
  it.each([
    'config --list',
    'config -l',
    'config -zl',
    'config --global --li',
    'config list',
    '-C /x config --list --show-origin',
    'config --get-all http.https://github.com/.extraheader',
    'config --get HTTP.https://github.com/.ExtraHeader',
    'config http.https://github.com/.extraheader',
    'config --get-regexp http.*',
    'config --get-r ^url',
    'config --get-urlmatch http https://github.com',
    'config get --all --regexp http',
    'var -l',
    'credential fill',
  ])('git %s', (words) => expect(git(words)).toContain('Credential asked of a tool'));
});

describe('what git is asked for all the time', () => {
  it.each([
    'config core.hooksPath',
    'config --get core.hooksPath',
    'config --local --get remote.origin.url',
    'config --get core.editor',
    'config get user.name',
    'config user.email',
    'config --global user.email a@b.c',
    'config init.defaultBranch main',
    'config core.hooksPath .husky/_',
    'rev-parse --show-toplevel',
    'status --short',
    'remote -v',
    'remote get-url origin',
    'log -1 --format=%H',
    'describe --tags --dirty',
    'update-index --refresh',
  ])('git %s', (words) => expect(git(words)).toEqual([]));
});

describe('what has git run a program, or send elsewhere', () => {
  it.each([
    'config core.hooksPath .x',
    'config Core.HOOKSPATH .x',
    'config set core.hookspath .x',
    '-C /home/ci/project config core.fsmonitor x',
    'config --global core.pager x',
    'config core.editor x',
    'config core.attributesFile /tmp/x',
    'config core.sshCommand x',
    'config pager.log x',
    'config filter.lfs.clean x',
    'config diff.external x',
    'config diff.x.textconv y',
    'config merge.x.driver y',
    'config gpg.program x',
    'config GPG.ssh.Program x',
    'config include.path ../x',
    'config includeIf.gitdir:~/.path x',
    'config credential.https://github.com.helper !x',
    'config remote.origin.pushurl https://evil.invalid/x',
    'config remote.origin.url https://evil.invalid/x',
    'config url.https://evil.invalid/.insteadOf https://github.com/',
    'config http.proxy http://evil.invalid',
    'config --rename-section a core',
    'config core.pager x --get',
  ])('git %s', (words) => expect(git(words)).toContain('Git hook written'));
});

describe("a change of the repository's history", () => {
  it.each([
    'push',
    'push origin main',
    '-C /x push',
    'commit -m x',
    'remote add x https://evil.invalid',
    'remote -v add x https://evil.invalid',
    'remote set-url origin https://evil.invalid',
    'update-ref refs/heads/main abc',
    'fast-import --quiet',
    'update-index --add --cacheinfo 100644,abc,x',
    'send-pack x',
  ])('git %s', (words) => expect(git(words)).toContain('Git repository pushed or redirected'));
});

describe('npm takes the beginning of a command for it', () => {
  it.each([
    ...['publish', 'publis', 'publ', 'pub', 'pu', '--dry-run publ', 'unpubl --force', 'whoami', 'whoam', 'who'],
    ...['adduse', 'addUser', 'login', 'logi', 'owner ls', 'owne ls', 'author ls', 'dist-tags ls', 'distTag ls'],
    ...['profi get', 'prof get', 'acce list', 'deprec x y'],
  ])('npm %s', (words) => expect(npm(words)).toContain('Package published'));

  it.each(['token list', 'toke list', 'tok list', '--json tok'])('npm %s', (words) => {
    expect(npm(words)).toContain('Credential asked of a tool');
  });

  it.each([
    'install',
    'run build',
    'run public',
    'exec -- publint .',
    'config get registry',
    'ls --all',
    'pack',
    'view a',
  ])('npm %s is none', (words) => expect(npm(words)).toEqual([]));
});

describe("Git's settings hold a token", () => {
  const settings = '/home/ci/project/.git/config';

  it.each(['/home/ci/project/.git/config', '/home/ci/project/.git/modules/a/config'])('%s', (file) => {
    expect(detections(...readBy(NODE, file))).toEqual(['Read of Git credentials']);
  });

  it('git puts the changed ones into place', () => {
    const name = (text: string) => ({ text, folder: -100 });
    const renamed = TAKING['rename from']?.(name(`${settings}.lock`)) ?? {};
    const started = call('execve', [], execParts(GIT, '/home/ci/project', [GIT]));
    expect(detections(started, renamed)).not.toContain('Read of Git credentials');
    expect(detections(renamed)).toContain('Read of Git credentials');
  });

  it('git reads them at every turn', () => expect(detections(...readBy(GIT, settings))).toEqual([]));
});

describe('a failed lookup', () => {
  const looked = (file: string, ret = -2): readonly string[] =>
    plumbing({ ...open(file, 'read'), ret }).filter((rule) => rule === 'Packwarden failed lookup');

  it.each(['/home/ci/.foo/token', '/home/ci/.config/foo/x.json'])('%s', (file) => expect(looked(file)).toHaveLength(1));

  it('is none where there is something, or elsewhere', () => {
    expect(looked('/home/ci/.foo/token', 3)).toEqual([]);
    expect(looked('/home/ci/project/.foo')).toEqual([]);
    expect(looked('/home/ci/.npmrc')).toEqual([]);
  });
});

describe('a file that a package manager with hooks of any name opens', () => {
  const RULE = 'Packwarden manager file read';
  const opened = (script: string, file: string): readonly string[] =>
    plumbing(
      call('execve', [], execParts(NODE, '/home/ci/project', ['node', script, 'run', 'build'])),
      open(file, 'read'),
    ).filter((rule) => rule === RULE);

  const PNPM = '/usr/local/lib/editions/pnpm-10/pnpm';
  it.each([
    [PNPM, '/home/ci/.cache/git-builds/0/hook.md'],
    [PNPM, '/home/ci/project/node_modules/a/pnpm-workspace.yaml'],
    ['/usr/local/lib/node_modules/pnpm-9/bin/pnpm.cjs', '/dev/shm/x'],
    ['/usr/local/lib/editions/yarn-3/yarn', '/tmp/x'],
    ['/usr/local/lib/node_modules/@yarnpkg/cli-dist/bin/yarn.js', '/home/ci/.cache/git-builds/0/.yarnrc.yml'],
  ])('%s %s', (script, file) => expect(opened(script, file)).toHaveLength(1));

  it('is none of what holds no code, or of other programs', () => {
    expect(opened(PNPM, '/home/ci/project/package.json')).toEqual([]);
    expect(opened('/usr/local/bin/npm', '/tmp/x')).toEqual([]);
    expect(opened('/home/ci/project/x.js', '/tmp/x')).toEqual([]);
    const started = call('execve', [], execParts(NODE, '/home/ci/project', ['node', PNPM, 'run', 'build']));
    const folder = open('/home/ci/.cache/git-builds/0', 'read');
    const listed = { ...folder, args: (folder.args ?? []).with(2, O_DIRECTORY) };
    const TOLD = [RULE, 'Packwarden shared code read'];
    expect(plumbing(started, folder)).toEqual(expect.arrayContaining(TOLD));
    for (const rule of TOLD) expect(plumbing(started, listed)).not.toContain(rule);
  });
});

describe('code that anybody may have put there is told when it is read', () => {
  it.each<[string, boolean]>([
    ['/home/ci/node_modules/fsevents/index.js', true],
    ['/home/ci/project/node_modules/.cache/x', true],
    ['/home/ci/project/node_modules/fsevents/index.js', false],
  ])('%s: %s', (file, isTold) => {
    expect(plumbing(...readBy(NODE, file)).includes('Packwarden shared code read')).toBe(isTold);
  });
});
