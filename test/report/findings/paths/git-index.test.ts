import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../src/report/build.js';
import { ProjectWrites, WRITE_RULE } from '../../../../src/report/evidence/project-writes.js';
import { alertAt, evidence, PROJECT, pkg, type Start, scriptsOf, startAlert, treeOf } from '../../evidence.js';

/** The findings about a file in `.git/` that a program of a package's script wrote. */
function told(file: string, cmdline: string, env: Record<string, string> = {}): readonly string[] {
  const writes = new ProjectWrites();
  writes.add(alertAt(3, WRITE_RULE, { 'proc.pid': '20', 'fd.name': `${PROJECT}/${file}` }, 'DEBUG'));
  const start: Start = [2, 20, 10, `${PROJECT}/node_modules/a`, cmdline];
  const tree = treeOf(scriptsOf('a'));
  tree.add(startAlert(start, env));
  const packages = [pkg('.', ['a']), pkg('node_modules/a', [], ['postinstall'])];
  return buildReport(evidence({ packages, tree, writes })).findings.map(({ rule }) => rule);
}

const RULE = ["Project's own file changed by a dependency"];

describe("git's list of files", () => {
  it.each(['.git/index', '.git/index.lock', '.git/modules/lib/index.lock', '.git/worktrees/w/index'])(
    '%s is written by git status',
    (file) => expect(told(file, 'git status --short')).toEqual([]),
  );

  it.each([
    ['by another program', '.git/index', 'node setup.js', {}],
    ['by a program of that name', '.git/index', '/tmp/git status', {}],
    ['by git with code of somebody else', '.git/index', 'git status', { 'proc.env[LD_PRELOAD]': '/tmp/x.so' }],
    ['what else lies there', '.git/info/attributes', 'git status', {}],
    ['what git runs', '.git/hooks/post-index-change', 'git status', {}],
  ] as const)('%s', (_title, file, cmdline, env) => expect(told(file, cmdline, env)).toEqual(RULE));
});
