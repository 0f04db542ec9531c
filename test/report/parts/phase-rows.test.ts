import { expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import type { Phase } from '../../../src/report/phase.js';
import { renderText } from '../../../src/report/text/text.js';
import { evidence, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../evidence.js';

const packages = [
  pkg('.', ['good', 'bad']),
  ...['good', 'bad'].map((name) => pkg(`node_modules/${name}`, [], ['install'])),
];
const starts = ['good', 'bad'].flatMap((name, index): Start[] => [
  ...scriptsOf(name, 10 + index),
  [2, 20 + index, 10 + index, PROJECT, 'sh -c node setup.js'],
]);
const step = (name: string, exitCode: number) => ({
  package: `${name}@1.0.0`,
  path: `node_modules/${name}`,
  scripts: ['install'],
  exitCode,
  timedOut: false,
  durationMs: 5,
  ...(exitCode === 0
    ? {}
    : { error: `the install script of ${name}@1.0.0 ended with exit code ${exitCode}: no compiler` }),
});
const [fetched, install, load] = evidence().phases as [Phase, Phase, Phase];

it('an optional package whose script failed is reported, and not recommended', () => {
  const phases = [fetched, { ...install, steps: [step('good', 0), step('bad', 1)] }, load];
  const report = buildReport(evidence({ packages, tree: treeOf(starts), phases }));
  expect(report.verdict).toBe('clean');
  expect(report.packages.map(({ name, failed }) => [name, failed])).toEqual([
    ['good', undefined],
    ['bad', true],
  ]);
  expect(report.allowScripts).toEqual({ recommended: ['good@1.0.0'], refused: [] });
  expect(renderText(report, { colour: false, width: 100 })).toContain(
    '! the install script of bad@1.0.0 ended with exit code 1: no compiler',
  );
});

it('fetching the build tools of git dependencies is distinguished from the fetch', () => {
  const report = buildReport(evidence({ packages, tree: treeOf(starts), phases: [fetched, fetched, install, load] }));
  expect(report.phases.map(({ name, installed }) => [name, installed])).toEqual([
    ['fetch', 2],
    ['fetch', undefined],
    ['install', undefined],
    ['import', undefined],
  ]);
  expect(renderText(report, { colour: false, width: 100 })).toContain(
    '  fetch of the build tools of git dependencies: exit code 0',
  );
});
