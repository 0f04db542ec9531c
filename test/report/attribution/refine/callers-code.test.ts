import { describe, expect, it } from 'vitest';
import { PACKAGE_CODE_RULE, PackageCodeReads } from '../../../../src/report/attribution/files/package-code-reads.js';
import { buildReport } from '../../../../src/report/build.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../../evidence.js';

const KEY = '/home/ci/.ssh/id_rsa';
const module = (path: string): string => `${PROJECT}/node_modules/${path}`;
const packages = [
  pkg('.', ['caller']),
  pkg('node_modules/caller', ['tool'], ['postinstall']),
  pkg('node_modules/caller/node_modules/inner'),
  pkg('node_modules/tool'),
];
/** A step of `caller`, or of the project, that runs the tool as pid 21, which starts pid 22. */
const stepOf = (name: string, folder: string): readonly Start[] => [
  ...scriptsOf(name),
  [2, 20, 10, folder, 'sh -c tool -c evil.config.js'],
  [3, 21, 20, folder, `node ${module('tool/cli.js')} -c evil.config.js`],
  [4, 22, 21, folder, 'cat key'],
];
const IN_CALLER = stepOf('caller', module('caller'));
const ALONE: readonly Start[] = [
  [10, 70, 9, PROJECT, 'confine step=load node /opt/ci/import-all.mjs'],
  [10, 70, 9, PROJECT, 'node /opt/ci/import-all.mjs'],
  [11, 71, 70, PROJECT, `node ${module('tool/cli.js')} --help`],
];

type Read = readonly [second: number, pid: number, file: string];

function blamed(reads: readonly Read[], { tree = IN_CALLER, pid = 21, also = [] as readonly number[] } = {}) {
  const codeReads = new PackageCodeReads();
  for (const [second, reader, file] of reads) {
    codeReads.add(alertAt(second, PACKAGE_CODE_RULE, { 'proc.pid': String(reader), 'fd.name': module(file) }, 'DEBUG'));
  }
  const readsKey = (second: number, reader: number) =>
    folded(alertAt(second, 'Read of an SSH key', { 'proc.pid': String(reader), 'fd.name': KEY }));
  const alerts = [readsKey(8, pid), ...also.map((other) => readsKey(12, other))];
  const { findings } = buildReport(evidence({ packages, tree: treeOf(tree), codeReads, alerts }));
  const found = findings.find(({ phase, processes }) => phase === 'install' && processes[0]?.pid === pid);
  return [found?.package?.name, found?.ranBy?.name, found?.orBy?.map(({ name }) => name)];
}

const BY_CALLER = ['caller', undefined, ['tool']];
const BY_TOOL = ['tool', 'caller', undefined];

describe('what a tool does in the script of a package', () => {
  it.each(['evil.config.js', 'evil.config.mts', 'lib/x.cjs', 'Makefile', 'binding.gyp', 'a.node', 'evilrc'])(
    'may be the doing of code of its caller that it had read: %s',
    (file) => {
      expect(blamed([[5, 21, `caller/${file}`]])).toEqual(BY_CALLER);
      expect(blamed([[5, 21, `caller/${file}`]], { pid: 22 })).toEqual(BY_CALLER);
    },
  );

  it.each<[what: string, reads: readonly Read[]]>([
    ['nothing of its caller was read', []],
    ['only its manifest was', [[5, 21, 'caller/package.json']]],
    [
      'only data was',
      [
        [5, 21, 'caller/README.md'],
        [5, 21, 'caller/types.d.ts'],
        [5, 21, 'caller/LICENSE'],
      ],
    ],
    ["another package's code was", [[5, 21, 'caller/node_modules/inner/index.js']]],
    ['it was read afterwards', [[9, 21, 'caller/evil.config.js']]],
    ['another process read it', [[5, 29, 'caller/evil.config.js']]],
  ])('is its own where %s', (_what, reads) => {
    expect(blamed(reads).slice(0, 2)).toEqual(BY_TOOL.slice(0, 2));
  });

  it('is its own if it does the same when it is only asked for help', () => {
    const tree = [...IN_CALLER, ...ALONE];
    expect(blamed([[5, 21, 'caller/evil.config.js']], { tree, also: [71] })).toEqual(BY_TOOL);
  });

  it("is its own in the project's scripts, because the project's settings belong to no package", () => {
    const [by] = blamed([[5, 21, 'caller/evil.config.js']], { tree: stepOf('project', PROJECT) });
    expect(by).toBe('tool');
  });
});
