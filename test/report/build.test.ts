import { describe, expect, it } from 'vitest';
import { buildReport } from '../../src/report/build.js';
import type { Evidence } from '../../src/report/job-evidence.js';
import { reportSchema } from '../../src/report/report.js';
import { alertAt, evidence, folded, PROJECT, pkg, REFUSED, scriptsOf, treeOf } from './evidence.js';

const shadow = folded(
  alertAt(3, 'Read of the password database', { 'proc.pid': '20', 'fd.name': '/etc/shadow' }, 'CRITICAL'),
);
const shell = folded(alertAt(3, 'Shell started', { 'proc.pid': '20' }, 'NOTICE'));

const rows: readonly [string, Partial<Evidence>, string][] = [
  ['nothing happened', {}, 'clean'],
  ['an alert at the threshold', { alerts: [shadow] }, 'findings'],
  ['an alert below the threshold', { alerts: [shell] }, 'clean'],
  ['the threshold lowered', { alerts: [shell], failOn: 'NOTICE' }, 'findings'],
  ['a host name refused by the gateway', { egress: [REFUSED] }, 'findings'],
  ['a host name that was allowed', { egress: [{ ...REFUSED, allowed: true }] }, 'clean'],
  ['the sensor lost', { incomplete: [{ code: 'sensor-lost', message: '' }] }, 'incomplete'],
  [
    'the sensor lost after an alert',
    { alerts: [shadow], incomplete: [{ code: 'sensor-lost', message: '' }] },
    'incomplete',
  ],
  ['events dropped', { incomplete: [{ code: 'events-dropped', message: '' }] }, 'incomplete'],
  ['a failed install', { incomplete: [{ code: 'install-failed', message: '' }] }, 'incomplete'],
  [
    'a failed install after an alert',
    { alerts: [shadow], incomplete: [{ code: 'install-failed', message: '' }] },
    'findings',
  ],
  [
    'scripts declared, none ran',
    { packages: [pkg('.', ['a']), pkg('node_modules/a', [], ['postinstall'])] },
    'incomplete',
  ],
];

describe('the verdict', () => {
  it.each(rows)('%s → %s', (_title, changes, verdict) => {
    const report = buildReport(evidence(changes));
    expect(report.verdict).toBe(verdict);
    expect(report.status).toBe(verdict === 'incomplete' ? 'incomplete' : 'finished');
    expect(reportSchema.parse(report)).toEqual(report);
  });

  it('keeps what was seen in an incomplete report', () => {
    const report = buildReport(evidence({ alerts: [shadow], incomplete: [{ code: 'sensor-lost', message: 'gone' }] }));
    expect(report.findings).toHaveLength(1);
    expect(report.monitoring.proven).toBe(false);
  });
});

describe('the packages of a report', () => {
  const packages = [
    pkg('.', ['a', 'b']),
    pkg('node_modules/a', [], ['postinstall']),
    pkg('node_modules/b', [], ['install']),
  ];
  const tree = treeOf([
    ...scriptsOf('a', 10),
    ...scriptsOf('b', 11),
    [2, 20, 10, `${PROJECT}/node_modules/a`, 'sh -c node setup.js'],
    [3, 30, 11, `${PROJECT}/node_modules/b`, 'sh -c node build.js'],
  ]);

  it('lists which scripts ran, and sorts them into refuse and allow', () => {
    const report = buildReport(evidence({ packages, tree, alerts: [shadow] }));
    expect(report.phases[1]?.scripts).toEqual({ declared: 2, ran: 2 });
    expect(report.allowScripts).toEqual({ recommended: ['b@1.0.0'], refused: ['a@1.0.0'] });
  });

  it('recommends nothing while a finding has no package', () => {
    const unknown = folded(alertAt(3, 'Outbound', { 'proc.pid': '999' }));
    const report = buildReport(evidence({ packages, tree, alerts: [unknown] }));
    expect(report.findings[0]?.package).toBeNull();
    expect(report.allowScripts.recommended).toEqual([]);
  });

  it('orders findings by severity, then time, and dates them with their phase', () => {
    const later = folded(alertAt(12, 'Network tool started', { 'proc.pid': '30' }), 7);
    const report = buildReport(evidence({ packages, tree, alerts: [later, shadow] }));
    expect(report.findings.map(({ rule, phase, count }) => [rule, phase, count])).toEqual([
      ['Read of the password database', 'install', 1],
      ['Network tool started', 'import', 7],
    ]);
  });
});

describe('the processes of a report', () => {
  const packages = [pkg('.', ['a']), pkg('node_modules/a', [], ['postinstall'])];
  it('are in time, each with the dependency it belongs to, also where it left its folder', () => {
    const tree = treeOf([
      ...scriptsOf('a'),
      [2, 20, 10, `${PROJECT}/node_modules/a`, 'sh -c node setup.js'],
      [2.5, 20, 10, `${PROJECT}/node_modules/a`, 'node setup.js'],
      [3, 21, 20, '/tmp', 'wget x.invalid'],
      [4, 11, 10, PROJECT, 'git --version'],
    ]);
    const report = buildReport(evidence({ packages, tree }));
    expect(report.processes?.total).toBe(6);
    expect(report.processes?.rows.map((row) => [row.pid, row.ppid, row.cmdline, row.package])).toEqual([
      ...scriptsOf('a').map(([, pid, ppid, , cmdline]) => [pid, ppid, cmdline, 'a@1.0.0']),
      [20, 10, 'sh -c node setup.js', 'a@1.0.0'],
      [20, 10, 'node setup.js', 'a@1.0.0'],
      [21, 20, 'wget x.invalid', 'a@1.0.0'],
      [11, 10, 'git --version', 'a@1.0.0'],
    ]);
    expect(report.phases.map(({ startedAt }) => startedAt)).toEqual([
      '2026-11-21T01:58:35.000Z',
      '2026-11-21T01:58:40.000Z',
      '2026-11-21T01:58:50.000Z',
    ]);
  });

  // The deadline is the test runner's: a report that climbs every chain from every process takes minutes.
  it.each([
    ['that is wide', (index: number) => [20 + index, 10] as const],
    ['in which each starts the next', (index: number) => [20 + index, index === 0 ? 10 : 19 + index] as const],
    ['of one process that becomes another program again and again', () => [20, 10] as const],
  ])(
    'of a storm %s are a few, those of a finding among them',
    (_shape, place) => {
      const storm = Array.from({ length: 49_000 }, (_, index) => {
        const [pid, ppid] = place(index);
        return [2 + index / 10_000, pid, ppid, '/tmp', `sh -c ${'x'.repeat(1000)}`] as const;
      });
      const tree = treeOf([...scriptsOf('a'), ...storm]);
      const [last] = place(48_980);
      const alerts = Array.from({ length: 500 }, (_, index) =>
        folded(alertAt(9, `Shell started ${index}`, { 'proc.pid': String(last) })),
      );
      const report = buildReport(evidence({ packages, tree, alerts }));
      expect(report.processes?.total).toBe(49_002);
      expect(report.processes?.rows).toHaveLength(200);
      expect(report.processes?.rows.map(({ pid }) => pid)).toContain(last);
      expect(JSON.stringify(report.processes).length).toBeLessThan(200_000);
      // Some seconds of work on a quiet machine.
    },
    90_000,
  );
});
