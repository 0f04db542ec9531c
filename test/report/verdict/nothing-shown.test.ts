import { expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import { evidence, pkg } from '../evidence.js';

const workspace = {
  ...pkg('packages/w', ['a']),
  from: { kind: 'workspace', resolved: null, integrity: null } as const,
};

it.each([
  ['dependencies declared, none there', [pkg('.', ['a', 'b'])], 'incomplete'],
  ["a workspace's dependencies declared, none there", [pkg('.', ['w']), workspace], 'incomplete'],
  ['dependencies declared, some there', [pkg('.', ['a', 'b']), pkg('node_modules/a')], 'incomplete'],
  ['one of many there', [pkg('.', ['a', 'b', 'c', 'd', 'e', 'f', 'g']), pkg('node_modules/g')], 'incomplete'],
  ['dependencies declared, all there', [pkg('.', ['a', 'b']), pkg('node_modules/a'), pkg('node_modules/b')], 'clean'],
  ['an optional one not there', [{ ...pkg('.', ['a', 'b']), mayBeAbsent: ['b'] }, pkg('node_modules/a')], 'clean'],
  ["a package's not there", [pkg('.', ['a']), pkg('node_modules/a', ['b'])], 'clean'],
  [
    'one under another name',
    [pkg('.', ['a', '@s/b']), pkg('node_modules/a'), { ...pkg('node_modules/@s/b'), name: 'c' }],
    'clean',
  ],
  [
    'one that calls itself so',
    [pkg('.', ['a', 'b']), pkg('node_modules/a'), { ...pkg('vendor/x'), name: 'x', calledItself: 'b' }],
    'clean',
  ],
  [
    'one that is a link to elsewhere',
    [{ ...pkg('.', ['a', 'b']), resolved: { b: '/home/ci/project/x' } }, pkg('node_modules/a')],
    'clean',
  ],
  ['one that is a workspace', [pkg('.', ['a', 'w']), pkg('node_modules/a'), { ...workspace, name: 'w' }], 'clean'],
  ['a folder of the project, linked', [pkg('.', ['a']), pkg('node_modules/a', [], [], '/home/ci/project/a')], 'clean'],
  ['only optional ones declared', [{ ...pkg('.', ['a']), mayBeAbsent: ['a'] }], 'clean'],
  ['none declared', [pkg('.')], 'clean'],
] as const)('%s: %s', (_title, packages, verdict) => {
  const report = buildReport(evidence({ packages }));
  expect(report.verdict).toBe(verdict);
  if (verdict === 'incomplete') expect(report.incomplete).toMatchObject([{ code: 'nothing-installed' }]);
});

it('what a hook of the project may have taken out is not missed', () => {
  const fetch = { name: 'fetch', command: 'pnpm i', exitCode: 0, durationMs: 1, timedOut: false } as const;
  const phases = [{ ...fetch, projectCode: ['.pnpmfile.cjs'] }, ...evidence().phases.slice(1)];
  const report = buildReport(evidence({ packages: [pkg('.', ['a', 'b']), pkg('node_modules/a')], phases }));
  expect(report.verdict).toBe('clean');
});
