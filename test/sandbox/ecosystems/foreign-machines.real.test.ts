import { expect, it } from 'vitest';
import type { Ecosystem } from '../../../src/jobs/job.js';
import { withFetched } from '../rig.js';
import type { Files } from '../tarball.js';

const A = { 'a/package.json': { name: 'a', version: '1.0.0' } };

function project(manifest: object, more: Files = {}): Files {
  return {
    'package.json': { name: 'project', version: '1.0.0', private: true, dependencies: { a: 'file:./a' }, ...manifest },
    ...A,
    ...more,
  };
}

const workspace = (more: object): Files => ({
  'package.json': { name: 'project', version: '1.0.0', private: true, workspaces: ['a'], ...more },
  'a/package.json': { name: 'a', version: '1.0.0', os: ['darwin'] },
});
const LOCK = {
  name: 'project',
  version: '1.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': { name: 'project', version: '1.0.0', workspaces: ['a'] },
    a: { version: '1.0.0', os: ['darwin'] },
    'node_modules/a': { resolved: 'a', link: true },
  },
};
const names = ['MY-TOKEN', 'npm.token', '1TOKEN', 'HOME?', 'HOME:-'];
const tokens = names.map((name, index) => `//npm${index}.corp.example/:_authToken=\${${name}}\n`).join('');

const rows: readonly [title: string, ecosystem: Ecosystem, files: Files, leftOut: readonly string[]][] = [
  [
    'yarn 4, and its cache lies elsewhere',
    'yarn',
    project({ packageManager: 'yarn@4.18.1' }, { '.yarnrc.yml': 'cacheFolder: /builds/x\n' }),
    ['cacheFolder of .yarnrc.yml'],
  ],
  [
    'yarn 1, and its mirror lies elsewhere',
    'yarn',
    project({}, { '.npmrc': 'yarn-offline-mirror=/builds/mirror\n' }),
    ['yarn-offline-mirror of .npmrc'],
  ],
  ['yarn 1, and variables of odd names', 'yarn', project({}, { '.npmrc': tokens }), []],
  ['npm, and variables of odd names', 'npm', project({}, { '.npmrc': tokens }), []],
  ['npm, and a workspace is for another system', 'npm', workspace({}), ['os of a/package.json']],
  [
    'npm, and its lock file says so, too',
    'npm',
    { ...workspace({}), 'package-lock.json': LOCK },
    ['os of a/package.json'],
  ],
  ['yarn 1, and a workspace is for another system', 'yarn', workspace({}), ['os of a/package.json']],
  [
    'yarn 1, and the project is for another system',
    'yarn',
    project({ os: ['darwin'], cpu: ['arm'] }),
    ['os of package.json', 'cpu of package.json'],
  ],
];

it.each(rows)('%s: it is installed all the same', async (_title, ecosystem, files, leftOut) => {
  await withFetched(ecosystem, files, async (run, packages) => {
    expect(packages.map(({ name }) => name).sort()).toEqual(['a', 'project']);
    const said = run.manager?.leftOut.filter((line) => !line.startsWith('packageManager '));
    expect(said).toEqual(leftOut);
  });
});
