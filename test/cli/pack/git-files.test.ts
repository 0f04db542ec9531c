import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitFilesIn } from '../../../src/cli/pack/git-files.js';

let folder: string;
let root: string;
/** Made by whatever of the checkout is run. */
let mark: string;
let program: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pw-git-')));
  root = join(folder, 'checkout');
  mark = join(folder, 'ran');
  program = join(folder, 'program');
  writeFileSync(program, `#!/bin/sh\ntouch ${mark}\n`);
  chmodSync(program, 0o755);
  mkdirSync(root);
  git('init', '-q', '-b', 'main');
  for (const [name, text] of Object.entries({
    'a.js': '1',
    '.gitignore': 'out\n',
    'kept/x': '1',
    'out/x': '1',
    'new.js': '1',
  })) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  git('add', 'a.js', '.gitignore', 'kept');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: root, stdio: 'ignore', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } });
}

const ALL = ['.gitignore', 'a.js', 'kept/x', 'new.js'];

describe('a list of files runs nothing that the checkout names', () => {
  it.each<[string, () => void]>([
    ['core.fsmonitor', () => git('config', 'core.fsmonitor', program)],
    [
      'core.fsmonitor of a file that is included',
      () => {
        writeFileSync(join(root, '.git', 'more'), `[core]\n\tfsmonitor = ${program}\n`);
        git('config', 'include.path', 'more');
      },
    ],
    [
      'hooks',
      () => {
        git('config', 'core.hooksPath', root);
        for (const hook of ['post-index-change', 'fsmonitor-watchman']) {
          writeFileSync(join(root, '.git', 'hooks', hook), `#!/bin/sh\ntouch ${mark}\n`);
          chmodSync(join(root, '.git', 'hooks', hook), 0o755);
        }
        git('config', '--unset', 'core.hooksPath');
        git('config', 'core.fsmonitor', '.git/hooks/fsmonitor-watchman');
      },
    ],
    [
      'a filter and a text conversion',
      () => {
        writeFileSync(join(root, '.git', 'info', 'attributes'), '* filter=x diff=x\n');
        git('config', 'filter.x.clean', program);
        git('config', 'filter.x.process', program);
        git('config', 'diff.x.textconv', program);
      },
    ],
    [
      'a pager and an alias',
      () => {
        git('config', 'core.pager', program);
        git('config', 'pager.ls-files', 'true');
        git('config', 'alias.ls-files', `!${program}`);
      },
    ],
    [
      'a remote that is asked for missing objects',
      () => {
        git('config', 'extensions.partialClone', 'origin');
        git('config', 'remote.origin.url', `ext::${program}`);
        git('config', 'remote.origin.promisor', 'true');
        git('config', 'protocol.ext.allow', 'always');
      },
    ],
  ])('%s', (_title, plant) => {
    plant();
    expect(gitFilesIn(root)?.toSorted()).toEqual(ALL);
    expect(existsSync(mark)).toBe(false);
  });

  it('a folder of the checkout that looks like a repository', () => {
    const inner = join(root, 'kept');
    for (const name of ['objects', 'refs']) mkdirSync(join(inner, name));
    writeFileSync(join(inner, 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(join(inner, 'config'), `[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = ${program}\n`);
    expect(gitFilesIn(inner)?.toSorted()).toEqual(['HEAD', 'config', 'x']);
    expect(existsSync(mark)).toBe(false);
  });

  it('variables that name another repository', () => {
    const before = process.env.GIT_DIR;
    process.env.GIT_DIR = '/nonexistent';
    try {
      expect(gitFilesIn(root)?.toSorted()).toEqual(ALL);
    } finally {
      if (before === undefined) delete process.env.GIT_DIR;
      else process.env.GIT_DIR = before;
    }
  });
});

describe('what git tracks or would', () => {
  it.each<[string, () => void, readonly string[]]>([
    ['with an index in two parts', () => git('update-index', '--split-index'), ALL],
    [
      'with exclusions of the repository’s own',
      () => writeFileSync(join(root, '.git', 'info', 'exclude'), 'new.js\n'),
      ALL.slice(0, 3),
    ],
    ['of what is tracked, ignored or not', () => git('add', '-f', 'out/x'), [...ALL, 'out/x']],
    ['before anything was added', () => rmSync(join(root, '.git', 'index')), ALL],
  ])('%s', (_title, change, files) => {
    change();
    expect(gitFilesIn(root)?.toSorted()).toEqual(files);
  });

  it('of a worktree, whose .git is a file', () => {
    git('-c', 'user.name=x', '-c', 'user.email=x@example.invalid', 'commit', '-qm', 'x');
    git('worktree', 'add', '-q', '../other');
    expect(gitFilesIn(join(folder, 'other'))?.toSorted()).toEqual(ALL.slice(0, 3));
  });

  it('of a repository with SHA-256 names', () => {
    rmSync(join(root, '.git'), { recursive: true });
    git('init', '-q', '--object-format=sha256');
    git('add', 'a.js');
    expect(gitFilesIn(root)?.toSorted()).toEqual(ALL);
  });

  it('of no repository is nothing that git knows', () => {
    rmSync(join(root, '.git'), { recursive: true });
    expect(gitFilesIn(root)).toBeUndefined();
  });
});
