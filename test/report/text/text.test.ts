import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import type { AuditPart } from '../../../src/report/parts/audit-part.js';
import type { Report } from '../../../src/report/report.js';
import { renderText } from '../../../src/report/text/text.js';
import { egressRow, finding, report } from '../../api/reports.js';
import { alertAt, evidence, folded, PROJECT, pkg, scriptsOf, treeOf } from '../evidence.js';

const packages = [pkg('.', ['evil-dep']), pkg('node_modules/evil-dep', [], ['postinstall'])];
const tree = treeOf([...scriptsOf('evil-dep'), [2, 20, 10, `${PROJECT}/node_modules/evil-dep`, 'sh -c node setup.js']]);
const read = (file: string) => folded(alertAt(3, 'Read of a credential file', { 'proc.pid': '20', 'fd.name': file }));

const render = (file: string, options = { colour: false, width: 80 }) =>
  renderText(buildReport(evidence({ packages, tree, alerts: [read(file)] })), options);

describe('the report in a terminal', () => {
  it('names verdict, package, the path that pulls it in, rule, file and command', () => {
    const text = render('/home/ci/.ssh/id_rsa');
    expect(text).toContain('FINDINGS – 1 finding by 1 package');
    expect(text).toContain('evil-dep@1.0.0   app → evil-dep');
    expect(text).toContain('WARNING      Read of a credential file (install)');
    expect(text).toContain('/home/ci/.ssh/id_rsa');
    expect(text).toContain('$ sh -c node setup.js');
    expect(text).toContain('refuse: evil-dep@1.0.0');
  });

  it('names the decoy that was read', () => {
    const path = '/home/ci/.ssh/id_rsa';
    const alerts = [read(path), read('/proc/self/root/home/ci/.ssh/id_rsa'), read('/home/ci/.ssh/id_rsa.pub')];
    const report = buildReport(evidence({ packages, tree, alerts, decoys: [{ name: 'SSH key', path }] }));
    expect(report.findings.map(({ decoy }) => decoy)).toEqual(['SSH key']);
    expect(report.findings[0]?.places?.map(({ decoy }) => decoy)).toEqual(['SSH key', 'SSH key', null]);
    expect(renderText(report, { colour: false, width: 80 })).toContain(`${path} (decoy: SSH key)`);
  });

  it('says why an incomplete run is not clean', () => {
    const text = renderText(
      buildReport(evidence({ incomplete: [{ code: 'events-dropped', message: 'the sensor dropped 7 events' }] })),
      { colour: false, width: 80 },
    );
    expect(text).toContain('INCOMPLETE');
    expect(text).toContain('the sensor dropped 7 events (events-dropped)');
    expect(text).not.toContain('CLEAN –');
  });

  it('a failed install: the end of its log, without its colours and with no line that could be ours', () => {
    const install = { name: 'install', command: 'npm ci', exitCode: 1, durationMs: 1, timedOut: false } as const;
    const log = `${'one line\n'.repeat(40)}\u001b[31mnpm error\u001b[0m ${'x'.repeat(200)}\nVerdict: CLEAN\u0007\n\n`;
    const shown = (changes: Partial<Report>) =>
      renderText(report({ phases: [install], log, ...changes }), { colour: false, width: 80 });
    const [, tail = ''] = shown({}).split("The end of the install's log\n");
    const lines = tail.split('\n\n')[0]?.trimEnd().split('\n') ?? [];
    expect(lines).toHaveLength(12);
    expect(lines.at(-2)).toBe(`  npm error ${'x'.repeat(67)}…`);
    expect(lines.at(-1)).toBe('  Verdict: CLEAN·');
    expect(shown({ phases: [{ ...install, exitCode: 0 }] })).not.toContain('one line');
    expect(shown({ phases: [{ ...install, exitCode: null, timedOut: true }] })).toContain('one line');
  });

  it.each([
    ['an escape sequence that clears the screen', '/tmp/\u001b[2J\u001b[HVerdict: CLEAN'],
    ['a line break', '/tmp/a\nVerdict: CLEAN'],
    ['a carriage return', '/tmp/a\rVerdict: CLEAN'],
    ['a direction override', '/tmp/\u202egpj.exe'],
    ['an 8-bit control sequence', '/tmp/\u009b2J'],
  ])('lets %s in a file name change nothing', (_title, name) => {
    const lines = render(name).split('\n');
    expect(lines[0]).toMatch(/^Verdict: FINDINGS/);
    expect(lines.filter((line) => line.startsWith('Verdict:'))).toHaveLength(1);
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  it('stays inside the terminal for what packages control', () => {
    const lines = render(`/home/ci/.ssh/${'x'.repeat(500)}`).split('\n');
    expect(lines.find((line) => line.includes('xxx'))?.length).toBeLessThanOrEqual(80);
  });

  it('lists equal observations once with their count, and how many packages were installed', () => {
    const noted = (pid: string) => {
      const fields = { 'proc.pid': pid, 'fd.name': '/proc/1/status' };
      return folded(alertAt(3, 'Sandbox looked for', fields, 'NOTICE'), 2);
    };
    const built = buildReport(evidence({ packages, tree, alerts: [noted('20'), noted('999'), noted('998')] }));
    const text = renderText(built, { colour: false, width: 80 });
    expect(text).toContain('  Sandbox looked for ×2: evil-dep@1.0.0: /proc/1/status\n');
    expect(text).toContain('  Sandbox looked for ×4: package not known: /proc/1/status\n');
    expect(text).toContain('fetch: exit code 0 after 1.0 s, packages: 1');
    expect(text).toContain('install: exit code 0 after 1.0 s, install scripts run: 1 of 1');
  });

  it('says which code of the project ran during the fetch', () => {
    const { phases } = evidence();
    const hooked = phases.map((phase) =>
      phase.name === 'fetch' ? { ...phase, projectCode: ['.pnpmfile.cjs'] } : phase,
    );
    const text = renderText(buildReport(evidence({ packages, tree, phases: hooked })), { colour: false, width: 80 });
    expect(text).toContain('    runs code of the project itself while fetching: .pnpmfile.cjs\n');
  });

  it('uses colour only when asked', () => {
    expect(render('/x', { colour: true, width: 80 })).toContain('\u001b[31m');
    expect(render('/x')).not.toContain('\u001b');
  });

  it.each<[string, Partial<AuditPart>, string]>([
    ['off', { status: 'off' }, ''],
    ['nothing yet', { status: 'waiting' }, 'GitLab: no events around this job; more may come\n'],
    ['an event', { events: [{ relation: 'correlated' }] }, 'GitLab: 1 event around this job\n'],
    [
      'events and alerts',
      {
        events: [{ relation: 'linked' }, { relation: 'correlated' }],
        unlisted: 3,
        alerts: [{ rule: 'Token made', priority: 'ERROR' }],
      },
      'GitLab: 5 events around this job, 1 of them of this job itself, 1 alert: Token\n  made (ERROR)\n',
    ],
    [
      'a sequence whose text is hostile',
      { sequences: [{ message: 'minted\nVerdict: \u001b[2JCLEAN' }] },
      'GitLab: no events around this job\n  ! minted·Verdict: ·[2JCLEAN\n',
    ],
    [
      'a gap',
      { status: 'incomplete', reasons: [{ message: 'the destination was silent' }] },
      'GitLab: no events around this job\n  ! the destination was silent\n',
    ],
  ])('tells of GitLab’s audit events: %s', (_title, changes, lines) => {
    const gitlab: AuditPart = {
      status: 'complete',
      reasons: [],
      events: [],
      unlisted: 0,
      sequences: [],
      alerts: [],
      ...changes,
    };
    const text = renderText({ ...report(), gitlab }, { colour: false, width: 80 });
    if (lines === '') expect(text).not.toContain('GitLab');
    else expect(text).toContain(`\n\n${lines}\n`);
  });

  it('shows how many bytes went to a host and came from it', () => {
    const egress = [egressRow({ allowed: true, bytesSent: 1_536, bytesReceived: 7 })];
    const text = renderText(report({ egress }), { colour: false, width: 80 });
    expect(text).toContain('allowed  x.attacker.invalid:443 (proxy, 1×, 1.5 KiB sent, 7 bytes received)');
  });

  it('lists in a few lines where the packages came from, and what is unusual about them', () => {
    const row = { version: '1.0.0', from: 'registry', resolved: null, integrity: null } as const;
    const installed: Report['installed'] = [
      ...Array.from({ length: 1_500 }, (_, at) => ({ ...row, name: `p${at}`, folder: `node_modules/p${at}` })),
      { ...row, name: 'forked', folder: 'node_modules/forked', from: 'git' },
      ...Array.from({ length: 40 }, (_, at) => ({
        ...row,
        name: `a${at}`,
        calledItself: 'real\u001b[2J',
        folder: `a${at}`,
      })),
    ];
    const disagreements = Array.from(
      { length: 40 },
      (_, at) => `node_modules/x${at} is on the disk,\nand not in the record`,
    );
    const text = renderText(report({ installed, disagreements }), { colour: false, width: 80 });
    const block = text.split('\n\n').find((part) => part.startsWith('Installed\n')) ?? '';
    expect(block.split('\n')).toHaveLength(14);
    expect(block).toContain('\n  1541 packages, registry 1540, git 1\n  a0@1.0.0 calls itself real·[2J\n');
    expect(block).toContain('\n  … and 35 more packages with another name in their manifest, in the JSON report\n');
    expect(block).toContain('\n  ! node_modules/x0 is on the disk,·and not in the record\n');
    expect(renderText(report(), { colour: false, width: 80 })).not.toContain('Installed');
  });

  it('keeps every line of the fullest report within 80 columns, and a page', () => {
    const text = renderText(
      report({
        verdict: 'incomplete',
        findings: Array.from({ length: 10_000 }, (_, at) =>
          finding({
            package: { name: `dep-${at % 50}`, version: '1.0.0', path: Array(40).fill('a-long-name') },
            count: 7,
          }),
        ),
        observations: Array(50).fill(finding({ priority: 'NOTICE' })),
        egress: Array.from({ length: 100 }, (_, at) => ({
          host: `${'sub.'.repeat(30)}${at}.invalid`,
          port: 443,
          via: 'proxy',
          allowed: at > 50,
          count: 1,
          bytesSent: 0,
          bytesReceived: 0,
          first: '2026-11-21T10:00:00.000Z',
          last: '2026-11-21T10:00:00.000Z',
          process: null,
          package: null,
        })),
        installed: Array.from({ length: 100 }, (_, at) => ({
          name: 'n'.repeat(200),
          calledItself: 'c'.repeat(200),
          version: '1.0.0',
          folder: String(at),
          from: 'registry',
          resolved: null,
          integrity: null,
        })),
        disagreements: Array(100).fill('folder/'.repeat(100)),
        incomplete: [{ code: 'sandbox-failed', message: 'word '.repeat(100) }],
        allowScripts: { recommended: Array(300).fill('esbuild@0.25.0'), refused: Array(300).fill('evil@1.0.0') },
      }),
      { colour: false, width: 80, reportUrl: 'https://packwarden.example/jobs/1' },
    );
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.length).toBeLessThan(400);
    expect(text).toContain('… and 38 more packages with findings');
    expect(lines.findIndex((line) => line.includes('refused'))).toBeLessThan(
      lines.findIndex((line) => /allowed {2}/.test(line)) >>> 0,
    );
    expect(lines.at(-2)).toBe('Report: https://packwarden.example/jobs/1');
  });
});
