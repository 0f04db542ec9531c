import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import {
  alertAt,
  evidence,
  FETCH,
  folded,
  PROJECT,
  pkg,
  type Start,
  scriptsOf,
  startAlert,
  treeOf,
} from '../evidence.js';

const packages = [pkg('.', ['a']), pkg('node_modules/a', [], ['install'])];
const own: Start = [1, 50, 9, PROJECT, 'confine step=own tar -xzf - -C /home/ci/project'];
const ran: readonly Start[] = [...scriptsOf('a', 30), [2, 40, 30, PROJECT, 'sh -c node setup.js']];

function verdictOf(starts: readonly Start[], fields: Record<string, string>, tags: string[] = []) {
  const alert = { ...alertAt(6, 'Read of an SSH key', fields), tags };
  const report = buildReport(evidence({ packages, tree: treeOf([...ran, ...starts]), alerts: [folded(alert)] }));
  return { verdict: report.verdict, by: report.findings.map(({ package: by }) => by?.name ?? null) };
}

describe('what the worker itself does in a sandbox', () => {
  it.each<[string, readonly Start[], Record<string, string>]>([
    ['its own program', [own], { 'proc.pid': '50' }],
    ['the package manager while it fetches', FETCH, { 'proc.pid': '10' }],
    [
      'a tool of the image that the package manager starts while it fetches',
      [...FETCH, [2, 20, 10, PROJECT, 'git clone x']],
      { 'proc.pid': '20' },
    ],
    [
      "the engine's helper before a step's first program",
      [],
      { 'proc.pid': '900', 'proc.exepath': 'runc', 'proc.cmdline': 'runc init' },
    ],
  ])('%s is no finding', (_title, starts, fields) => {
    expect(verdictOf(starts, fields)).toEqual({ verdict: 'clean', by: [] });
  });

  it('a program from elsewhere that runs while packages are fetched is a finding', () => {
    const tree = treeOf([...ran, ...FETCH]);
    tree.add(startAlert([2, 20, 10, PROJECT, 'hook'], { 'proc.exepath': `${PROJECT}/hook` }));
    const alerts = [folded(alertAt(6, 'X', { 'proc.pid': '20' }))];
    expect(buildReport(evidence({ packages, tree, alerts })).findings).toMatchObject([
      { rule: 'Code ran while packages were fetched', package: null },
      { rule: 'X', package: null },
    ]);
  });

  it('a process with an unknown creator is a finding without a package, whatever its name', () => {
    const fields = { 'proc.pid': '900', 'proc.exepath': `${PROJECT}/runc`, 'proc.cmdline': 'runc init' };
    expect(verdictOf([], fields)).toEqual({ verdict: 'findings', by: [null] });
  });

  it("a process of a package that calls itself the engine's helper is the package's", () => {
    const child: Start = [3, 41, 40, '/', 'runc init'];
    expect(verdictOf([child], { 'proc.pid': '41', 'proc.exepath': 'runc' })).toEqual({
      verdict: 'findings',
      by: ['a'],
    });
  });
});

describe('a shell', () => {
  const tags = ['started_by_program'];
  it('that the step starts for a script is no finding of rules about what programs start', () => {
    expect(verdictOf([], { 'proc.pid': '40' }, tags).verdict).toBe('clean');
  });

  it("that the script's program starts is one", () => {
    const starts: readonly Start[] = [
      [3, 41, 40, PROJECT, 'node setup.js'],
      [4, 42, 41, PROJECT, 'sh -c id'],
    ];
    expect(verdictOf(starts, { 'proc.pid': '42' }, tags)).toEqual({ verdict: 'findings', by: ['a'] });
  });
});
