import type { Finding } from '../../../../src/report/finding.js';
import type { Report } from '../../../../src/report/report.js';
import { ALERT, egressRow, finding, report } from '../../reports.js';

/** What a package might call itself, its files and its hosts to get at a page or its reader. */
export const HOSTILE_TEXTS = [
  '"><script>document.title="owned"</script>',
  "' onmouseover='document.title=1' x='",
  '</bdi></pre></script><img src=x onerror=document.title=1>',
  '\u202egnp.exe\u202c\u2066\u2067abc',
  'a\u0000b\u001b[31mred\u0007\r\n<b>',
  'javascript:document.title=1',
  '<!--', // begins a comment that never ends
  '\ud800 lone surrogate',
  `${'"&<>'.repeat(2_000)}`,
  'אבג<script>דהו',
] as const;

const hostileAt = (index: number): string => HOSTILE_TEXTS[index % HOSTILE_TEXTS.length] ?? '';

/** A report that is hostile wherever a package has a say, with as many findings of as many packages. */
export function hostileReport(count = 10_000): Report {
  const findings: Finding[] = Array.from({ length: count }, (_, index) => {
    const text = hostileAt(index);
    return finding({
      rule: index % 3 === 0 ? text : 'Read of a credential file',
      package: index % 7 === 0 ? null : { name: text, version: text, path: ['app', text, text] },
      decoy: text,
      ...(index % 4 === 0 ? { ranBy: { name: text, version: text, path: [] } } : {}),
      parts: [{ rule: text, first: '2026-11-21T09:59:12.000Z', subject: text }],
      known: text,
      ...(index % 2 === 0 ? { accepted: { reason: text, expires: '2027-01-01' } } : {}),
      count: 1 + (index % 5),
      processes: [
        { pid: 40 + index, cmdline: text, cwd: text },
        { pid: 39, cmdline: text, cwd: text },
      ],
      alert: { ...ALERT, rule: text, output_fields: { 'fd.name': text, 'proc.cmdline': text } },
    });
  });
  const named = Array.from({ length: 300 }, (_, index) => hostileAt(index));
  const changes = named.map((name) => {
    return { name, from: named, to: [name], news: named.slice(0, 20), otherContent: false };
  });
  return report({
    whatChanged: {
      headline: hostileAt(0),
      compared: true,
      reason: null,
      against: null,
      project: { id: 'a'.repeat(32), name: hostileAt(1), line: 'other', lineReason: hostileAt(2) },
      counts: { added: 300, removed: 300, changed: 300, news: 900 },
      added: changes,
      removed: changes,
      changed: changes,
      unchanged: changes,
      notes: [],
    },
    verdict: 'findings',
    findings,
    observations: findings.slice(0, 300),
    phases: [
      {
        name: 'install',
        command: hostileAt(0),
        exitCode: 0,
        durationMs: 5_000,
        startedAt: '2026-11-21T09:59:10.000Z',
        timedOut: false,
        leftRunning: named.map((cmdline, pid) => ({ pid, cmdline })),
        loaded: named.map((text) => ({ name: text, version: text, ok: false, ms: 1, error: text, failed: named })),
      },
    ],
    manager: { name: 'npm', version: hostileAt(0), reason: hostileAt(1), leftOut: named },
    egress: named.map((host) => egressRow({ host })),
    installed: named.map((text) => ({
      name: text,
      calledItself: text,
      version: text,
      folder: text,
      from: 'registry',
      resolved: text,
      integrity: text,
    })),
    disagreements: named,
    allowScripts: { recommended: named, refused: named },
    incomplete: [{ code: 'install-failed', message: hostileAt(0) }],
    processes: {
      total: 50_000,
      rows: Array.from({ length: 200 }, (_, index) => ({
        pid: 40 + index,
        ppid: 39 + index,
        at: '2026-11-21T09:59:12.000Z',
        cmdline: hostileAt(index).slice(0, 400),
        cwd: hostileAt(index),
        package: hostileAt(index),
      })),
    },
    log: HOSTILE_TEXTS.join('\n').repeat(100).slice(0, 65_536),
  });
}
