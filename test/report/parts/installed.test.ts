import { expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import { reportSchema } from '../../../src/report/report.js';
import { evidence, PROJECT, pkg } from '../evidence.js';

const namesOf = (packages: ReturnType<typeof pkg>[]) => {
  const built = buildReport(evidence({ packages }));
  expect(reportSchema.parse(built)).toEqual(built);
  const { installed = [], project } = built;
  const leadTo = (dependsOn: readonly number[] = []) => dependsOn.map((at) => installed[at]?.folder);
  return {
    project: leadTo(project?.dependsOn),
    rows: Object.fromEntries(installed.map(({ folder, dependsOn }) => [folder, leadTo(dependsOn)])),
  };
};

it('the packages that each one’s dependencies lead to, by the way in which they are found', () => {
  const { project, rows } = namesOf([
    pkg('.', ['a', 'b', 'a', 'not-there']),
    pkg('node_modules/a', ['b', 'c']),
    pkg('node_modules/b', ['a', 'b']),
    pkg('node_modules/a/node_modules/b'),
    pkg('node_modules/c', ['linked']),
    { ...pkg('store/linked@1'), name: 'linked' },
  ]);
  expect(project).toEqual(['node_modules/a', 'node_modules/b']);
  expect(rows).toEqual({
    'node_modules/a': ['node_modules/a/node_modules/b', 'node_modules/c'],
    'node_modules/b': ['node_modules/a'],
    'node_modules/a/node_modules/b': [],
    'node_modules/c': [],
    'store/linked@1': [],
  });
});

it('links of a store, and workspaces that nothing depends on', () => {
  const store = `${PROJECT}/node_modules/.pnpm/x@1/node_modules/x`;
  const workspace = pkg('packages/own', ['x'], [], `${PROJECT}/packages/own`);
  const { project, rows } = namesOf([
    pkg('.'),
    { ...workspace, from: { ...workspace.from, kind: 'workspace' }, resolved: { x: store } },
    pkg('node_modules/.pnpm/x@1/node_modules/x'),
  ]);
  expect(project).toEqual(['packages/own']);
  expect(rows['packages/own']).toEqual(['node_modules/.pnpm/x@1/node_modules/x']);
});

it('names the project as its manifest does, and none if nothing was listed', () => {
  const app = { ...pkg('.'), name: '@us/app', version: '3.2.1' };
  expect(buildReport(evidence({ packages: [app] })).project).toEqual({
    name: '@us/app',
    version: '3.2.1',
    dependsOn: [],
  });
  expect(buildReport(evidence({ packages: [] })).project).toBeUndefined();
});
