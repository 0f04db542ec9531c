import { describe, expect, it } from 'vitest';
import type { InstalledPackage } from '../../src/ecosystems/installed-package.js';
import { PROJECT } from '../../src/ecosystems/places.js';
import { importPlan } from '../../src/sandbox/packages/import-plan.js';
import { readImportResults } from '../../src/sandbox/packages/import-results.js';
import { installedPackage as pkg } from '../ecosystems/installed-package.js';

describe('the import phase loads', () => {
  const plan = (...packages: InstalledPackage[]) =>
    importPlan(packages, PROJECT).map(({ name, direct }) => [name, direct]);

  it.each<[string, InstalledPackage[], [string, boolean][]]>([
    ['nothing of a project without dependencies', [pkg('.')], []],
    [
      'each direct dependency',
      [pkg('.', { dependencies: ['a', '@s/b'] }), pkg('node_modules/a'), pkg('node_modules/@s/b')],
      [
        ['a', true],
        ['@s/b', true],
      ],
    ],
    [
      'no others',
      [pkg('.', { dependencies: ['a'] }), pkg('node_modules/a', { dependencies: ['c'] }), pkg('node_modules/c')],
      [['a', true]],
    ],
    ['none that is not there', [pkg('.', { dependencies: ['optional'] })], []],
    [
      'whoever has an install script',
      [
        pkg('.', { dependencies: ['a'] }),
        pkg('node_modules/a'),
        pkg('node_modules/a/node_modules/c', { scripts: ['install'] }),
      ],
      [
        ['a', true],
        ['c', false],
      ],
    ],
    [
      'an alias by the name that the project uses',
      [pkg('.', { dependencies: ['alias'] }), pkg('node_modules/alias', { name: 'real' })],
      [['alias', true]],
    ],
    [
      "a linked package's and a workspace's dependencies",
      [pkg('.'), pkg('ws/w', { dependencies: ['c'], scripts: ['prepare'] }), pkg('node_modules/c')],
      [['c', true]],
    ],
    [
      "pnpm's links, once",
      [
        pkg('.', { dependencies: ['a'] }),
        pkg('node_modules/a', { realPath: `${PROJECT}/node_modules/.pnpm/a@1/node_modules/a`, scripts: ['install'] }),
      ],
      [['a', true]],
    ],
  ])('%s', (_case, packages, expected) => {
    expect(plan(...packages)).toEqual(expected);
  });

  it('asks at most four tools of a direct dependency for help', () => {
    const bins = ['/x/1', '/x/2', '/x/3', '/x/4', '/x/5'];
    const [a, b] = importPlan(
      [
        pkg('.', { dependencies: ['a'] }),
        pkg('node_modules/a', { bins }),
        pkg('node_modules/b', { bins, scripts: ['install'] }),
      ],
      PROJECT,
    );
    expect(a?.bins).toEqual(bins.slice(0, 4));
    expect(b?.bins).toEqual([]);
  });
});

describe("the loader's lines", () => {
  const packages = [pkg('.', { dependencies: ['a', 'b'] }), pkg('node_modules/a'), pkg('node_modules/b')];
  const plan = importPlan(packages, PROJECT);
  const line = (name: string, error: string | null = null, more: object = {}): string =>
    `${JSON.stringify({ folder: `${PROJECT}/node_modules/${name}`, ms: 12.3, error, killed: null, entries: 1, failed: [], ...more })}\n`;
  const read = (text: string) => readImportResults(text, plan, packages);

  it('become one result per package', () => {
    const tool = JSON.stringify({
      folder: `${PROJECT}/node_modules/a`,
      bin: `${PROJECT}/node_modules/a/cli.js`,
      error: 'stopped',
    });
    expect(read(`${line('a', null, { failed: ['./sub'] })}${line('b', 'no entry')}${tool}\n`)).toEqual({
      problem: null,
      withoutResult: [],
      worked: new Set(['/home/ci/project/node_modules/a']),
      loaded: [
        { name: 'a', version: '1.0.0', ok: true, ms: 12, failed: ['./sub', 'cli.js --help: stopped'] },
        { name: 'b', version: '1.0.0', ok: false, ms: 12, error: 'no entry' },
      ],
    });
  });

  it('name who has none: there was no time for them', () => {
    expect(read(line('a')).withoutResult).toEqual(['b@1.0.0']);
  });

  it.each(['SIGSEGV', 'SIGABRT', 'SIGILL'])(
    'a load that ended by a fault of its own (%s) is no problem of the run',
    (killed) => {
      expect(read(line('a') + line('b', `killed by ${killed}`, { killed })).problem).toBeNull();
    },
  );

  it.each([
    ['none', '', /2 of 2 packages have no result/],
    ['one too few', line('a'), /1 of 2 packages have no result/],
    ['a second result for a package', line('a', 'x') + line('a') + line('b'), /two results came for a/],
    ['a package that was not asked for', line('a') + line('b') + line('c'), /not requested/],
    ['no JSON', `${line('a')}${line('b')}hello\n`, /not requested/],
    ['a field of another type', line('a') + line('b', null, { ms: 'fast' }), /not requested/],
    ['an error of megabytes', line('a') + line('b', 'x'.repeat(1e6)), /not requested/],
    ['a line that was cut', line('a') + line('b').slice(0, -20), /not requested/],
    ['a load that somebody ended', line('a') + line('b', 'x', { killed: 'SIGKILL' }), /b was stopped by SIGKILL/],
  ])('that were tampered with are a problem of the run: %s', (_case, text, problem) => {
    expect(read(text).problem).toMatch(problem);
  });
});
