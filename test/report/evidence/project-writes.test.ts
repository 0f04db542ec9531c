import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import { ProjectWrites, WRITE_RULE } from '../../../src/report/evidence/project-writes.js';
import { NOTHING_KNOWN } from '../../../src/report/findings/lowering/known-packages.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../evidence.js';

const packages = [
  pkg('.', ['writer', 'runner']),
  pkg('node_modules/writer', [], ['preinstall']),
  pkg('node_modules/runner', [], ['install']),
];
const folder = (path: string): string => `${PROJECT}/node_modules/${path}`;
const starts: readonly Start[] = [
  ...scriptsOf('writer', 10),
  ...scriptsOf('runner', 11),
  ...scriptsOf('project', 12),
  [2, 20, 10, folder('writer'), 'sh -c node setup.js'],
  [4, 30, 11, folder('runner'), 'sh -c node build.js'],
  [4.1, 31, 30, folder('runner'), 'node build.js'],
  [6, 40, 12, PROJECT, 'sh -c patch-package'],
];

function reportOf(writes: readonly (readonly [second: number, pid: string, path: string, field?: string])[]) {
  const written = new ProjectWrites();
  for (const [second, pid, path, field = 'fd.name'] of writes) {
    written.add(alertAt(second, WRITE_RULE, { 'proc.pid': pid, [field]: path }, 'DEBUG'));
  }
  const alerts = [folded(alertAt(5, 'Read of an SSH key', { 'proc.pid': '31', 'fd.name': '/home/ci/.ssh/id_rsa' }))];
  return buildReport(evidence({ packages, tree: treeOf(starts), writes: written, alerts }));
}

const foreign = (report: ReturnType<typeof reportOf>) =>
  report.findings.filter(({ rule }) => rule === "Write into another package's folder");

describe("a write into another package's folder", () => {
  it('is a finding by the writer, once for a pair of packages, and the owner is named', () => {
    const found = foreign(
      reportOf([
        [3, '20', folder('runner/a.js')],
        [3, '20', folder('runner/b.js')],
      ]),
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ count: 2, package: { name: 'writer' }, priority: 'WARNING' });
    expect(found[0]?.alert.output_fields['package.owner']).toBe('runner@1.0.0');
  });

  it.each([
    ['its own folder', [3, '30', folder('runner/a.js')]],
    ['the project', [3, '20', `${PROJECT}/notes.txt`]],
    ["what the project's own script changes", [7, '40', folder('runner/a.js')]],
  ] as const)('%s is not meant', (_title, write) => {
    expect(foreign(reportOf([write]))).toEqual([]);
  });

  const CHANGED = "Project's own file changed by a dependency";
  const NEW_CODE = 'New code put into the project by a dependency';
  it.each<[string, string, string | undefined]>([
    ['20', 'src/index.js', CHANGED],
    ['20', 'vite.config.js', CHANGED],
    ['20', 'server.js', CHANGED],
    ['20', 'src/boot.js', NEW_CODE],
    ['20', 'public/sw.js', NEW_CODE],
    ['20', 'docs/notes.md', undefined],
    ['51', 'src/boot.js', NEW_CODE],
    ['51', 'server.js', NEW_CODE],
    ['51', 'src/notes.txt', undefined],
    ['40', 'src/boot.js', undefined],
  ])('process %s writes %s of the project: %s', (pid, path, rule) => {
    const written = new ProjectWrites();
    written.add(alertAt(8, WRITE_RULE, { 'proc.pid': pid, 'fd.name': `${PROJECT}/${path}` }, 'DEBUG'));
    const brought = new Set([`${PROJECT}/src/index.js`]);
    const load: readonly Start[] = [
      [6.8, 50, 9, PROJECT, `confine step=load node /opt/ci/node/import-all.mjs ${PROJECT}`],
      [7, 50, 9, PROJECT, `node /opt/ci/node/import-all.mjs ${PROJECT}`],
      [7.1, 51, 50, PROJECT, `node /opt/ci/node/load.cjs writer ${PROJECT}`],
    ];
    const report = buildReport(evidence({ packages, tree: treeOf([...starts, ...load]), writes: written, brought }));
    const expected = rule === undefined ? [] : [[rule, 'writer']];
    expect(report.findings.map((one) => [one.rule, one.package?.name])).toEqual(expected);
  });

  it('each new file of code is judged by itself', () => {
    const files = ['public/mockServiceWorker.js', 'public/other.js'];
    const written = new ProjectWrites();
    for (const file of files) {
      written.add(alertAt(3, WRITE_RULE, { 'proc.pid': '20', 'fd.name': `${PROJECT}/${file}` }, 'DEBUG'));
    }
    const generates = [{ packages: ['writer'], endings: ['/mockServiceWorker.js'], why: 'the manifest says where' }];
    const known = { ...NOTHING_KNOWN, generates };
    const report = buildReport(evidence({ packages, tree: treeOf(starts), writes: written, known }));
    const filesOf = (list: typeof report.findings) => list.map(({ alert }) => alert.output_fields['fd.name']);
    expect(filesOf(report.observations)).toEqual([`${PROJECT}/public/mockServiceWorker.js`]);
    expect(filesOf(report.findings)).toEqual([`${PROJECT}/public/other.js`]);
  });

  it('what the project does after a dependency has added a setting is still its own doing', () => {
    const written = new ProjectWrites();
    written.add(alertAt(3, WRITE_RULE, { 'proc.pid': '20', 'fd.name': `${PROJECT}/.git/hooks/pre-commit` }, 'DEBUG'));
    const read = alertAt(7, 'Read of an SSH key', { 'proc.pid': '40', 'fd.name': '/home/ci/.ssh/id_rsa' });
    const report = buildReport(evidence({ packages, tree: treeOf(starts), writes: written, alerts: [folded(read)] }));
    expect(report.findings.map(({ rule, package: by }) => [rule, by?.name])).toEqual([
      ["Project's own file changed by a dependency", 'writer'],
      ['Read of an SSH key', 'app'],
    ]);
  });

  it.each([
    ['moved away', 'rename', 1],
    ['linked to', 'linkat', 0],
  ])("another package's file that is %s", (_title, call, count) => {
    const written = new ProjectWrites();
    const paths = { 'evt.arg.oldpath': folder('runner/a.js'), 'evt.arg.newpath': folder('writer/a.js') };
    written.add(alertAt(3, WRITE_RULE, { 'proc.pid': '20', 'evt.type': call, ...paths }, 'DEBUG'));
    expect(foreign(buildReport(evidence({ packages, tree: treeOf(starts), writes: written })))).toHaveLength(count);
  });

  it('a file moved into place counts', () => {
    expect(foreign(reportOf([[3, '20', folder('runner/a.js'), 'evt.arg.newpath']]))).toHaveLength(1);
  });
});

describe('a program that one package wrote and another runs', () => {
  const read = (writes: Parameters<typeof reportOf>[0]) =>
    reportOf(writes).findings.find(({ rule }) => rule === 'Read of an SSH key');

  it('names both', () => {
    const found = read([[3, '20', folder('runner/build.js')]]);
    expect([found?.package?.name, found?.ranBy?.name]).toEqual(['writer', 'runner']);
    const { allowScripts } = reportOf([[3, '20', folder('runner/build.js')]]);
    expect(allowScripts).toEqual({ recommended: [], refused: ['writer@1.0.0'] });
  });

  it('other code of the same package that was written before counts as well: it may be loaded', () => {
    expect(read([[3, '20', folder('runner/other.js')]])?.package?.name).toBe('writer');
  });

  it('written after it was started, or a document, is not what ran', () => {
    expect(read([[4.5, '20', folder('runner/build.js')]])?.package?.name).toBe('runner');
    expect(read([[3, '20', folder('runner/README.md')]])?.package?.name).toBe('runner');
  });
});
