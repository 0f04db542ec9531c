import { describe, expect, it } from 'vitest';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.js';
import { buildReport } from '../../../src/report/build.js';
import { ProjectWrites, WRITE_RULE } from '../../../src/report/evidence/project-writes.js';
import type { Evidence } from '../../../src/report/job-evidence.js';
import { reasonsAgainst } from '../../../src/report/scripts/allow-scripts.js';
import { renderText } from '../../../src/report/text/text.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../evidence.js';

const folder = (path: string): string => `${PROJECT}/node_modules/${path}`;

function from(changes: Partial<InstalledPackage['from']>, more: Partial<InstalledPackage> = {}): InstalledPackage {
  const registered = pkg('node_modules/dep', [], ['install']);
  return { ...registered, ...more, from: { ...registered.from, ...changes } };
}

/** A report in which the scripts of every package ran. */
function reportOf(packages: readonly InstalledPackage[], changes: Partial<Evidence> = {}) {
  const starts = packages.flatMap(({ path, scripts }, at): Start[] =>
    scripts.length === 0
      ? []
      : [
          ...scriptsOf(path.replace('node_modules/', ''), 100 + at),
          [2, 200 + at, 100 + at, `${PROJECT}/${path}`, 'sh -c node setup.js'],
        ],
  );
  return buildReport(evidence({ packages: [pkg('.', ['dep']), ...packages], tree: treeOf(starts), ...changes }));
}

describe('scripts are recommended for packages that the registry delivered under their name, with their integrity', () => {
  it.each<[string, InstalledPackage]>([
    ['with its address', from({ resolved: 'https://registry.npmjs.org/dep/-/dep-1.0.0.tgz' })],
    ['by a record without addresses', from({})],
  ])('%s', (_what, dep) => {
    const report = reportOf([dep]);
    expect(report.allowScripts.recommended).toEqual(['dep@1.0.0']);
    expect(report.packages[0]).not.toHaveProperty('notRecommended');
  });

  it.each<[string, InstalledPackage, RegExp]>([
    ['a folder of the project', from({ kind: 'folder', integrity: null }), /a folder of the project/],
    ['a linked folder', from({ kind: 'link', integrity: null }), /linked/],
    ['a workspace', from({ kind: 'workspace', integrity: null }), /workspace/],
    ['a tarball', from({ kind: 'tarball', resolved: 'https://files.example/dep.tgz' }), /tarball/],
    ['a git repository', from({ kind: 'git', resolved: 'git+https://git.example/dep.git#abc' }), /git repository/],
    ['bundled', from({ kind: 'bundled', integrity: null }), /bundled/],
    ['unknown to the record', from({ kind: 'unknown', integrity: null }), /does not know it/],
    ['without integrity', from({ integrity: null }), /no integrity/],
    ['under an alias', from({}, { path: 'node_modules/other', realPath: folder('other') }), /another name: other$/],
    ['with another name in its manifest', from({}, { calledItself: 'esbuild' }), /another name: esbuild$/],
  ])('and for no others: %s', (_what, dep, why) => {
    const report = reportOf([dep]);
    expect(report.allowScripts).toEqual({ recommended: [], refused: [] });
    expect(report.packages[0]?.notRecommended).toMatch(why);
    expect(renderText(report, { colour: false, width: 200 })).toContain('dep@1.0.0 is not recommended: ');
  });

  it('an alias that only a link has (pnpm) counts', () => {
    const needing = { ...pkg('node_modules/needing'), resolved: { nickname: folder('dep') } };
    expect(reportOf([from({}), needing]).packages[0]?.notRecommended).toMatch(/another name: nickname$/);
  });

  it('a name and version that came from two places is not recommended', () => {
    const path = 'node_modules/x/node_modules/dep';
    const stray = from({ kind: 'tarball' }, { path, realPath: `${PROJECT}/${path}`, scripts: [] });
    expect(reportOf([from({}), stray]).allowScripts.recommended).toEqual([]);
  });

  it.each([
    ['.yarn/cache/dep-npm-1.0.0-0123456789-abc.zip', null, []],
    ['mirror/dep-1.0.0.tgz', 'https://registry.npmjs.org/dep/-/dep-1.0.0.tgz', ['dep@1.0.0']],
    ['.yarn/cache/dep-npm-2.0.0-0123456789-abc.zip', null, ['dep@1.0.0']],
    ['.yarn/cache/dep-tools-npm-1.0.0-0123456789-abc.zip', null, ['dep@1.0.0']],
    ['.yarn/cache/dep-1.0.0.md', null, ['dep@1.0.0']],
  ])(
    'a copy that the project brings along (%s) needs an address of the registry: %s',
    (file, resolved, recommended) => {
      const report = reportOf([from({ resolved })], { brought: new Set([`${PROJECT}/${file}`]) });
      expect(report.allowScripts.recommended).toEqual(recommended);
    },
  );
});

describe('packages that were involved in a finding are not recommended', () => {
  const packages = [
    pkg('.', ['top', 'runner', 'tool', 'alone']),
    pkg('node_modules/top', ['evil'], ['install']),
    pkg('node_modules/evil', [], ['install']),
    pkg('node_modules/runner', [], ['install']),
    pkg('node_modules/tool', [], ['install']),
    pkg('node_modules/alone', [], ['install']),
  ];
  const names = packages.slice(1).map(({ name }) => name);
  const ran = names.flatMap((name, at): Start[] => [
    ...scriptsOf(name, 10 + at),
    [2, 20 + at, 10 + at, folder(name), 'sh -c node setup.js'],
  ]);
  const pidOf = (name: string): string => String(20 + names.indexOf(name));
  const shadow = (pid: string) =>
    folded(alertAt(6, 'Read of the password database', { 'proc.pid': pid, 'fd.name': '/etc/shadow' }, 'CRITICAL'));
  const notRecommended = (changes: Partial<Evidence>, starts: readonly Start[] = []) => {
    const report = buildReport(evidence({ packages, tree: treeOf([...ran, ...starts]), ...changes }));
    const left = names.filter((name) => !report.allowScripts.recommended.includes(`${name}@1.0.0`));
    return { report, left };
  };

  it('the package itself, and the one that contains it', () => {
    const { report, left } = notRecommended({ alerts: [shadow(pidOf('evil'))] });
    expect(left).toEqual(['top', 'evil']);
    expect(reasonsAgainst(report)).toEqual(['top@1.0.0 is not recommended: it brings evil@1.0.0 along']);
  });

  it('the package of the step, and the one whose program was in between', () => {
    const { report, left } = notRecommended({ alerts: [shadow('42')] }, [
      [4, 40, Number(pidOf('runner')), folder('runner'), `node ${folder('tool/cli.js')}`],
      [5, 42, 40, folder('runner'), `node ${folder('evil/steal.js')}`],
    ]);
    expect(report.findings.map(({ package: by, ranBy }) => [by?.name, ranBy?.name])).toEqual([['evil', 'runner']]);
    expect(left).toEqual(['top', 'evil', 'runner', 'tool']);
    expect(reasonsAgainst(report)).toContain(
      'tool@1.0.0 is not recommended: a program of it took part: Read of the password database',
    );
  });

  it('a package whose files were changed: it was not observed as the registry delivers it', () => {
    const writes = new ProjectWrites();
    const fields = { 'proc.pid': pidOf('evil'), 'fd.name': folder('runner/a.js') };
    writes.add(alertAt(3, WRITE_RULE, fields, 'DEBUG'));
    expect(notRecommended({ writes }).left).toEqual(['top', 'evil', 'runner']);
  });

  it('the package in whose step an observation was made that is part of a combined finding', () => {
    const read = alertAt(
      5.5,
      'Read of a dotenv file',
      { 'proc.pid': '42', 'fd.name': '/home/ci/project/.env' },
      'NOTICE',
    );
    const sent = alertAt(7, 'Connection to another host', { 'proc.pid': pidOf('evil') }, 'NOTICE');
    const alerts = [folded({ ...read, tags: ['credentials'] }), folded({ ...sent, tags: ['sends'] })];
    const { report, left } = notRecommended({ alerts }, [
      [5, 42, Number(pidOf('runner')), folder('runner'), `node ${folder('evil/steal.js')}`],
    ]);
    expect(report.findings.map(({ rule, ranBy }) => [rule, ranBy])).toEqual([
      ['Credentials read, then sent', undefined],
    ]);
    expect(left).toEqual(['top', 'evil', 'runner']);
  });

  it('an observation alone has no effect', () => {
    expect(notRecommended({ alerts: [folded(alertAt(6, 'X', { 'proc.pid': pidOf('evil') }, 'NOTICE'))] }).left).toEqual(
      [],
    );
  });
});
