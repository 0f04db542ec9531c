import { describe, expect, it, test } from 'vitest';
import { carriedOn, summaryOf } from '../../../src/report/compare/summary.js';
import type { Finding } from '../../../src/report/finding.js';
import type { Report } from '../../../src/report/report.js';
import { egressRow } from '../../api/reports.js';
import { compared, installed, reads, run } from './runs.js';

const EARLIER = run({ installed: [installed('evil', '1.0.0'), installed('quiet', '2.0.0')] });
const row = (spec: string, cmdline: string) => {
  return { pid: 1, ppid: 0, at: '2026-11-21T10:00:00.000Z', cmdline, cwd: '/', package: spec };
};

describe('the headline of a report', () => {
  it.each([
    ['nothing', {}, 'No package changed, none does anything new since 2026-11-21 09:59 UTC'],
    [
      'a version',
      { installed: [installed('evil', '1.0.1'), installed('quiet', '2.0.0')] },
      '1 package changed, none does anything new since 2026-11-21 09:59 UTC',
    ],
    [
      'versions, one of which does something',
      {
        installed: [installed('evil', '1.0.1'), installed('quiet', '2.0.1')],
        findings: [reads('evil', '1.0.1', { decoy: 'AWS credentials' })],
      },
      '2 packages changed, 1 does something new: evil@1.0.1 now reads cloud credentials: AWS credentials (install)',
    ],
    [
      'a package added and one removed',
      { installed: [installed('evil', '1.0.0'), installed('more', '1.0.0')] },
      '1 package added, 1 package removed, none does anything new since 2026-11-21 09:59 UTC',
    ],
    [
      'a package added that does something',
      {
        installed: [...(EARLIER.installed ?? []), installed('more', '3.0.0')],
        findings: [reads('more', '3.0.0', { phase: 'import' })],
      },
      '1 package added, 1 does something new: more@3.0.0 now reads cloud credentials: ~/.aws/credentials (import)',
    ],
    [
      'no version, but what it does',
      { findings: [reads('evil', '1.0.0')] },
      'No package changed, 1 does something new: evil@1.0.0 now reads cloud credentials: ~/.aws/credentials (install)',
    ],
    [
      'a script',
      {
        installed: [installed('evil', '1.0.1'), installed('quiet', '2.0.0')],
        packages: [{ name: 'evil', version: '1.0.1', scripts: ['postinstall'], ran: true, commands: [], findings: 0 }],
      },
      '1 package changed, 1 does something new: evil@1.0.1 now has a postinstall script',
    ],
    [
      'a host and a program',
      {
        egress: [
          egressRow({ host: 'cdn.example', allowed: true, package: { name: 'evil', version: '1.0.0', path: [] } }),
        ],
        processes: { total: 1, rows: [row('evil@1.0.0', '/usr/bin/curl -s x')] },
      },
      'No package changed, 1 does something new: evil@1.0.0 now asks cdn.example',
    ],
    [
      'what nobody is known to have done',
      { findings: [reads('evil', '1.0.0', { package: null, rule: 'Data destroyed', file: '' })] },
      'No package changed, something new by an unknown package: it shows “Data destroyed” (install)',
    ],
    [
      'the worst first, and not what it was put together from',
      {
        findings: [
          reads('evil', '1.0.0', { rule: 'Credentials of several kinds read', parts: [] }),
          reads('evil', '1.0.0', { rule: 'Read of an SSH key', file: '/home/ci/.ssh/id_rsa' }),
        ],
      },
      'No package changed, 1 does something new: evil@1.0.0 now reads an SSH key: ~/.ssh/id_rsa (install)',
    ],
  ] as const)('%s changed', (_what, changes, headline) => {
    const now = { ...EARLIER, ...(changes as Partial<Report>) };
    expect(compared(EARLIER, now).whatChanged?.headline).toBe(headline);
  });
});

describe('a finding is new', () => {
  const before = { ...EARLIER, findings: [reads('evil', '1.0.0')] };
  it.each([
    ['where another version did the same', reads('evil', '1.0.1'), undefined],
    ['where another package does what one did', reads('quiet', '2.0.0'), true],
    ['where another place is read', reads('evil', '1.0.0', { file: '/home/ci/.kube/config' }), true],
    ['where another file beside it is read', reads('evil', '1.0.0', { file: '/home/ci/.aws/cache-77af3411' }), true],
    ['in another phase', reads('evil', '1.0.0', { phase: 'import' }), true],
    ['by another rule', reads('evil', '1.0.0', { rule: 'Read of an SSH key' }), true],
    ['where no package is known', reads('evil', '1.0.0', { package: null }), true],
  ] as const)('%s: %s', (_when, made, isNew) => {
    const now = { ...before, findings: [made], observations: [made] };
    const { findings, observations } = compared(before, now);
    expect([findings[0]?.isNew, observations[0]?.isNew]).toEqual([isNew, isNew]);
  });

  it.each([
    ['/tmp/abc-1234/x', '/tmp/zz-99/y'],
    ['/proc/812/environ', '/proc/9/environ'],
    ['/home/ci/project/node_modules/.store/left@1/node_modules/left/a', '/home/ci/project/node_modules/left/b'],
    ['/home/ci/project/src/a/b.js', '/home/ci/project/src/a/c.js'],
    ['10.0.0.2:40000->93.184.216.34:443', '10.0.0.2:51111->93.184.216.34:443'],
  ])('and not where only what is made up anew differs: %s, %s', (one, other) => {
    const old = { ...EARLIER, findings: [reads('evil', '1.0.0', { file: one })] };
    const now = { ...EARLIER, findings: [reads('evil', '1.0.1', { file: other })] };
    expect(compared(old, now).findings[0]?.isNew).toBeUndefined();
  });

  it('when a package is loaded to find out which scripts are needed it does what it does when it is loaded', () => {
    const old = { ...EARLIER, findings: [reads('evil', '1.0.0', { phase: 'import' })] };
    const now = { ...EARLIER, findings: [reads('evil', '1.0.0', { phase: 'check' })] };
    expect(compared(old, now).findings[0]?.isNew).toBeUndefined();
  });
});

describe('a package', () => {
  const content = (digest: string | null) => run({ installed: [installed('evil', '1.0.0', digest)] });
  it.each([
    ['of the same content', 'sha512-a', 'sha512-a', 0],
    ['of other content under the same version', 'sha512-a', 'sha512-b', 1],
    ['whose content was not known', null, 'sha512-b', 0],
    ['whose content is not known', 'sha512-a', null, 0],
  ] as const)('%s has changed: %s, %s: %i', (_what, before, now, changed) => {
    const { whatChanged } = compared(content(before), content(now));
    expect(whatChanged?.counts.changed).toBe(changed);
    expect(whatChanged?.changed.every(({ otherContent }) => otherContent)).toBe(true);
  });

  it('of several versions at once has all of them', () => {
    const before = run({ installed: [installed('semver', '6.0.0'), installed('semver', '7.0.0')] });
    const now = run({ installed: [installed('semver', '7.0.1'), installed('semver', '6.0.0')] });
    expect(compared(before, now).whatChanged?.changed).toMatchObject([
      { from: ['6.0.0', '7.0.0'], to: ['6.0.0', '7.0.1'] },
    ]);
  });

  it('that asks a host which another one had asked first is not called new: only the first is known', () => {
    const asked = (name: string) => {
      return run({ egress: [egressRow({ host: 'a.example', package: { name, version: '1.0.0', path: [] } })] });
    };
    expect(compared(asked('one'), asked('two')).whatChanged?.counts.news).toBe(0);
  });

  it('that starts a program is not called new if the earlier report does not list all programs, and a note says so', () => {
    const before = run({ processes: { total: 900, rows: [] } });
    const now = run({ processes: { total: 1, rows: [row('evil@1.0.0', 'curl x')] } });
    const { whatChanged } = compared(before, now);
    expect(whatChanged?.counts.news).toBe(0);
    expect(whatChanged?.notes).toEqual([expect.stringContaining('which programs are new is not known')]);
  });
});

describe('what looks honest by itself, and was an observation for that', () => {
  const lowered = (version: string, changes: Partial<Finding> = {}) =>
    reads('evil', version, { priority: 'NOTICE', known: 'it asks its own site', weighed: true, ...changes });
  const earlier = (...observations: Finding[]) => run({ installed: [installed('evil', '1.0.0')], observations });
  const later = (version: string, ...observations: Finding[]) =>
    run({ verdict: 'clean', findings: [], installed: [installed('evil', version)], observations });

  it.each([
    ['another version begins to do', earlier(), later('1.0.1', lowered('1.0.1')), 'findings'],
    ['the version before did, too', earlier(lowered('1.0.0')), later('1.0.1', lowered('1.0.1')), 'clean'],
    ['the same version did not do before', earlier(), later('1.0.0', lowered('1.0.0')), 'clean'],
    ['a package that is added does', run({ installed: [] }), later('1.0.1', lowered('1.0.1')), 'clean'],
    ['a list knows of this package', earlier(), later('1.0.1', lowered('1.0.1', { weighed: undefined })), 'clean'],
    [
      'was accepted',
      earlier(),
      later('1.0.1', lowered('1.0.1', { accepted: { reason: 'ours', expires: '2027-01-01' } })),
      'clean',
    ],
  ])('%s', (_title, old, now, verdict) => {
    const report = compared(old, now);
    expect(report.verdict).toBe(verdict);
    expect(report.findings.map(({ priority, begun }) => [priority, begun?.includes('own site')])).toEqual(
      verdict === 'clean' ? [] : [['WARNING', true]],
    );
    expect(report.findings.length + report.observations.length).toBe(1);
  });
});

describe('two reports that can’t be compared', () => {
  it.each([
    [
      'another manager',
      { manager: { name: 'yarn', version: '1.22.22', reason: '', leftOut: [] } },
      {},
      'other-manager',
    ],
    ['an older version of ours', { judgedBy: '1.2.2+abc falco' }, {}, 'other-version'],
    ['other rules', { judgedBy: '1.2.3+def falco' }, {}, 'other-version'],
    ['another way out', { egressMode: 'open' }, {}, 'other-egress'],
    ['an earlier one that was not seen to its end', { verdict: 'incomplete' }, {}, 'earlier-incomplete'],
    [
      'a run that did not fetch everything',
      {},
      { incomplete: [{ code: 'fetch-failed', message: 'x' }] },
      'not-fetched',
    ],
    ['a run without a list', {}, { installed: undefined }, 'not-fetched'],
  ] as const)('%s', (_what, before, now, code) => {
    const found = reads('evil', '1.0.0');
    const later = { ...run(), findings: [found], ...(now as Partial<Report>) };
    const { whatChanged, findings } = compared({ ...EARLIER, ...(before as Partial<Report>) }, later);
    expect(whatChanged).toMatchObject({
      compared: false,
      reason: { code },
      counts: { added: 0, removed: 0, changed: 0 },
    });
    expect(whatChanged?.headline).toMatch(/^Not compared with an earlier report: \w/);
    expect(findings[0]?.isNew).toBeUndefined();
  });

  it('more packages than are kept', () => {
    const many = run({ installed: Array.from({ length: 20_001 }, (_, index) => installed(`p${index}`, '1.0.0')) });
    expect(compared(many, many).whatChanged?.reason?.code).toBe('too-large');
  });
});

test('5,000 packages that changed at once are counted, listed in part, and quick', () => {
  const of = (version: string) => {
    return run({
      installed: Array.from({ length: 5_000 }, (_, index) => installed(`p${index}`, version)),
      findings: Array.from({ length: 5_000 }, (_, index) => reads(`p${index}`, version, { priority: 'NOTICE' })),
    });
  };
  const [before, now] = [
    of('1.0.0'),
    { ...of('2.0.0'), findings: [...of('2.0.0').findings, reads('p7', '2.0.0', { file: '/etc/shadow' })] },
  ];
  const started = performance.now();
  const { whatChanged } = compared(before, now);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(whatChanged?.counts).toEqual({ added: 0, removed: 0, changed: 5_000, news: 1 });
  expect(whatChanged?.changed).toHaveLength(1_000);
  expect(whatChanged?.changed[0]).toMatchObject({ name: 'p7' });
  expect(JSON.stringify(whatChanged).length).toBeLessThan(300_000);
});

test('since when a package does something is carried on from run to run', () => {
  const id = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
  const first = summaryOf(run({ id: id(1), submittedAt: '2026-11-01T00:00:00.000Z', findings: [reads('a', '1.0.0')] }));
  const second = run({ id: id(2), findings: [reads('a', '1.0.1'), reads('b', '1.0.0')] });
  expect(
    carriedOn(summaryOf(second), first).behaviours.map(({ name, version, since }) => [name, version, since]),
  ).toEqual([
    ['a', '1.0.1', { job: id(1), at: '2026-11-01T00:00:00.000Z', version: '1.0.0' }],
    ['b', '1.0.0', { job: id(2), at: second.submittedAt, version: '1.0.0' }],
  ]);
});
