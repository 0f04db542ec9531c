import { describe, expect, it } from 'vitest';
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

it('what outlived its phase and ended by itself later is a finding, too', () => {
  expect(found(DAEMON, [{ ...install, leftRunning: left(30) }, load]).rows).toEqual([
    ['Left running', 'WARNING', 'a', 1],
  ]);
});

it('what only outlived the load, or is nobody’s, and ended later is none', () => {
  const later = { ...load, name: 'execute' as const };
  expect(found(DAEMON, [install, { ...load, leftRunning: left(30) }, later]).rows).toEqual([]);
  expect(found(DAEMON, [{ ...install, leftRunning: left(77) }, load]).rows).toEqual([]);
});

it('what runs on through several phases is one process', () => {
  const phases = [
    { ...install, leftRunning: left(30) },
    { ...load, leftRunning: left(30) },
  ];
  expect(found(DAEMON, phases).rows).toEqual([['Left running', 'WARNING', 'a', 1]]);
});

it('a process whose start was not seen is a finding without a package', () => {
  const phases = [install, { ...load, leftRunning: left(77) }];
  expect(found(DAEMON, phases).rows).toEqual([['Left running', 'WARNING', null, 1]]);
});

describe('what a command line tool started that was asked for help', () => {
  const starts: readonly Start[] = [
    ...DAEMON,
    ...IMPORT,
    [5, 40, 10, PROJECT, `node ${PROJECT}/node_modules/a/cli.js --help`],
    [6, 41, 40, PROJECT, 'sleep 999'],
  ];
  const later = { ...load, name: 'execute' as const };

  it('and ended while it was watched is an observation', () => {
    const phases = [install, { ...load, leftRunning: left(41) }, later];
    expect(found(starts, phases)).toEqual({ verdict: 'clean', rows: [['Left running', 'NOTICE', 'a', 1]] });
  });

  it('and waits on is a finding', () => {
    const phases = [install, { ...load, leftRunning: left(41) }, { ...later, leftRunning: left(41) }];
    expect(found(starts, phases).rows).toEqual([['Left running', 'WARNING', 'a', 1]]);
  });
});
