import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { imageTags } from '../../../src/sandbox/container/image-tag.js';
import { parsePackageList } from '../../../src/sandbox/packages/package-list.js';

const project = {
  ...{ name: 'p', version: '1', path: '.', realPath: '/home/ci/project', scripts: [], dependencies: [] },
  ...{ from: { kind: 'project', resolved: null, integrity: null }, optional: false },
};
const lines = (...packages: unknown[]): string => packages.map((pkg) => `${JSON.stringify(pkg)}\n`).join('');

describe('a list of packages', () => {
  it('is read line by line, the project first', () => {
    const dependency = { ...project, name: 'd', path: 'node_modules/d', realPath: '/home/ci/project/node_modules/d' };
    expect(parsePackageList(lines(project, dependency))).toEqual({
      packages: [project, dependency],
      disagreements: [],
      commands: new Map(),
      incomplete: [],
    });
  });

  it('has the differences between record and disk beside the packages', () => {
    const told = lines(project, { disagreement: 'a is not on the disk' }, { disagreement: 'b is another version' });
    expect(parsePackageList(told)).toEqual({
      packages: [project],
      disagreements: ['a is not on the disk', 'b is another version'],
      commands: new Map(),
      incomplete: [],
    });
  });

  it('also gives the reasons why the run is incomplete', () => {
    const reason = { code: 'other-runtime', message: 'the project is made for another Ruby' };
    expect(parsePackageList(lines(project, { incomplete: reason }))).toEqual({
      packages: [project],
      disagreements: [],
      commands: new Map(),
      incomplete: [reason],
    });
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello\n'],
    ['another first line', lines({ ...project, path: 'node_modules/x' })],
    ['a name that is none', lines(project, { ...project, name: 7 })],
    ['a disagreement alone', lines({ disagreement: 'x' })],
    ['a disagreement of megabytes', lines(project, { disagreement: 'x'.repeat(5000) })],
    ['a reason that a lister does not know', lines(project, { incomplete: { code: 'sensor-lost', message: 'x' } })],
    ['an origin that there is none of', lines(project, { ...project, from: { ...project.from, kind: 'heaven' } })],
    ['an origin that is left out', lines(project, { ...project, from: undefined })],
    ['an optional that is neither', lines(project, { ...project, optional: 'yes' })],
    ['scripts that are none', lines(project, { ...project, scripts: 'install' })],
    ['a path of megabytes', lines(project, { ...project, path: 'x'.repeat(5000) })],
    ['too many dependencies', lines(project, { ...project, dependencies: Array(2001).fill('a') })],
    ['a relative real path', lines(project, { ...project, realPath: '../x' })],
    ['a field too few', lines(project, { name: 'x' })],
    ['a last line that was cut', lines(project) + lines(project).slice(0, 20)],
  ])('that was tampered with is refused: %s', (_case, text) => {
    expect(() => parsePackageList(text)).toThrow(expect.objectContaining({ code: 'listing-failed' }));
  });
});

it('the service and scripts/setup mean the same image', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const script = 'set -e; root_dir=.; source scripts/setup.d/image.sh; image_tag npm; image_tag bundler';
  const tags = execFileSync('bash', ['-c', script], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  expect(tags[0]).toMatch(/^packwarden\/sandbox-npm:[0-9a-f]{12}$/);
  expect(Object.values(imageTags())).toEqual(tags);
});
