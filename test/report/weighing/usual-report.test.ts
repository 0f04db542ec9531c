import { describe, expect, it } from 'vitest';
import { Behaviours } from '../../../src/report/behaviours/usual.js';
import { buildReport } from '../../../src/report/build.js';
import { dataOf, READ } from '../behaviours/findings.js';
import { alertAt, evidence, folded, PROJECT, pkg, scriptsOf, treeOf } from '../evidence.js';

const folder = `${PROJECT}/node_modules/tool`;
const tree = treeOf([...scriptsOf('tool'), [2, 20, 10, folder, 'sh -c node install.js']]);
const alerts = [folded(alertAt(3, READ, { 'proc.pid': '20', 'fd.name': '/home/ci/.npmrc' }))];
const packages = [pkg('.', ['tool']), pkg('node_modules/tool', [], ['install'])];

function reportBy(manager: string, versions: string) {
  const base = evidence({ packages, tree, alerts, behaviours: new Behaviours([dataOf({ versions })]) });
  return buildReport({ ...base, manager: { name: manager, version: '1.0.0', reason: '', leftOut: [] } });
}

describe('a report of a package that was measured', () => {
  it('has what is usual of it as an observation, with the reason', () => {
    const { verdict, observations } = reportBy('npm', '^1.0.0');
    expect(verdict).toBe('clean');
    expect(observations).toMatchObject([
      { rule: READ, priority: 'NOTICE', measured: { since: '1.0.0', packages: 1, of: 3 } },
    ]);
  });

  it('of another version has a finding', () => expect(reportBy('npm', '^2.0.0').verdict).toBe('findings'));

  it('has a finding where a gem has that name', () => expect(reportBy('bundler', '^1.0.0').verdict).toBe('findings'));
});
