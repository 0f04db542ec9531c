import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const LIST = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];

/**
 * What git tracks or would below `folder` (no links in its path), relative to it; undefined where there is no repository, or git can't
 * read its index.
 *
 * Git runs programs that a repository's configuration names (`core.fsmonitor` already for a list of files), and takes any folder that
 * looks like a repository for one. A checkout is not trusted here, so git is given a repository of ours, without configuration, and
 * only the checkout's index, a list of files.
 */
export function gitFilesIn(folder: string): readonly string[] | undefined {
  const repository = repositoryOf(folder);
  if (repository === undefined) return undefined;
  const ours = mkdtempSync(join(tmpdir(), 'packwarden-git-'));
  try {
    makeRepository(ours, repository.gitDir);
    const args = ['--git-dir', ours, '--work-tree', repository.workTree, ...LIST];
    const output = { encoding: 'utf8', maxBuffer: 256 * 1024 ** 2 } as const;
    const listed = execFileSync('git', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'], ...output });
    return listed.split('\0').filter((file) => file !== '');
  } catch {
    return undefined;
  } finally {
    rmSync(ours, { recursive: true, force: true });
  }
}

/** The nearest folder with a `.git`, which may be a file that names it (a worktree, a submodule). */
function repositoryOf(folder: string): { readonly workTree: string; readonly gitDir: string } | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const git = join(at, '.git');
    if (existsSync(git)) {
      if (lstatSync(git).isDirectory()) return { workTree: at, gitDir: git };
      const named = /^gitdir: (.+)$/m.exec(readFileSync(git, 'utf8'))?.[1];
      return named === undefined ? undefined : { workTree: at, gitDir: resolve(at, named) };
    }
    if (dirname(at) === at) return undefined;
  }
}

/** What git wants of a repository, and of the checkout's what only tells which files it ignores and where the rest of its index is. */
function makeRepository(ours: string, theirs: string): void {
  for (const name of ['objects', 'refs', 'info']) mkdirSync(join(ours, name));
  writeFileSync(join(ours, 'HEAD'), 'ref: refs/heads/main\n');
  const isSha256 = /^\s*objectformat\s*=\s*sha256\s*$/im.test(textOf(join(theirs, 'config')));
  const format = isSha256 ? '1\n[extensions]\n\tobjectformat = sha256\n' : '0\n';
  writeFileSync(join(ours, 'config'), `[core]\n\trepositoryformatversion = ${format}`);
  writeFileSync(join(ours, 'info', 'exclude'), textOf(join(theirs, 'info', 'exclude')));
  for (const name of readdirSync(theirs)) {
    if (name === 'index' || name.startsWith('sharedindex.')) symlinkSync(join(theirs, name), join(ours, name));
  }
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
