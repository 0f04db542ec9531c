import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import { Contacts } from '../../../src/report/evidence/egress/contacts.js';
import { ProjectWrites, WRITE_RULE } from '../../../src/report/evidence/project-writes.js';
import type { Evidence } from '../../../src/report/job-evidence.js';
import { reportSchema } from '../../../src/report/report.js';
import { renderText } from '../../../src/report/text/text.js';
import { alertAt, evidence, folded, IMPORT, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../evidence.js';

const folder = (path: string): string => `${PROJECT}/node_modules/${path}`;
const NAMES = ['a', 'b', 'c', 'plain'];
// `a` needs `c` through a package without scripts; `b` stands alone.
const packages = [
  pkg('.', ['a', 'b']),
  pkg('node_modules/a', ['plain'], ['postinstall']),
  pkg('node_modules/b', [], ['install']),
  pkg('node_modules/c', [], ['postinstall']),
  pkg('node_modules/plain', ['c']),
];
const SCRIPTS = NAMES.flatMap((name, at) => scriptsOf(name, 10 + at));
const RAN: readonly Start[] = NAMES.map((name, at) => [2 + at, 20 + at, 10 + at, folder(name), 'sh -c node setup.js']);
const EPOCH_MS = 1_795_226_320_000;
const phaseStarts = [
  { name: 'fetch', at: EPOCH_MS - 9_000 },
  { name: 'check', at: EPOCH_MS - 5_000 },
  { name: 'install', at: EPOCH_MS },
  { name: 'import', at: EPOCH_MS + 10_000 },
  { name: 'drain', at: EPOCH_MS + 18_000 },
] as const;

function reportOf(loads: Record<string, boolean> | null, changes: Partial<Evidence> = {}) {
  const check = loads && {
    loads: new Map(Object.entries(loads).map(([name, worked]) => [folder(name), worked])),
    problem: null,
  };
  const report = buildReport(
    evidence({ packages, phaseStarts, tree: treeOf([...SCRIPTS, ...RAN]), scriptCheck: check, ...changes }),
  );
  expect(reportSchema.parse(report)).toEqual(report);
  return report;
}
const needs = (report: ReturnType<typeof reportOf>) => report.packages.map(({ needed }) => needed);

describe('whether a package needs its scripts', () => {
  it.each<[string, Record<string, boolean> | null, (boolean | null)[]]>([
    ['nobody asked', null, [null, null, null]],
    ['all load without', { a: true, b: true, c: true }, [false, false, false]],
    ['one does not', { a: true, b: false, c: true }, [false, true, false]],
    ['one does not, nor does one that it depends on', { a: false, b: true, c: false }, [null, false, true]],
    ['one does not, and of one that it depends on nothing is known', { a: false, b: true }, [null, false, null]],
    ['one does not, though all that it depends on do', { a: false, b: true, c: true }, [true, false, false]],
    ['one loads, though what it depends on does not', { a: true, b: true, c: false }, [false, false, true]],
  ])('%s', (_title, loads, expected) => {
    expect(needs(reportOf(loads))).toEqual(expected);
  });
});

describe('what is recommended then', () => {
  const written = (second: number) => {
    const writes = new ProjectWrites();
    writes.add(alertAt(second, WRITE_RULE, { 'proc.pid': '21', 'fd.name': folder('b/build/x.node') }, 'DEBUG'));
    return writes;
  };
  const LOADS = { a: false, b: true, c: true };

  it.each<[string, Partial<Evidence>, string[]]>([
    ['that left nothing', {}, ['b@1.0.0', 'c@1.0.0']],
    ['that wrote a file of the project', { writes: written(3) }, ['c@1.0.0']],
    ['of which the file was written before any script ran', { writes: written(-1) }, ['b@1.0.0', 'c@1.0.0']],
    ['of a run that can not be vouched for', { incomplete: [{ code: 'events-dropped', message: '' }] }, []],
    ['while a finding has no package', { alerts: [folded(alertAt(3, 'X', { 'proc.pid': '999' }))] }, []],
  ])('a script that is not needed, %s', (_title, changes, unneeded) => {
    const { allowScripts, verdict } = reportOf(LOADS, changes);
    expect(allowScripts.unneeded).toEqual(unneeded);
    const rest = ['a', 'b', 'c'].map((name) => `${name}@1.0.0`).filter((spec) => !unneeded.includes(spec));
    expect(allowScripts.recommended).toEqual(verdict === 'clean' ? rest : []);
  });

  it.each(['Packwarden proxy connection', 'Packwarden name lookup'])(
    'a script that asked for a host is not called so: %s',
    (rule) => {
      const contacts = new Contacts();
      contacts.add(alertAt(3, rule, { 'proc.pid': '21', 'fd.name': '172.18.0.2:40000->172.18.0.1:3128' }));
      expect(reportOf(LOADS, { contacts }).allowScripts.unneeded).toEqual(['c@1.0.0']);
    },
  );

  it('is shown in the text, next to the other groups', () => {
    const text = renderText(reportOf({ a: true, b: false, c: true }, { writes: written(3) }), {
      colour: false,
      width: 80,
    });
    expect(text).toContain('of these, needed for loading: b@1.0.0');
    expect(text).toContain('not needed (loads without; the script left nothing): a@1.0.0, c@1.0.0');
    const problem = { loads: new Map(), problem: 'the disk was full' };
    expect(renderText(reportOf(null, { scriptCheck: problem }), { colour: false, width: 80 })).toContain(
      'which scripts are needed is not known: the disk was full',
    );
  });
});

describe('a script that ran', () => {
  const declared = [pkg('.', ['a']), pkg('node_modules/a', [], ['postinstall'])];

  it.each<[string, Start]>([
    ['a tool that was asked for help', [11, 20, 10, PROJECT, `node ${folder('a/cli.js')} --help`]],
    ['its import', [11, 20, 10, PROJECT, `node /opt/ci/node/load.cjs ${folder('a')}`]],
  ])('is not %s', (_title, start) => {
    const report = reportOf(null, { packages: declared, tree: treeOf([...IMPORT, start]) });
    expect(report.packages[0]).toMatchObject({ ran: false, commands: [] });
    expect(report.verdict).toBe('incomplete');
  });
});

describe('the check phase', () => {
  it('knows what is honest of single packages when they are loaded', () => {
    const entry = { rule: 'Read of an SSH key', packages: ['a'], phase: 'import' as const, why: 'x' };
    const known = { prebuilt: [], stores: [], generates: [], reads: [entry] };
    const start: Start = [-3, 60, 50, PROJECT, `node /opt/ci/node/load.cjs ${folder('a')} ${PROJECT} 3000`];
    const load: Start = [-4, 50, 9, PROJECT, 'confine step=load node /opt/ci/node/import-all.mjs'];
    const tree = treeOf([load, start, ...SCRIPTS, ...RAN]);
    const read = folded(alertAt(-2, 'Read of an SSH key', { 'proc.pid': '60' }, 'CRITICAL'));
    const report = reportOf({ a: true }, { known, tree, alerts: [read] });
    expect(report.verdict).toBe('clean');
    expect(report.observations).toMatchObject([{ phase: 'check', package: { name: 'a' } }]);
  });
});
