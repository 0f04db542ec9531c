import { expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import type { Phase } from '../../../src/report/phase.js';
import { evidence, IMPORT, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../evidence.js';

const packages = [pkg('.', ['a']), pkg('node_modules/a', [], ['postinstall'])];
const [install, load] = evidence().phases.slice(1) as [Phase, Phase];
const left = (pid: number) => [{ pid, cmdline: 'sleep 999' }];
const DAEMON: readonly Start[] = [
  ...scriptsOf('a', 11),
  [2, 20, 11, PROJECT, 'sh -c sleep'],
  [3, 30, 20, '/', 'sleep 999'],
];

function found(starts: readonly Start[], phases: readonly Phase[]) {
  const { findings, observations, verdict } = buildReport(evidence({ packages, tree: treeOf(starts), phases }));
  const rows = [...findings, ...observations].map((one) => [
    one.rule,
    one.priority,
    one.package?.name ?? null,
    one.count,
  ]);
  return { verdict, rows };
}

it('a process that still runs at the end is a finding by the package that started it', () => {
  expect(found(DAEMON, [install, { ...load, leftRunning: left(30) }])).toEqual({
    verdict: 'findings',
    rows: [['Left running', 'WARNING', 'a', 1]],
  });
});

it('many processes of one package are one finding', () => {
  const phases = [install, { ...load, leftRunning: [...left(20), ...left(30)] }];
  expect(found(DAEMON, phases).rows).toEqual([['Left running', 'WARNING', 'a', 2]]);
});

it('what ended by itself later is none', () => {
  expect(found(DAEMON, [{ ...install, leftRunning: left(30) }, load]).verdict).toBe('clean');
});

it('a process whose start was not seen is a finding without a package', () => {
  const phases = [install, { ...load, leftRunning: left(77) }];
  expect(found(DAEMON, phases).rows).toEqual([['Left running', 'WARNING', null, 1]]);
});

it('what a command line tool started that was asked for help is an observation', () => {
  const starts: readonly Start[] = [
    ...DAEMON,
    ...IMPORT,
    [5, 40, 10, PROJECT, `node ${PROJECT}/node_modules/a/cli.js --help`],
    [6, 41, 40, PROJECT, 'sleep 999'],
  ];
  const phases = [install, { ...load, leftRunning: left(41) }];
  expect(found(starts, phases)).toEqual({ verdict: 'clean', rows: [['Left running', 'NOTICE', 'a', 1]] });
});
