import { describe, expect, it } from 'vitest';
import type { InstalledPackage, OriginKind } from '../../../../src/ecosystems/installed-package.js';
import { buildReport } from '../../../../src/report/build.js';
import { ProjectWrites, WRITE_RULE } from '../../../../src/report/evidence/project-writes.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, startAlert, treeOf } from '../../evidence.js';

const YARN_1 = 'node /usr/local/bin/yarn run build';
const YARN_4 = 'node /usr/local/lib/node_modules/@yarnpkg/cli-dist/bin/yarn.js run build';

/** `[path, pid, second]` of files that processes wrote. */
type Wrote = readonly (readonly [path: string, pid: number, second: number])[];

function writesOf(wrote: Wrote): ProjectWrites {
  const writes = new ProjectWrites();
  for (const [path, pid, second] of wrote) {
    const fields = { 'proc.pid': String(pid), 'evt.type': 'openat', 'fd.name': path };
    writes.add(alertAt(second, WRITE_RULE, fields, 'DEBUG'));
  }
  return writes;
}

describe('a script in a temporary folder before the path', () => {
  const RULE = 'Interpreter runs a script from a temporary folder';

  /** Process 20 is `manager` from second 2 on; its child 30 runs `script` at second 5. */
  function told(manager: string, script: string, wrote: Wrote, of: string): readonly string[] {
    const starts: readonly Start[] = [...scriptsOf(of), [2, 20, 10, PROJECT, manager], [4, 25, 20, PROJECT, 'sh -c x']];
    const tree = treeOf(starts);
    tree.add(startAlert([5, 30, 25, PROJECT, `node ${script} x.js`], { 'proc.exepath': '/usr/bin/dash' }));
    const alert = { ...alertAt(5, RULE, { 'proc.pid': '30' }), tags: ['runs'] };
    const packages = [pkg('.', ['a'], ['postinstall']), pkg('node_modules/a', [], ['install'])];
    const { findings } = buildReport(evidence({ packages, tree, writes: writesOf(wrote), alerts: [folded(alert)] }));
    return findings.map(({ rule }) => rule);
  }

  it.each<[string, string, string, Wrote, string?]>([
    ['yarn 1', YARN_1, '/tmp/yarn--1-2/node', [['/tmp/yarn--1-2/node', 20, 3]]],
    ['yarn 4', YARN_4, '/tmp/xfs-1a/node', [['/tmp/xfs-1a/node', 20, 3]]],
    ["yarn 1 that the project's own script calls", YARN_1, '/tmp/yarn--1-2/node', [], 'project'],
  ])('is expected of %s', (_what, manager, script, wrote, of = 'a') => {
    expect(told(manager, script, wrote, of)).toEqual([]);
  });

  it.each<[string, string, string, Wrote, string?]>([
    ['nobody was seen to write it', YARN_1, '/tmp/yarn--1-2/node', []],
    ['the package wrote it', YARN_1, '/tmp/yarn--1-2/node', [['/tmp/yarn--1-2/node', 25, 3]]],
    ['the package wrote it, and no manager is there', 'node x.js', '/tmp/yarn--x/node', [['/tmp/yarn--x/node', 20, 3]]],
    [
      'the package wrote it after yarn',
      YARN_1,
      '/tmp/yarn--1-2/node',
      [
        ['/tmp/yarn--1-2/node', 20, 3],
        ['/tmp/yarn--1-2/node', 25, 4.5],
      ],
    ],
    ['it is called otherwise', YARN_1, '/tmp/yarn--1-2/sh', [['/tmp/yarn--1-2/sh', 20, 3]]],
    ['it leads elsewhere', YARN_1, '/tmp/yarn--1/../x/node', [['/tmp/x/node', 20, 3]]],
    ['the project starts it without a manager', 'node x.js', '/tmp/xfs-x/node', [], 'project'],
  ])('counts where %s', (_what, manager, script, wrote, of = 'a') => {
    expect(told(manager, script, wrote, of)).toEqual([RULE]);
  });
});

describe('another runtime', () => {
  const runtime = (path: string, kind: OriginKind, more: Partial<InstalledPackage> = {}): InstalledPackage => ({
    ...pkg(path),
    from: { kind, resolved: null, integrity: null },
    ...more,
  });

  it.each<[string, InstalledPackage, string, Wrote, string]>([
    ['of the package bun', runtime('node_modules/bun', 'registry'), 'bin/bun.exe', [], 'clean'],
    ['of a part of it', runtime('node_modules/@oven/bun-linux-x64', 'registry'), 'bin/bun', [], 'clean'],
    ['of deno', runtime('node_modules/@deno/linux-x64-glibc', 'registry'), 'deno', [], 'clean'],
    [
      'in the folder of another package',
      runtime('node_modules/a/node_modules/bun', 'registry'),
      'bin/bun',
      [],
      'clean',
    ],
    ['in a folder of the project', runtime('node_modules/bun', 'folder'), 'bin/bun', [], 'clean'],
    ['of a repository', runtime('node_modules/bun', 'git'), 'bin/bun', [], 'findings'],
    ['of an archive somewhere', runtime('node_modules/bun', 'tarball'), 'bin/bun', [], 'findings'],
    ['bundled in another package', runtime('node_modules/a/node_modules/bun', 'bundled'), 'bin/bun', [], 'findings'],
    ['of an alias', runtime('node_modules/bun', 'registry', { calledItself: 'evil' }), 'bin/bun', [], 'findings'],
    ['of a package of another name', runtime('node_modules/b', 'registry'), 'bin/bun', [], 'findings'],
    [
      'that another package put in its place',
      runtime('node_modules/bun', 'registry'),
      'bin/bun',
      [[`${PROJECT}/node_modules/bun/bin/bun`, 20, 3]],
      'findings',
    ],
  ])('%s', (_what, bun, file, wrote, verdict) => {
    const starts: readonly Start[] = [...scriptsOf('a'), [2, 20, 10, PROJECT, 'node setup.js']];
    const tree = treeOf([...starts, [5, 30, 20, PROJECT, `${bun.realPath}/${file} x.ts`]]);
    const alert = { ...alertAt(5, 'Another runtime started', { 'proc.pid': '30' }), tags: ['runs', 'runtime'] };
    const packages = [pkg('.', ['a']), pkg('node_modules/a', [bun.name], ['install']), bun];
    const report = buildReport(evidence({ packages, tree, writes: writesOf(wrote), alerts: [folded(alert)] }));
    expect(report.verdict).toBe(verdict);
  });
});
