import { describe, expect, it } from 'vitest';
import { PROJECT } from '../../../src/ecosystems/places.js';
import { groupPlan } from '../../../src/sandbox/packages/group-plan.js';
import { readGroupResults } from '../../../src/sandbox/packages/group-results.js';
import { importPlan } from '../../../src/sandbox/packages/import-plan.js';
import { installedPackage as pkg } from '../../ecosystems/installed-package.js';

const groupsOf = (count: number) => {
  const deep = Array.from({ length: count }, (_, index) => pkg(`node_modules/deep${index}`));
  const packages = [pkg('.', { dependencies: ['a'] }), pkg('node_modules/a'), ...deep];
  return groupPlan(packages, importPlan(packages, PROJECT));
};

describe('packages that are loaded many to a process', () => {
  it.each([
    [0, []],
    [1, [1]],
    [59, [59]],
    [60, [30, 30]],
    [600, [300, 300]],
    [1200, [400, 400, 400]],
  ])('are grouped, %i of them', (count, sizes) => {
    expect(groupsOf(count).map(({ length }) => length)).toEqual(sizes);
  });

  it('are all but those that are loaded alone', () => {
    expect(groupsOf(2)).toEqual([[`${PROJECT}/node_modules/deep0`, `${PROJECT}/node_modules/deep1`]]);
  });
});

describe('a folder of the project', () => {
  const packages = [
    pkg('.', { dependencies: ['linked'] }),
    pkg('node_modules/linked', {
      realPath: `${PROJECT}/linked`,
      from: { kind: 'link', resolved: null, integrity: null },
    }),
    pkg('packages/app', { from: { kind: 'workspace', resolved: null, integrity: null } }),
  ];

  it('is loaded with the others where somebody depends on it, and it is not loaded alone', () => {
    expect(groupPlan(packages, [], importPlan(packages, PROJECT))).toEqual([[`${PROJECT}/linked`]]);
  });

  it('is left out where it is loaded alone', () => {
    expect(groupPlan(packages, importPlan(packages, PROJECT))).toEqual([]);
  });
});

describe('the lines of a loader of many', () => {
  const groups = [['/a', '/b'], ['/c']];
  const line = (group: number, at: number, error: string | null = null): string => JSON.stringify({ group, at, error });

  it('tell who came to its end, and who could be loaded', () => {
    const { ended, worked, problem } = readGroupResults([line(0, 1), line(1, 0, 'no main')].join('\n'), groups);
    expect([[...ended], worked, problem]).toEqual([['/b', '/c'], 1, null]);
  });

  it.each([
    ['a group that was not planned', line(7, 0)],
    ['a package that was not planned', line(1, 1)],
    ['a second result', `${line(0, 0)}\n${line(0, 0)}`],
    ['no JSON', 'loaded'],
    ['another shape', '{"group":0}'],
  ])('are not believed with %s', (_case, output) => {
    expect(readGroupResults(output, groups).problem).not.toBeNull();
  });
});
