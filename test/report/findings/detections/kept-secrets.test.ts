import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../src/report/build.js';
import {
  type FoundSecrets,
  KEPT_SECRET_RULE,
  type KeptSecret,
  NO_SECRETS,
  PRINTED_SECRET_RULE,
  type PrintedSecret,
  UNREADABLE_RULE,
} from '../../../../src/report/evidence/found-secrets.js';
import { ProjectWrites, WRITE_RULE } from '../../../../src/report/evidence/project-writes.js';
import { alertAt, EPOCH, evidence, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../../evidence.js';

const packages = [
  pkg('.', ['evil', 'honest']),
  pkg('node_modules/evil', [], ['postinstall']),
  pkg('node_modules/honest', [], ['postinstall']),
];
const folderOf = (name: string): string => `${PROJECT}/node_modules/${name}`;
const OUTPUT = `${PROJECT}/dist/app.js`;
const ms = (second: number): number => (EPOCH + second) * 1000;

const kept = (more: Partial<KeptSecret> = {}): KeptSecret => ({
  path: OUTPUT,
  secret: 'CI variable NPM_TOKEN',
  encoding: 'plain',
  by: null,
  since: 0,
  at: ms(9),
  ...more,
});

/** The steps of two packages and of the project, each with one script. */
const STARTS: readonly Start[] = [
  ...scriptsOf('evil', 10),
  [1.1, 11, 10, folderOf('evil'), 'node setup.js'],
  ...scriptsOf('honest', 20),
  [1.2, 21, 20, folderOf('honest'), 'node setup.js'],
  ...scriptsOf('project', 30),
  [1.3, 31, 30, PROJECT, 'node build.js'],
];

/** `[second, pid, path]` of each write. */
function told(secrets: Partial<FoundSecrets>, writes: readonly (readonly [number, number, string])[] = []) {
  const written = new ProjectWrites();
  for (const [second, pid, path] of writes) {
    written.add(alertAt(second, WRITE_RULE, { 'evt.type': 'openat', 'fd.name': path, 'proc.pid': String(pid) }));
  }
  const { findings, observations } = buildReport(
    evidence({
      packages,
      writes: written,
      tree: treeOf(STARTS),
      secrets: { ...NO_SECRETS, ...secrets },
      decoys: [{ name: 'npm token', path: '/home/ci/.npmrc' }],
    }),
  );
  return [...findings, ...observations]
    .filter(({ rule }) => [KEPT_SECRET_RULE, PRINTED_SECRET_RULE, UNREADABLE_RULE].includes(rule))
    .map(({ package: by, priority, decoy }) => `${priority} ${by?.name ?? 'nobody'}: ${decoy}`);
}

describe('a credential in a file', () => {
  it.each<[string, KeptSecret, readonly (readonly [number, number, string])[], readonly string[]]>([
    ['written by a package', kept(), [[2, 11, OUTPUT]], ['WARNING evil: CI variable NPM_TOKEN']],
    ['hidden', kept({ encoding: 'hex in reverse' }), [[2, 11, OUTPUT]], ['CRITICAL evil: CI variable NPM_TOKEN']],
    ['compressed', kept({ encoding: 'plain in gzip' }), [[2, 11, OUTPUT]], ['WARNING evil: CI variable NPM_TOKEN']],
    ['written by the project itself', kept(), [[2, 31, OUTPUT]], []],
    [
      'where a package had written before',
      kept({ since: ms(4) }),
      [
        [2, 11, OUTPUT],
        [5, 21, OUTPUT],
      ],
      ['WARNING honest: CI variable NPM_TOKEN'],
    ],
    [
      'where another one wrote later',
      kept({ at: ms(4) }),
      [
        [2, 11, OUTPUT],
        [5, 21, OUTPUT],
      ],
      ['WARNING evil: CI variable NPM_TOKEN'],
    ],
    [
      'where two packages wrote meanwhile',
      kept(),
      [
        [2, 11, OUTPUT],
        [3, 21, OUTPUT],
      ],
      ['WARNING nobody: CI variable NPM_TOKEN'],
    ],
    [
      'without a known write, in the step of one package',
      kept({ by: folderOf('evil') }),
      [],
      ['WARNING evil: CI variable NPM_TOKEN'],
    ],
    ['without a known write, in a step of the project', kept({ by: PROJECT }), [], []],
    ['without a known write', kept(), [], ['WARNING nobody: CI variable NPM_TOKEN']],
    ['that is its own', kept({ path: '/home/ci/.npmrc', secret: 'npm token' }), [[2, 11, '/home/ci/.npmrc']], []],
  ])('%s', (_case, one, writes, expected) => {
    expect(told({ kept: [one] }, writes)).toEqual(expected);
  });
});

it('a file that its owner may not read is told, since nobody knows what is in it', () => {
  const unreadable = [{ path: OUTPUT, by: null, since: 0, at: ms(9) }];
  expect(told({ unreadable }, [[2, 11, OUTPUT]])).toEqual(['WARNING evil: null']);
  expect(told({ unreadable }, [[2, 31, OUTPUT]])).toEqual([]);
});

describe('a credential that was printed', () => {
  const printed = (more: Partial<PrintedSecret>): PrintedSecret => ({
    step: 'scripts:evil',
    secret: 'CI variable NPM_TOKEN',
    encoding: 'plain',
    at: ms(5),
    ...more,
  });
  it.each<[string, PrintedSecret, readonly string[]]>([
    ['by a script', printed({}), ['WARNING evil: CI variable NPM_TOKEN']],
    [
      'by a script, encoded past what masks it',
      printed({ encoding: 'base64 in base64' }),
      ['CRITICAL evil: CI variable NPM_TOKEN'],
    ],
    ['by a script of the project', printed({ step: 'scripts:project' }), []],
    ['while packages are loaded', printed({ step: 'load' }), ['NOTICE nobody: CI variable NPM_TOKEN']],
    [
      'while packages are loaded, encoded',
      printed({ step: 'load', encoding: 'base64' }),
      ['WARNING nobody: CI variable NPM_TOKEN'],
    ],
    ['by the fetch', printed({ step: 'fetch' }), []],
  ])('%s', (_case, one, expected) => {
    expect(told({ printed: [one] })).toEqual(expected);
  });
});
