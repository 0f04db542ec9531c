import { describe, expect, it } from 'vitest';
import type { RegistryAsk } from '../../../../src/egress/registry/asks.js';
import { PackageCodeReads } from '../../../../src/report/attribution/files/package-code-reads.js';
import { buildReport } from '../../../../src/report/build.js';
import { Contacts } from '../../../../src/report/evidence/egress/contacts.js';
import { REGISTRY_ASK_RULE } from '../../../../src/report/evidence/registry/registry-asks.js';
import type { Report } from '../../../../src/report/report.js';
import {
  alertAt,
  EPOCH,
  evidence,
  FETCH,
  IMPORT,
  PROJECT,
  pkg,
  type Start,
  scriptsOf,
  treeOf,
} from '../../evidence.js';

const packages = [
  pkg('.', ['a']),
  { ...pkg('node_modules/a', ['declared'], ['postinstall']), mayBeAbsent: ['declared'] },
  pkg('node_modules/b'),
];
const PORT = 40_000;
/** A program that runs as pid 20, below a step. */
const below = (step: readonly Start[]): readonly Start[] => [
  ...step,
  [2, 20, 10, step[0]?.[3] ?? PROJECT, 'node setup.js'],
];

function ask(changes: Partial<RegistryAsk> = {}, second = 3): RegistryAsk {
  const asked = [{ clientPort: PORT, at: (EPOCH + second) * 1000 }];
  return { host: 'r.example', port: 443, name: 'other', kind: 'document', status: 200, count: 1, asked, ...changes };
}

function reportOf(
  asks: readonly RegistryAsk[],
  step: readonly Start[] = scriptsOf('a'),
  { codeReads = new PackageCodeReads(), starts = [] as readonly Start[] } = {},
): Report {
  const contacts = new Contacts();
  const fields = { 'proc.pid': '20', 'fd.name': `172.18.0.2:${PORT}->172.18.0.1:3128` };
  contacts.add(alertAt(3, 'Packwarden proxy connection', fields, 'DEBUG'));
  return buildReport(evidence({ packages, asks, contacts, codeReads, tree: treeOf([...below(step), ...starts]) }));
}

const found = (report: Report) =>
  [...report.findings, ...report.observations]
    .filter(({ rule }) => rule === REGISTRY_ASK_RULE)
    .map(({ priority, package: by }) => [priority, by?.name]);

describe('a registry that is asked, after the fetch, for', () => {
  it.each<[what: string, asks: readonly RegistryAsk[], step: readonly Start[], expected: unknown]>([
    ['nothing but what the project has', [ask({ name: 'b' })], scriptsOf('a'), []],
    ['what the package declares as optional', [ask({ name: 'declared' })], scriptsOf('a'), []],
    ['a version that it has', [ask({ name: 'b', version: '1.0.0' })], scriptsOf('a'), []],
    ['a version that there is', [ask({ name: 'b', version: '2.0.0-beta.1' })], scriptsOf('a'), []],
    [
      'the latest version, which there is not',
      [ask({ name: 'b', version: 'latest', status: 404 })],
      scriptsOf('a'),
      [],
    ],
    [
      'a version that there is not',
      [ask({ name: 'b', version: '1.0.0-x', status: 404 })],
      scriptsOf('a'),
      [['WARNING', 'a']],
    ],
    [
      'a version that looks like data',
      [ask({ name: 'b', version: '1.0.0-6e706d5f586b32396651704c37' })],
      scriptsOf('a'),
      [['WARNING', 'a']],
    ],
    [
      'a version that there is not, of what the package declares',
      [ask({ name: 'declared', version: '1.0.0-x', status: 404 })],
      scriptsOf('a'),
      [['WARNING', 'a']],
    ],
    ['such a version, while it is fetched', [ask({ name: 'b', version: '1.0.0-x', status: 404 })], FETCH, []],
    ["another package, by a package's script", [ask()], scriptsOf('a'), [['WARNING', 'a']]],
    [
      'another package that is then fetched, without a manager',
      [ask(), ask({ kind: 'package' })],
      scriptsOf('a'),
      [['WARNING', 'a']],
    ],
    ["another package, by the project's own script", [ask()], scriptsOf('project'), [['NOTICE', 'app']]],
    ['what there is not', [ask({ status: 404 })], scriptsOf('project'), [['WARNING', 'app']]],
    [
      'a name that carries data',
      [ask({ name: 'x-6e706d5f586b32396651704c37' })],
      scriptsOf('project'),
      [['WARNING', 'app']],
    ],
    [
      'many packages',
      Array.from({ length: 12 }, (_, i) => ask({ name: `word${'abcdefghijkl'[i]}` })),
      scriptsOf('project'),
      [['WARNING', 'app']],
    ],
    [
      'many packages whose archives a script itself then fetches',
      [
        ...Array.from({ length: 12 }, (_, i) => `word${'abcdefghijkl'[i]}`).flatMap((name) => [
          ask({ name }),
          ask({ name, kind: 'package' }),
        ]),
        ask({ name: 'word-win' }),
      ],
      scriptsOf('a'),
      [['WARNING', 'a']],
    ],
    ['more than is told apart', [ask({ name: '(others)' })], scriptsOf('project'), [['WARNING', 'app']]],
    ['another package, while it is fetched', [ask({ status: 404 })], FETCH, []],
  ])('%s', (_what, asks, step, expected) => {
    expect(found(reportOf(asks, step))).toEqual(expected);
  });

  const NPM = 'node /usr/local/bin/npm install other';
  const NPX_FOLDER = '/home/ci/.npm/_npx/1f2e/node_modules/other';
  it.each([
    [
      'loaded by the script from the own folder',
      'node b.js',
      `${PROJECT}/node_modules/a/node_modules/other`,
      'WARNING',
    ],
    ['run by npx', 'node tool.js', NPX_FOLDER, 'WARNING'],
    ['loaded from a temporary folder', 'node b.js', '/tmp/x/node_modules/other', 'WARNING'],
    ['only looked at by the manager', NPM, `${PROJECT}/node_modules/a/node_modules/other`, 'NOTICE'],
    ['only put into its cache by the manager', NPM, NPX_FOLDER, 'NOTICE'],
    ['lies elsewhere', 'node b.js', `${PROJECT}/node_modules/b/node_modules/other`, 'NOTICE'],
    ['another one', 'node b.js', `${PROJECT}/node_modules/a/node_modules/another`, 'NOTICE'],
  ])('another package that a manager then fetches and that is %s', (_title, cmdline, folder, priority) => {
    const codeReads = new PackageCodeReads();
    const fields = { 'proc.pid': '21', 'fd.name': `${folder}/package.json` };
    codeReads.add(alertAt(4, 'Packwarden package code read', fields, 'DEBUG'));
    const starts: readonly Start[] = [
      [2.5, 20, 10, PROJECT, NPM],
      [3, 21, 10, PROJECT, cmdline],
    ];
    const asks = [ask(), ask({ kind: 'package' }), ask({ name: 'other-win' })];
    expect(found(reportOf(asks, scriptsOf('a'), { codeReads, starts }))).toEqual([[priority, 'a']]);
  });

  it.each([
    ['whether there is a newer npm', 'npm config get cache', [ask({ name: 'npm' })], []],
    [
      'an npm that it then fetches',
      'npm install npm',
      [ask({ name: 'npm' }), ask({ name: 'npm', kind: 'package' })],
      [['NOTICE', 'a']],
    ],
    ['about another manager', 'npm config get cache', [ask({ name: 'pnpm' })], [['WARNING', 'a']]],
    ['an npm that there is not', 'npm config get cache', [ask({ name: 'npm', status: 404 })], [['WARNING', 'a']]],
  ] as const)('the image’s npm asks %s', (_title, cmdline, asks, expected) => {
    const starts: readonly Start[] = [[2.5, 20, 10, PROJECT, `node /usr/local/bin/${cmdline}`]];
    expect(found(reportOf(asks, scriptsOf('a'), { starts }))).toEqual(expected);
  });

  it('another package whose archive a script makes npm put into a folder', () => {
    const starts: readonly Start[] = [[2.5, 20, 10, PROJECT, 'node /usr/local/bin/npm pack other']];
    const asks = [ask(), ask({ kind: 'package' })];
    expect(found(reportOf(asks, scriptsOf('a'), { starts }))).toEqual([['WARNING', 'a']]);
  });

  it('requests without a known sender are assessed by their time', () => {
    const unknown = (second: number) => {
      const asked = [{ clientPort: 1, at: (EPOCH + second) * 1000 }];
      return found(buildReport(evidence({ packages, asks: [ask({ status: 404, asked })] })));
    };
    expect(unknown(-3)).toEqual([]);
    expect(unknown(5)).toEqual([['WARNING', undefined]]);
  });

  it('another package is no way out for credentials that were read', () => {
    const contacts = new Contacts();
    const fields = { 'proc.pid': '20', 'fd.name': `172.18.0.2:${PORT}->172.18.0.1:3128` };
    contacts.add(alertAt(3, 'Packwarden proxy connection', fields, 'DEBUG'));
    const read = {
      ...alertAt(2.5, 'Read of package registry credentials', { 'proc.pid': '20' }),
      tags: ['credentials'],
    };
    const ns = BigInt(EPOCH) * 1_000_000_000n;
    const alerts = [{ alert: read, count: 1, first: ns, last: ns }];
    const tree = treeOf(below(IMPORT));
    const report = buildReport(evidence({ packages, asks: [ask()], contacts, tree, alerts }));
    const rules = [...report.findings, ...report.observations].map(({ rule }) => rule);
    expect(rules).not.toContain('Credentials read, then sent');
  });
});
