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
 * The files below `folder` that git tracks or that are untracked but not ignored, relative to it (its path must have no links);
 * undefined when there is no repository, or git can't read its index.
 *
 * Git runs programs that a repository's configuration names (even listing files runs `core.fsmonitor`), and accepts any folder that
 * looks like a repository. The checkout is not trusted here, so git gets a temporary repository of ours, without that
 * configuration, and of the checkout only the index, which is a list of files.
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

/** The nearest folder with a `.git`, which may be a file that points elsewhere (a worktree, a submodule). */
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

/** The minimum that git accepts as a repository, and from the checkout only its ignore patterns and the parts of its index. */
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
