import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../src/falco/alert.js';
import { PACKAGE_CODE_RULE, PackageCodeReads } from '../../../../src/report/attribution/files/package-code-reads.js';
import { buildReport } from '../../../../src/report/build.js';
import type { Finding } from '../../../../src/report/finding.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../../evidence.js';

const KEY = '/home/ci/.ssh/id_rsa';
const module = (path: string): string => `${PROJECT}/node_modules/${path}`;
const packages = [
  pkg('.', ['host', 'other']),
  pkg('node_modules/host', ['thief'], ['postinstall']),
  pkg('node_modules/host/node_modules/inner'),
  pkg('node_modules/thief', [], ['postinstall']),
  pkg('node_modules/other', [], ['postinstall']),
];
const TREE: readonly Start[] = [
  ...scriptsOf('host'),
  [2, 20, 10, module('host'), 'sh -c node install.js'],
  [3, 21, 20, module('host'), 'node install.js'],
  [4, 22, 20, module('host'), 'cat x.sh'],
  ...scriptsOf('other', 60),
  [6, 61, 60, module('other'), 'node install.js'],
];

const opens = (second: number, pid: number, file: string): Alert =>
  alertAt(second, PACKAGE_CODE_RULE, { 'proc.pid': String(pid), 'fd.name': module(file) });
const reads = (second: number, pid: number): Alert =>
  alertAt(second, 'Read of an SSH key', { 'proc.pid': String(pid), 'fd.name': KEY });

function reportOf(opened: readonly Alert[], alerts: readonly Alert[], tree: readonly Start[] = TREE) {
  const codeReads = new PackageCodeReads();
  for (const one of opened) codeReads.add(one);
  return buildReport(evidence({ packages, tree: treeOf(tree), codeReads, alerts: alerts.map(folded) }));
}

describe("which package's code may have acted in another package's scripts", () => {
  it.each<[title: string, opened: readonly Alert[], orBy: readonly string[] | undefined]>([
    ['a package whose module the script required', [opens(3.5, 21, 'thief/package.json')], ['thief']],
    ['a package whose file another process of the step read', [opens(4, 22, 'thief/x.sh')], ['thief']],
    ["a package in the script's own folder", [opens(3.5, 21, 'host/node_modules/inner/index.js')], ['inner']],
    ['not the package itself', [opens(3.5, 21, 'host/install.js')], undefined],
    ['nobody whose code was read afterwards', [opens(8, 21, 'thief/index.js')], undefined],
    ["nobody whose code was read in another package's step", [opens(4, 61, 'thief/index.js')], undefined],
    [
      'each of them once',
      [opens(3.5, 21, 'thief/a.js'), opens(3.6, 21, 'thief/b.js'), opens(3.7, 22, 'thief/a.js')],
      ['thief'],
    ],
  ])('%s', (_title, opened, orBy) => {
    const { findings } = reportOf(opened, [reads(5, 21)]);
    expect(findings.map((one) => [one.package?.name, one.orBy?.map(({ name }) => name)])).toEqual([['host', orBy]]);
  });

  it.each<[title: string, alone: string, file: string, lowered: boolean]>([
    ['does the same when it is loaded alone', 'thief', KEY, true],
    ['does something else when it is loaded alone', 'thief', '/home/ci/.ssh/config', false],
    ['was not there, and does the same when it is loaded alone', 'other', KEY, false],
  ])('is told of only where whoever was there %s', (_title, alone, file, lowered) => {
    const steps: readonly Start[] = [
      ...TREE,
      [10, 70, 9, PROJECT, 'confine step=load node /opt/ci/import-all.mjs'],
      [10, 70, 9, PROJECT, 'node /opt/ci/import-all.mjs'],
      [11, 71, 70, PROJECT, `node /opt/ci/node/load.cjs ${module(alone)} ${PROJECT} 3000`],
    ];
    const loaded = alertAt(12, 'Read of an SSH key', { 'proc.pid': '71', 'fd.name': file });
    const { findings, observations } = reportOf([opens(3.5, 21, 'thief/a.js')], [reads(5, 21), loaded], steps);
    const byHost = [...findings, ...observations].find((one) => one.package?.name === 'host');
    expect(observations.includes(byHost as Finding)).toBe(lowered);
    expect(findings.map((one) => one.package?.name)).toContain(alone);
  });

  it('recommends none of them', () => {
    const { packages: rows } = reportOf([opens(3.5, 21, 'other/package.json')], [reads(5, 21)]);
    expect(rows.map(({ name, notRecommended }) => [name, notRecommended])).toContainEqual([
      'other',
      'host@1.0.0 did something, or it did: Read of an SSH key',
    ]);
  });
});
