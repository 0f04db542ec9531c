import { resolve } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../src/report/build.js';
import { ProjectWrites, WRITE_RULE } from '../../../../src/report/evidence/project-writes.js';
import { NOTHING_KNOWN } from '../../../../src/report/findings/lowering/known-packages.js';
import { alertAt, evidence, PROJECT, pkg, type Start, scriptsOf, startAlert, treeOf } from '../../evidence.js';

const packages = [
  pkg('.', ['a', 'puppeteer']),
  pkg('node_modules/a', [], ['postinstall']),
  pkg('node_modules/puppeteer', [], ['postinstall']),
];
const known = { ...NOTHING_KNOWN, stores: [{ folder: '.cache/puppeteer', packages: ['puppeteer'] }] };
const folder = (name: string): string => `${PROJECT}/node_modules/${name}`;
const NPM = 'node /usr/local/bin/npm install chalk';
const NODE_GYP = 'node /usr/local/lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js rebuild';

/** The findings about files below HOME that a process of the package writes, and the package that they name. */
function told(paths: readonly string[], command = 'node x.js', of = 'a', env: Record<string, string> = {}) {
  const written = new ProjectWrites();
  for (const path of paths) {
    const fields = { 'proc.pid': '20', 'evt.type': 'openat', 'fd.name': resolve('/home/ci', path) };
    written.add(alertAt(3, WRITE_RULE, fields, 'DEBUG'));
  }
  const start: Start = [2, 20, 10, folder(of), command];
  const tree = treeOf(scriptsOf(of));
  tree.add(startAlert(start, env));
  const { findings, observations } = buildReport(evidence({ packages, tree, writes: written, known }));
  const said = (list: typeof findings) => list.map(({ rule, package: by, count }) => [rule, by?.name, count]);
  return { findings: said(findings), observations: said(observations) };
}

const RULE = "Tool's store written by a package";
const NOTHING = { findings: [], observations: [] };

describe('a file in a folder of HOME that a tool runs from later', () => {
  it.each([
    '.cache/node/corepack/v1/pnpm/9.0.0/bin/pnpm.cjs',
    '.npm/_npx/abc/node_modules/.bin/x',
    '.npm/_cacache/content-v2/sha512/aa/bb/cc',
    '.npm/_logs/x.sh',
    '.npm/_prebuilds/x.tar.gz',
    '.cache/node-gyp/24.0.0/include/node/node.h',
    '.cache/puppeteer/chrome/linux-1/chrome',
    '.cache/ms-playwright/chromium-1/chrome',
    '.cache/Cypress/13/Cypress',
    '.cache/prebuild/x',
    '.cache/electron/x/electron.zip',
  ])('%s', (path) => {
    expect(told([path])).toEqual({ findings: [[RULE, 'a', 1]], observations: [] });
  });

  it.each([
    '.cache/prisma/master/x/libquery_engine.so.node',
    '.cache/nx/x.js',
    '.cache/typescript/5.9/node_modules/types/index.js',
    '.cache/huggingface/modules/x.py',
    'project/node_modules/.vite/deps/react.js',
    'project/node_modules/.prisma/client/index.js',
    'project/node_modules/.cache/jiti/x.mjs',
    'project/node_modules/.vitest/x.js',
    'project/node_modules/.tmp/a.js',
    'project/packages/web/node_modules/.vite/deps/react.js',
    '../../tmp/tsx-1000/1-abc',
    '../../tmp/node-jiti/x.js',
    '../../tmp/ts-node-1000/a.js',
  ])('of code that is compiled, generated or bundled: %s', (path) => {
    expect(told([path]).findings).toEqual([[RULE, 'a', 1]]);
  });

  it.each([
    ['a cache named after its package', 'project/node_modules/.cache/a/x.js'],
    ["a cache in the package's own modules", 'project/node_modules/a/node_modules/.cache/jiti/x.js'],
    ["Node's own cache of compiled code", '../../tmp/node-compile-cache/v24/x'],
    ['the cache of compiled code that libraries keep', '../../tmp/v8-compile-cache-1000/a/b.BLOB'],
    ['another file of a temporary folder', '../../tmp/x/y.js'],
    ["a manager's record", 'project/node_modules/.modules.yaml'],
  ])('not %s', (_title, path) => expect(told([path]).findings.filter(([rule]) => rule === RULE)).toEqual([]));

  it('is one finding for each store', () => {
    const paths = ['.cache/puppeteer/a', '.cache/puppeteer/b', '.cache/electron/c'];
    expect(told(paths).findings).toEqual([[RULE, 'a', 3]]);
  });

  it.each<[what: string, paths: string[], command: string]>([
    ["npm in npm's cache", ['.npm/_cacache/tmp/1', '.npm/_logs/x.log', '.npm/_npx/a/package.json'], NPM],
    ['node-gyp in its headers', ['.cache/node-gyp/24.0.0/include/node/node.h'], NODE_GYP],
    ['npm with a folder above', ['.npm/_cacache/x'], `${NPM} ../b`],
    ['yarn 1 in its cache', ['.cache/yarn/v6/x'], 'node /usr/local/bin/yarn install'],
    [
      'a package in a folder that is nobody else’s',
      ['.cache/a/x', '.npm/node-sass/x', '.cache/puppeteers'],
      'node x.js',
    ],
  ])('%s is expected', (_what, paths, command) => {
    expect(told(paths, command)).toEqual(NOTHING);
  });

  it('a package in the folder where it keeps what it downloads is observed', () => {
    const { findings, observations } = told(['.cache/puppeteer/chrome'], 'node x.js', 'puppeteer');
    expect([findings, observations]).toEqual([[], [[RULE, 'puppeteer', 1]]]);
    expect(told(['.cache/electron/x'], 'node x.js', 'puppeteer').findings).toHaveLength(1);
  });

  it.each<[what: string, path: string, command: string, env: Record<string, string>]>([
    ['npm in the folder of another tool', '.cache/puppeteer/x.tgz', NPM, {}],
    ['node-gyp in npm’s', '.npm/_npx/x', NODE_GYP, {}],
    ['npm with foreign code loaded', '.npm/_npx/x', NPM, { 'proc.env[NODE_OPTIONS]': '--require=./x.js' }],
    ['what calls itself npm', '.npm/_npx/x', 'node ./usr/local/bin/npm', {}],
    [
      "a path out of npm's folder",
      '.npm/_npx/x',
      'node /usr/local/lib/node_modules/npm/bin/../../../../../../tmp/e.js',
      {},
    ],
    [
      "a path out of node-gyp's folder",
      '.cache/node-gyp/24.0.0/include/node/node.h',
      NODE_GYP.replace('bin/', '../../../../../../../../home/ci/'),
      {},
    ],
    [
      'pnpm 10 that is told of a hook',
      '.cache/pnpm/x',
      'node /usr/local/lib/node_modules/pnpm-10/bin/pnpm.cjs i --pnpmfile=x',
      {},
    ],
    [
      'pnpm 10 that a variable tells of a hook',
      '.cache/pnpm/x',
      'node /usr/local/lib/node_modules/pnpm-10/bin/pnpm.cjs i',
      { 'proc.env[npm_config_pnpmfile]': '/home/ci/project/node_modules/a/x' },
    ],
    [
      'two words that are one',
      '.npm/_npx/x',
      'node /usr/local/bin/npm /../../../../tmp/e.js',
      { 'proc.cmdnargs': '1' },
    ],
  ])('%s is not', (_what, path, command, env) => {
    expect(told([path], command, 'a', env).findings).toHaveLength(1);
  });
});
