import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/falco/alert.js';
import type { Acceptance } from '../../../src/report/acceptance/baseline.js';
import { buildReport } from '../../../src/report/build.js';
import { UNREPORTED_READ_RULE } from '../../../src/report/evidence/unreported-reads.js';
import type { Evidence } from '../../../src/report/job-evidence.js';
import type { Seen } from '../../../src/witness/seen.js';
import { alertAt, evidence, FETCH, folded, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../evidence.js';

const HOME = '/home/ci';
const DECOYS = ['.ssh/id_rsa', '.npmrc', '.netrc', '.aws/credentials', 'project/.env'].map((path) => ({
  name: path,
  path: `${HOME}/${path}`,
}));
const NPM = '/usr/local/lib/node_modules/npm/bin/npm-cli.js';
const packages = [
  pkg('.', ['left', 'right']),
  pkg('node_modules/left', [], ['install']),
  pkg('node_modules/right', [], ['install']),
];
const LEFT = `${PROJECT}/node_modules/left`;
const RIGHT = `${PROJECT}/node_modules/right`;

/** The script of `left` is process 20, that of `right` 120; both have child processes. */
const STARTS: readonly Start[] = [
  ...scriptsOf('left'),
  [2, 20, 10, LEFT, 'sh -c node setup.js'],
  [2.1, 21, 20, LEFT, 'node setup.js'],
  [2.2, 22, 21, LEFT, `node ${NPM} config get registry`],
  [2.3, 23, 21, LEFT, 'wget https://example.invalid/'],
  [2.4, 24, 21, LEFT, 'cat'],
  ...scriptsOf('right', 110),
  [4, 120, 110, RIGHT, 'node setup.js'],
];

const BASE = (evidence().finishedAt - 20_000) * 1000;
/** What process `pid` did to a decoy, `second` seconds into the job. */
function seen(second: number, pid: number, decoy: string, how: 'opened' | 'read' | 'both', more: Partial<Seen> = {}) {
  const at = BASE + second * 1_000_000;
  return { at, pid, path: `${HOME}/${decoy}`, opened: how !== 'read', read: how !== 'opened', ...more };
}

function told(second: number, pid: number, fields: Record<string, string>, more: Partial<Alert> = {}): Alert {
  const alert = alertAt(second, 'Read of something', { 'proc.pid': String(pid), ...fields });
  return { ...alert, tags: ['credentials'], ...more };
}

function reportOf(events: readonly Seen[], alerts: readonly Alert[], more: Partial<Evidence> = {}) {
  return buildReport(
    evidence({
      packages,
      tree: treeOf(STARTS),
      decoys: DECOYS,
      witnessed: { unavailable: null, lost: null, seen: events },
      alerts: alerts.map((alert) => folded(alert)),
      ...more,
    }),
  );
}

/** The decoys whose reads no alert reported, and the packages named for it. */
function untold(report: ReturnType<typeof reportOf>): readonly string[] {
  return [...report.findings, ...report.observations]
    .filter(({ rule }) => rule === UNREPORTED_READ_RULE)
    .map(({ alert, package: by, count }) => `${alert.output_fields['fd.name']} ${by?.name ?? 'null'} ×${count}`);
}

const KEY = `${HOME}/.ssh/id_rsa`;
const key = (pid: number, how: 'opened' | 'read' | 'both' = 'both', more: Partial<Seen> = {}) =>
  seen(3, pid, '.ssh/id_rsa', how, more);

const ROWS: readonly (readonly [what: string, events: readonly Seen[], alerts: readonly Alert[], found: string[]])[] = [
  ['a read that no alert tells of', [key(21)], [], [`${KEY} left ×1`]],
  ['opened, and read later', [key(21, 'opened'), seen(9, 21, '.ssh/id_rsa', 'read')], [], [`${KEY} left ×1`]],
  ['opened and not read', [key(21, 'opened')], [], []],
  ['opened for a child that reads', [key(21, 'opened'), key(24, 'read')], [], [`${KEY} left ×1`]],
  ['opened, and read by who is nobody of its children', [key(21, 'opened'), key(120, 'read')], [], [`${KEY} left ×1`]],
  ['read by a process that nobody knows', [key(77)], [], [`${KEY} null ×1`]],
  ['read by a process of the machine itself', [key(77, 'both', { outside: true })], [], []],
  ['read twice', [key(21), seen(8, 21, '.ssh/id_rsa', 'both')], [], [`${KEY} left ×2`]],
  ['read by two packages', [key(21), seen(5, 120, '.ssh/id_rsa', 'both')], [], [`${KEY} left ×1`, `${KEY} right ×1`]],
  ['told of', [key(21)], [told(3, 21, { 'fd.name': KEY })], []],
  ['told of by a detour', [key(21)], [told(3, 21, { 'fd.name': `/proc/self/root${KEY}` })], []],
  ['told of through a folder of another name', [key(21)], [told(3, 21, { 'fd.name': '/tmp/x/id_rsa' })], []],
  ['told of another file', [key(21)], [told(3, 21, { 'fd.name': '/tmp/x' })], [`${KEY} left ×1`]],
  ['a command line is no file', [key(21)], [told(3, 21, { 'proc.cmdline': `curl ${KEY}` })], [`${KEY} left ×1`]],
  ['told of who has left it to a child', [key(21, 'opened'), key(24, 'read')], [told(3, 21, { 'fd.name': KEY })], []],
  [
    'told of another package only',
    [seen(5, 120, '.ssh/id_rsa', 'both')],
    [told(3, 21, { 'fd.name': KEY })],
    [`${KEY} right ×1`],
  ],
  ['told that its package has linked it', [key(24)], [told(2.9, 21, { 'evt.arg.oldpath': KEY })], []],
  [
    'told only of what is excused',
    [seen(3, 24, '.npmrc', 'both')],
    [told(3, 22, { 'fd.name': `${HOME}/.npmrc` })],
    [`${HOME}/.npmrc left ×1`],
  ],
  ['wget looks up a password', [seen(3, 23, '.netrc', 'both')], [], []],
  ['wget reads a key', [key(23)], [], [`${KEY} left ×1`]],
  ['the settings of a library', [seen(3, 21, 'project/.env', 'both')], [], [`${HOME}/project/.env left ×1`]],
];

describe('what the witness saw and the alert source did not tell', () => {
  it.each(ROWS)('%s', (_what, events, alerts, found) => {
    const report = reportOf(events, alerts);
    expect(untold(report)).toEqual(found);
    expect(report.incomplete.map(({ code }) => code)).toEqual(found.length > 0 ? ['alerts-missed'] : []);
    expect(report.monitoring).toMatchObject({ proven: found.length === 0, witness: { state: 'watching' } });
    if (found.length > 0) expect(report.verdict).toBe(report.findings.length > 0 ? 'findings' : 'incomplete');
  });

  it('is no mark where a package manager of the image reads its own settings', () => {
    const report = reportOf([seen(3, 22, '.npmrc', 'both')], []);
    expect(report).toMatchObject({ verdict: 'clean', findings: [], monitoring: { proven: true } });
    expect(report.observations).toMatchObject([{ rule: UNREPORTED_READ_RULE, priority: 'NOTICE' }]);
  });

  it('is nothing in a step in which no code of a package runs', () => {
    const report = reportOf([seen(3, 10, '.npmrc', 'both')], [], { tree: treeOf(FETCH), packages: [pkg('.')] });
    expect(report).toMatchObject({ verdict: 'clean', findings: [], observations: [] });
  });

  it('names the decoy, the process and the phase', () => {
    expect(reportOf([key(21)], []).findings[0]).toMatchObject({
      priority: 'WARNING',
      phase: 'install',
      decoy: '.ssh/id_rsa',
      package: { name: 'left' },
      processes: [{ cmdline: 'node setup.js' }, { cmdline: 'sh -c node setup.js' }, {}, {}],
    });
  });

  it('is combined with the other reads of the package', () => {
    const aws = told(3, 21, { 'fd.name': `${HOME}/.aws/credentials` });
    const rules = reportOf([key(21)], [aws]).findings.map(({ rule }) => rule);
    expect(rules).toContain('Credentials of several kinds read');
  });
});

describe('a read without an alert that is accepted', () => {
  const accepted: Acceptance = {
    rule: UNREPORTED_READ_RULE,
    package: 'left',
    version: '*',
    reason: 'rule taken out',
    expires: '2099-01-01',
  };

  it('by the owners of the service is no mark: they may have taken the rule out', () => {
    const report = reportOf([key(21)], [], { baseline: [accepted] });
    expect(report).toMatchObject({ verdict: 'clean', findings: [], monitoring: { proven: true } });
  });

  it('by the project is one', () => {
    const projectBaseline = { entries: [accepted], problem: null };
    const report = reportOf([key(21)], [], { projectBaseline });
    expect(report).toMatchObject({ verdict: 'incomplete', findings: [], monitoring: { proven: false } });
  });
});

it("a witness that can't watch is reported, and only the alert source is used", () => {
  const witnessed = { unavailable: 'fanotify: Operation not permitted', lost: null, seen: [] };
  const report = reportOf([], [], { witnessed });
  expect(report).toMatchObject({
    verdict: 'clean',
    monitoring: { proven: true, witness: { state: 'unavailable', reason: 'fanotify: Operation not permitted' } },
  });
});
