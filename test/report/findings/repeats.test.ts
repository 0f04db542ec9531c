import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/falco/alert.js';
import { PackageIndex } from '../../../src/report/attribution/files/package-index.js';
import { buildReport } from '../../../src/report/build.js';
import { Contacts } from '../../../src/report/evidence/egress/contacts.js';
import { LoadMarks, MARK_RULE } from '../../../src/report/evidence/load-groups.js';
import { ProjectWrites } from '../../../src/report/evidence/project-writes.js';
import { Steps } from '../../../src/report/evidence/steps.js';
import { loadedBy, onlyInAnotherGuise, unrepeated } from '../../../src/report/findings/repeats.js';
import { alertAt, evidence, PROJECT, pkg, type Start, treeOf } from '../evidence.js';

const KEY = '/home/ci/.ssh/id_rsa';
const [A, B, C] = ['a', 'b', 'c'].map((name) => `${PROJECT}/node_modules/${name}`) as [string, string, string];
const packages = [pkg('.', ['a']), pkg('node_modules/a'), pkg('node_modules/b'), pkg('node_modules/c')];

/** Pid 20 loads a, b and c; pid 40 loads b alone, pid 60 c. */
const TREE: readonly Start[] = [
  [0.8, 10, 9, PROJECT, 'confine step=many node /opt/ci/load-together.mjs'],
  [0.9, 10, 9, PROJECT, 'node /opt/ci/load-together.mjs'],
  [1, 20, 10, PROJECT, `node /opt/ci/node/load-many.cjs 0 ${PROJECT} 3000`],
  [9.8, 30, 9, PROJECT, 'confine step=alone node /opt/ci/import-all.mjs'],
  [9.9, 30, 9, PROJECT, 'node /opt/ci/import-all.mjs'],
  [10, 40, 30, PROJECT, `node /opt/ci/node/load.cjs ${B} ${PROJECT} 3000`],
  [12, 60, 30, PROJECT, `node /opt/ci/node/load.cjs ${C} ${PROJECT} 3000`],
  [19.8, 70, 9, PROJECT, 'confine step=later node /opt/ci/import-all.mjs'],
  [19.9, 70, 9, PROJECT, 'node /opt/ci/import-all.mjs'],
  [20, 80, 70, PROJECT, `node /opt/ci/node/load.cjs ${C} ${PROJECT} 3000`],
  [29.8, 90, 9, PROJECT, 'confine step=outside node /opt/ci/import-all.mjs'],
  [29.9, 90, 9, PROJECT, 'node /opt/ci/import-all.mjs'],
  [30, 91, 90, PROJECT, `node /opt/ci/node/load.cjs ${C} ${PROJECT} 3000`],
];

const steps = new Steps();
steps.add({ id: 'many', kind: 'load-many', folder: null, groups: [[A, B, C]] });
steps.add({ id: 'alone', kind: 'load', folder: null });
steps.add({ id: 'later', kind: 'load', folder: null, guise: { ci: 'github', aheadDays: 0 } });
steps.add({ id: 'outside', kind: 'load', folder: null, guise: { ci: 'none', aheadDays: 0 } });
const tree = treeOf(TREE);
const actors = { tree, steps, packages: new PackageIndex(packages, PROJECT) };

const marks = new LoadMarks();
for (const [at, second] of [
  [0, 2],
  [1, 3],
  [2, 5],
] as const) {
  marks.add(alertAt(second, MARK_RULE, { 'proc.pid': '20', 'fd.name': `/opt/ci/at/${at}` }));
}

const read = (second: number, pid: number, file = KEY): Alert =>
  alertAt(second, 'Read of an SSH key', { 'proc.pid': String(pid), 'fd.name': file });
const seen = (...alerts: Alert[]) => ({
  alerts: alerts.map((alert) => ({ alert, count: 1, first: 0n, last: 0n })),
  contacts: new Contacts(),
  writes: new ProjectWrites(),
});
const suspects = (...alerts: Alert[]) =>
  unrepeated(seen(...alerts), actors, marks).map(({ group, time }) => loadedBy(group, time, marks)[0]);

describe('what is seen while many packages are loaded in one process', () => {
  it.each([
    ['the package that the mark before it names', [read(4, 20)], [B]],
    ['nobody where that one did the same alone', [read(4, 20), read(10.5, 40)], []],
    ['the marked one where another did the same: marks can be forged', [read(4, 20), read(12.5, 60)], [B]],
    [
      'the marked one where it did something else alone',
      [read(4, 20), read(10.5, 40, '/home/ci/.ssh/id_ed25519')],
      [B],
    ],
    ['nobody where it was no process of many', [read(10.5, 40)], []],
  ])('has looked at again %s', (_case, alerts, expected) => {
    expect(suspects(...alerts)).toEqual(expected);
  });

  const findingsOf = (...alerts: Alert[]) =>
    buildReport(evidence({ packages, tree, steps, marks, alerts: seen(...alerts).alerts })).findings.map(
      ({ rule, package: by, among }) => [rule, by?.name ?? null, among ?? []],
    );

  it('is attributed only to the package that did the same alone', () => {
    expect(findingsOf(read(4, 20), read(12.5, 60))).toEqual([['Read of an SSH key', 'c', []]]);
  });

  it('has no package if none did the same alone, and lists those present by then', () => {
    expect(findingsOf(read(4, 20), read(12.5, 60, '/home/ci/.ssh/id_ed25519'))).toEqual([
      ['Read of an SSH key', null, ['b@1.0.0', 'a@1.0.0']],
      ['Read of an SSH key', 'c', []],
    ]);
  });
});

it('what is done where only one package was loaded is that one’s doing', () => {
  const single = new Steps();
  single.add({ id: 'many', kind: 'load-many', folder: null, groups: [[B]] });
  const { findings } = buildReport(evidence({ packages, tree, steps: single, alerts: seen(read(4, 20)).alerts }));
  expect(findings).toMatchObject([{ rule: 'Read of an SSH key', package: { name: 'b' } }]);
  expect(findings[0]?.among).toBeUndefined();
});

describe('what shows itself in another guise', () => {
  it.each([
    ['is looked at more closely', [read(20.5, 80)], [C]],
    ['is not where the package did it before', [read(12.5, 60), read(20.5, 80)], []],
    ['is where another package did it before', [read(10.5, 40), read(20.5, 80)], [C]],
  ])('%s', (_case, alerts, expected) => {
    expect(onlyInAnotherGuise(seen(...alerts), actors)).toEqual(expected);
  });

  it.each([
    ['names the other CI', [read(20.5, 80)], ['Only on GitHub', 'Read of an SSH key']],
    ['names a machine outside of CI', [read(30.5, 91)], ['Only outside of CI', 'Read of an SSH key']],
    ['says nothing of what was done before, too', [read(12.5, 60), read(20.5, 80)], ['Read of an SSH key']],
    [
      'says nothing of what one of many did before that were loaded together',
      [read(6, 20), read(20.5, 80)],
      ['Read of an SSH key'],
    ],
    [
      'names the other CI where it was not among these by then',
      [read(4, 20), read(20.5, 80)],
      ['Only on GitHub', 'Read of an SSH key'],
    ],
  ])('%s', (_case, alerts, expected) => {
    const { findings } = buildReport(evidence({ packages, tree, steps, marks, alerts: seen(...alerts).alerts }));
    expect([...new Set(findings.map(({ rule }) => rule))].toSorted()).toEqual(expected);
  });
});
