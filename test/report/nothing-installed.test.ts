import { expect, it } from 'vitest';
import { buildReport } from '../../src/report/build.js';
import { evidence, pkg } from './evidence.js';

const workspace = {
  ...pkg('packages/w', ['a']),
  from: { kind: 'workspace', resolved: null, integrity: null } as const,
};

it.each([
  ['dependencies declared, none there', [pkg('.', ['a', 'b'])], 'incomplete'],
  ["a workspace's dependencies declared, none there", [pkg('.', ['w']), workspace], 'incomplete'],
  ['dependencies declared, some there', [pkg('.', ['a', 'b']), pkg('node_modules/a')], 'clean'],
  ['a folder of the project, linked', [pkg('.', ['a']), pkg('node_modules/a', [], [], '/home/ci/project/a')], 'clean'],
  ['only optional ones declared', [{ ...pkg('.', ['a']), mayBeAbsent: ['a'] }], 'clean'],
  ['none declared', [pkg('.')], 'clean'],
] as const)('%s: %s', (_title, packages, verdict) => {
  const report = buildReport(evidence({ packages }));
  expect(report.verdict).toBe(verdict);
  if (verdict === 'incomplete') expect(report.incomplete).toMatchObject([{ code: 'nothing-installed' }]);
});
