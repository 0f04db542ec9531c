import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import { type Change, comparisonFaults } from '../../../src/report/changes/compared.js';
import { UNREPORTED_CHANGE_RULE } from '../../../src/report/changes/unreported-changes.js';
import { ProjectWrites, WRITE_RULE } from '../../../src/report/evidence/project-writes.js';
import { alertAt, EPOCH, evidence, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../evidence.js';

const packages = [
  pkg('.', ['evil', 'victim']),
  pkg('node_modules/evil', [], ['postinstall']),
  pkg('node_modules/victim', [], ['postinstall']),
  pkg('node_modules/victim/node_modules/evil', [], ['postinstall']),
];
const EVIL = `${PROJECT}/node_modules/evil`;
const VICTIM = `${PROJECT}/node_modules/victim`;

const change = (path: string, more: Partial<Change> = {}): Change => ({
  path,
  kind: 'changed',
  names: [],
  by: EVIL,
  at: (EPOCH + 3) * 1000,
  ...more,
});

/** For each finding about a change: the package of the step, and the first of the files. */
function found(changes: readonly Change[], told: { writes?: readonly string[]; moved?: string; alert?: string } = {}) {
  const writes = new ProjectWrites();
  for (const path of told.writes ?? []) writes.add(alertAt(1, WRITE_RULE, { 'evt.type': 'openat', 'fd.name': path }));
  if (told.moved !== undefined) {
    writes.add(alertAt(1, WRITE_RULE, { 'evt.type': 'rename', 'evt.arg.newpath': told.moved }));
  }
  const alerts =
    told.alert === undefined ? [] : [folded(alertAt(1, 'Shell start-up file changed', { 'fd.name': told.alert }))];
  const compared = { changes, overflowed: 0, problem: null };
  const { findings } = buildReport(
    evidence({ packages, compared, writes, alerts, brought: new Set([`${PROJECT}/src/a.js`]) }),
  );
  return findings
    .filter(({ rule }) => rule === UNREPORTED_CHANGE_RULE)
    .map(({ package: by, alert }) => `${by?.name ?? 'nobody'}: ${alert.output_fields['fd.name']}`);
}

describe('a change that no alert reported', () => {
  it.each<[string, Change, readonly string[]]>([
    ["in another package's folder", change(`${VICTIM}/index.js`), [`evil: ${VICTIM}/index.js`]],
    ["of another package's file that is gone", change(`${VICTIM}/x`, { kind: 'removed' }), [`evil: ${VICTIM}/x`]],
    ['of a command', change(`${PROJECT}/node_modules/.bin/tsc`), [`evil: ${PROJECT}/node_modules/.bin/tsc`]],
    [
      'a module that no package owns',
      change(`${PROJECT}/node_modules/new/index.js`, { kind: 'added' }),
      [`evil: ${PROJECT}/node_modules/new/index.js`],
    ],
    ["of the project's own file", change(`${PROJECT}/src/a.js`), [`evil: ${PROJECT}/src/a.js`]],
    [
      'new settings in the project',
      change(`${PROJECT}/.github/x.yml`, { kind: 'added' }),
      [`evil: ${PROJECT}/.github/x.yml`],
    ],
    ['of settings in HOME', change('/home/ci/.bashrc'), ['evil: /home/ci/.bashrc']],
    ['by nobody knows whom', change(`${VICTIM}/index.js`, { by: null }), [`nobody: ${VICTIM}/index.js`]],
    ['in its own folder', change(`${EVIL}/build/x.node`, { kind: 'added' }), []],
    ["by the project's own scripts", change(`${VICTIM}/index.js`, { by: PROJECT }), []],
    ['something new in the project', change(`${PROJECT}/generated/a.js`, { kind: 'added' }), []],
    ['of what a tool had made in the project', change(`${PROJECT}/vendor/gems/a.rb`), []],
    ['of the same package in another place', change(`${VICTIM}/node_modules/evil/index.js`), []],
    ['a generated client', change(`${PROJECT}/node_modules/.prisma/client/index.js`, { kind: 'added' }), []],
    ['a library that tidies up while it is loaded', change(`${VICTIM}/x`, { kind: 'removed', by: null }), []],
    ['a file that has another name now', change(`${VICTIM}/bin`, { kind: 'linked', names: [`${EVIL}/bin`] }), []],
  ])('%s', (_case, one, expected) => {
    expect(found([one])).toEqual(expected);
  });

  it.each<[string, Change, Parameters<typeof found>[1]]>([
    ['a write', change(`${VICTIM}/index.js`), { writes: [`${VICTIM}/index.js`] }],
    ['a move of its folder', change(`${VICTIM}/lib/a.js`), { moved: `${VICTIM}/lib` }],
    ['an alert', change('/home/ci/.bashrc'), { alert: '/home/ci/.bashrc' }],
  ])('does not count if the alert source reported %s', (_case, one, told) => {
    expect(found([one], told)).toEqual([]);
  });

  it("is one where only a folder of everybody's was named", () => {
    const moved = `${PROJECT}/node_modules`;
    expect(found([change(`${VICTIM}/index.js`)], { moved })).toEqual([`evil: ${VICTIM}/index.js`]);
    expect(found([change(`${PROJECT}/src/a.js`)], { moved: `${PROJECT}/src` })).toEqual([`evil: ${PROJECT}/src/a.js`]);
  });

  it('is one where a file was written by its other name', () => {
    const linked = change(`${VICTIM}/index.js`, { kind: 'linked', names: [`${EVIL}/notes`] });
    expect(found([linked], { writes: [`${EVIL}/notes`] })).toEqual([`evil: ${VICTIM}/index.js`]);
  });

  it('is one finding for each package and owner of the files', () => {
    expect(found(['a', 'b', 'c'].map((name) => change(`${VICTIM}/${name}`)))).toEqual([`evil: ${VICTIM}/a`]);
  });
});

it.each([
  [{ changes: [], overflowed: 0, problem: 'the list of files was truncated' }, 'comparison-failed'],
  [{ changes: [], overflowed: 3, problem: null }, 'alerts-overflowed'],
])('a run whose files were not all compared says so: %o', (compared, code) => {
  expect(comparisonFaults(compared).map((fault) => fault.code)).toEqual([code]);
});

describe('what changed code does afterwards', () => {
  const starts: readonly Start[] = [...scriptsOf('victim'), [5, 20, 10, VICTIM, 'node index.js']];
  const read = folded(alertAt(6, 'Read of an SSH key', { 'proc.pid': '20', 'fd.name': '/home/ci/.ssh/id_rsa' }));

  it.each<[string, Partial<Change>, string]>([
    ['is the doing of who changed it', {}, 'evil'],
    ['before that it was its own', { at: (EPOCH + 9) * 1000 }, 'victim'],
    ['is its own where nobody knows who did', { by: null }, 'victim'],
  ])('%s', (_case, more, by) => {
    const compared = { changes: [change(`${VICTIM}/index.js`, more)], overflowed: 0, problem: null };
    const { findings } = buildReport(evidence({ packages, compared, alerts: [read], tree: treeOf(starts) }));
    expect(findings.find(({ rule }) => rule === 'Read of an SSH key')?.package?.name).toBe(by);
  });
});
