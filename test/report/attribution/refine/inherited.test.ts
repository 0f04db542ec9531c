import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../src/report/build.js';
import { Steps } from '../../../../src/report/evidence/steps.js';
import { alertAt, evidence, PROJECT, pkg, type Start, treeOf } from '../../evidence.js';

const packages = [pkg('.', ['facade']), pkg('node_modules/facade', ['deep']), pkg('node_modules/deep')];
const steps = new Steps();
steps.add({ id: 'alone', kind: 'load', folder: null });
const tree = treeOf([
  [0.8, 30, 9, PROJECT, 'confine step=alone node /opt/ci/import-all.mjs'],
  [0.9, 30, 9, PROJECT, 'node /opt/ci/import-all.mjs'],
  [10, 40, 30, PROJECT, `node /opt/ci/node/load.cjs facade ${PROJECT} 3000`],
  [10, 60, 30, PROJECT, `node /opt/ci/node/load.cjs ${PROJECT}/node_modules/deep ${PROJECT} 3000`],
] satisfies readonly Start[]);

const read = (pid: number, file: string) =>
  alertAt(11, 'Read of an SSH key', { 'proc.pid': String(pid), 'fd.name': `/home/ci/.ssh/${file}` });

describe('what a package does because of what it loads', () => {
  it.each([
    ['is blamed on its dependency, which does the same alone', [read(40, 'id_rsa'), read(60, 'id_rsa')], ['deep']],
    ['is its own where its dependency does something else', [read(40, 'id_rsa'), read(60, 'x')], ['deep', 'facade']],
    ['is its own where its dependency does nothing', [read(40, 'id_rsa')], ['facade']],
    ['is never blamed on who loads it', [read(60, 'id_rsa')], ['deep']],
  ])('%s', (_case, alerts, expected) => {
    const folded = alerts.map((alert) => ({ alert, count: 1, first: 0n, last: 0n }));
    const { findings } = buildReport(evidence({ packages, tree, steps, alerts: folded }));
    expect(findings.map(({ package: by }) => by?.name).toSorted()).toEqual(expected);
  });
});
