import { expect, it } from 'vitest';
import { DEBUGGER_RULE } from '../../../../src/report/attribution/refine/debugged.js';
import { buildReport } from '../../../../src/report/build.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../../evidence.js';

const packages = [
  pkg('.', ['evil', 'slow', 'other']),
  pkg('node_modules/evil', [], ['postinstall']),
  pkg('node_modules/slow', [], ['postinstall']),
  pkg('node_modules/other', [], ['postinstall']),
];
const folder = (name: string) => `${PROJECT}/node_modules/${name}`;
const starts: readonly Start[] = [
  ...scriptsOf('evil', 10),
  [2, 20, 10, folder('evil'), 'node left.js'],
  ...scriptsOf('slow', 11),
  [3, 30, 11, folder('slow'), 'node build.js'],
  [6, 31, 30, folder('slow'), 'sh -c x'],
  ...scriptsOf('other', 12),
  [3, 40, 12, folder('other'), 'node build.js'],
];

/** `[second, pid]` of the process that read the key, while `evil` uses the debugger of pid 30 in second 5. */
function blamedFor(reads: readonly (readonly [number, string])[], port = '9229', of = 'Read of an SSH key') {
  const local = { 'fd.name': `127.0.0.1:${port}`, 'fd.sport': port };
  const alerts = [
    folded(alertAt(4, 'Listening port opened', { 'proc.pid': '30', ...local })),
    folded(alertAt(5, DEBUGGER_RULE, { 'proc.pid': '20', ...local }, 'CRITICAL')),
    ...reads.map(([second, pid]) =>
      folded(alertAt(second, 'Read of an SSH key', { 'proc.pid': pid, 'fd.name': `/home/ci/.ssh/id_${second}` })),
    ),
  ];
  const { findings } = buildReport(evidence({ packages, tree: treeOf(starts), alerts }));
  return findings
    .filter(({ rule }) => rule === of)
    .map(({ package: by, orBy }) => [by?.name ?? null, orBy?.map(({ name }) => name) ?? []]);
}

it.each([
  ['in the process', 7, '30'],
  ['in a process that it started', 7, '31'],
])('actions %s after its debugger was used may be those of the debugging package', (_where, second, pid) => {
  expect(blamedFor([[second, pid]])).toEqual([[null, ['evil', 'slow']]]);
});

it.each([
  ['before', 4.5, '30', 'slow', '9229'],
  ['in another process', 7, '40', 'other', '9229'],
  ['in a process that listens elsewhere', 7, '30', 'slow', '8080'],
])('actions %s are attributed as usual', (_where, second, pid, name, port) => {
  expect(blamedFor([[second, pid]], port)).toEqual([[name, []]]);
});

it('that the debugger was opened may be its doing too', () => {
  expect(blamedFor([], '9229', 'Listening port opened')).toEqual([[null, ['evil', 'slow']]]);
  expect(blamedFor([], '8080', 'Listening port opened')).toEqual([['slow', []]]);
});
