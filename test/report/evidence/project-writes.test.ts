import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import { ProjectWrites, WRITE_RULE } from '../../../src/report/evidence/project-writes.js';
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

  it("a dependency's write to a file that the project brought along is a finding, to one that it makes itself not", () => {
    const found = (path: string) => {
      const written = new ProjectWrites();
      written.add(alertAt(3, WRITE_RULE, { 'proc.pid': '20', 'fd.name': `${PROJECT}/${path}` }, 'DEBUG'));
      const brought = new Set([`${PROJECT}/src/index.js`]);
      const report = buildReport(evidence({ packages, tree: treeOf(starts), writes: written, brought }));
      return report.findings.map(({ rule, package: by }) => [rule, by?.name]);
    };
    expect(found('src/index.js')).toEqual([["Project's own file changed by a dependency", 'writer']]);
    expect(found('src/generated.js')).toEqual([]);
    expect(found('vite.config.js')).toEqual([["Project's own file changed by a dependency", 'writer']]);
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
