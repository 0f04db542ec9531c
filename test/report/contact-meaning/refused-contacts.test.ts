import { describe, expect, it } from 'vitest';
import type { EgressRequest } from '../../../src/egress/content/request.js';
import type { EgressRecord } from '../../../src/egress/record.js';
import { buildReport } from '../../../src/report/build.js';
import { Contacts } from '../../../src/report/evidence/egress/contacts.js';
import { alertAt, EPOCH, evidence, folded, PROJECT, pkg, REFUSED, scriptsOf, treeOf } from '../evidence.js';
import { GET } from '../requests.js';

const SITES = { sites: ['https://github.com/o/a/', 'https://a.example/'] };
const a = { ...pkg('node_modules/a', [], ['postinstall']), ...SITES };
const b = pkg('node_modules/b', [], ['postinstall']);
const tree = treeOf([
  ...scriptsOf('a', 10),
  ...scriptsOf('b', 11),
  [2, 20, 10, `${PROJECT}/node_modules/a`, 'node setup.js'],
  [2, 30, 11, `${PROJECT}/node_modules/b`, 'node setup.js'],
]);
const contacts = new Contacts();
for (const [pid, port] of [
  ['20', 40_020],
  ['30', 40_030],
] as const) {
  const fields = { 'proc.pid': pid, 'fd.name': `172.18.0.2:${port}->172.18.0.1:3128` };
  contacts.add(alertAt(3, 'Packwarden proxy connection', fields, 'DEBUG'));
}

const DOWNLOAD: EgressRequest = { ...GET, path: '/o/a/releases/download/v1/x.gz', clientPorts: [40_020] };
const facts = JSON.stringify({ version: '1.0.0', platform: 'linux' });
const POST: EgressRequest = {
  ...DOWNLOAD,
  method: 'POST',
  path: '/ping',
  bodyKind: 'json',
  body: facts,
  bodyBytes: facts.length,
};

function reportOf(host: string, requests: readonly EgressRequest[], more: Parameters<typeof evidence>[0] = {}) {
  const clientPorts = [...new Set(requests.flatMap((request) => request.clientPorts))];
  const times = { first: (EPOCH + 3) * 1000, last: (EPOCH + 4) * 1000 };
  const record = { ...REFUSED, ...times, host, port: 443, via: 'proxy', clientPorts, requests } as const;
  const packages = [pkg('.', ['a', 'b']), a, b];
  return buildReport(evidence({ packages, tree, contacts, egress: [record], ...more }));
}

describe('a refused contact is classified by what was sent', () => {
  it.each<[string, string, EgressRequest]>([
    ['a file of its own repository', 'github.com', DOWNLOAD],
    ['a file at its own domain', 'download.a.example', { ...DOWNLOAD, path: '/x' }],
    ['facts about its use, at its own domain', 'ping.a.example', POST],
    ['a file at a domain called like it', 'downloads.b.io', { ...DOWNLOAD, path: '/b-linux', clientPorts: [40_030] }],
  ])('an observation: %s', (_title, host, request) => {
    const report = reportOf(host, [request]);
    expect(report.verdict).toBe('clean');
    expect(report.observations).toEqual([expect.objectContaining({ known: expect.stringContaining('its own site') })]);
  });

  it.each<[string, string, EgressRequest]>([
    ["a file of somebody else's repository", 'github.com', { ...DOWNLOAD, path: '/o/other/releases/x.gz' }],
    ['a file at another domain', 'files.example', { ...DOWNLOAD, path: '/x' }],
    ['the same by a package that names no site', 'github.com', { ...DOWNLOAD, clientPorts: [40_030] }],
    ['facts at another domain', 'ping.example', POST],
    ["a file at a domain called like another's package", 'downloads.b.io', DOWNLOAD],
    ['a text at a domain called like it', 'b.io', { ...POST, bodyKind: 'text', body: 'hello', clientPorts: [40_030] }],
    ['a text at its own domain', 'a.example', { ...POST, bodyKind: 'text', body: 'hello' }],
    ['what could not be read, at its own domain', 'a.example', { ...POST, bodyKind: 'unread', body: '' }],
  ])('a finding: %s', (_title, host, request) => {
    expect(reportOf(host, [request]).findings).toEqual([expect.objectContaining({ priority: 'WARNING' })]);
  });

  it.each<[string, Partial<EgressRecord>, string[]]>([
    ['and is part of what was asked there', {}, []],
    [
      'and says of itself what was wanted where nothing was asked',
      { requests: [], port: null, via: 'dns' },
      ['unknown'],
    ],
    ['and is judged by itself at another host', { host: 'github.com' }, ['unknown', 'telemetry']],
  ])('the question for a name comes before, %s', (_title, more, meanings) => {
    const asking = new Contacts();
    const data = 'xy............ping.a.example.....'.replace('ping.a.example', '.ping.a.example');
    asking.add(alertAt(2, 'Packwarden name lookup', { 'proc.pid': '20', 'evt.arg.data': data }, 'DEBUG'));
    asking.add(
      alertAt(3, 'Packwarden proxy connection', { 'proc.pid': '20', 'fd.name': '172.18.0.2:40020->172.18.0.1:443' }),
    );
    const lookup = { ...REFUSED, host: 'ping.a.example', port: null, via: 'dns' } as const;
    const contact = { ...REFUSED, host: 'ping.a.example', port: 443, via: 'transparent', requests: [POST] } as const;
    const egress = [lookup, { ...contact, clientPorts: [40_020], ...more }];
    const packages = [pkg('.', ['a', 'b']), a, b];
    const report = buildReport(evidence({ packages, tree, contacts: asking, egress }));
    expect(report.findings.map(({ alert }) => alert.output_fields['egress.means'])).toEqual(meanings);
  });

  it('data about the sandbox is critical, also at its own domain', () => {
    const report = reportOf('a.example', [{ ...POST, tells: ['its host name'] }]);
    expect(report.findings).toEqual([
      expect.objectContaining({ priority: 'CRITICAL', package: expect.objectContaining({ name: 'a' }) }),
    ]);
    expect(report.findings[0]?.alert.output_fields['egress.sent']).toContain('its host name');
  });

  it('a name that contains data about the sandbox is critical', () => {
    const asked = { via: 'dns', port: null, host: '0f1e2d3c4b5a.ci.evil.example', tells: ['the host name'] } as const;
    const { findings, egress } = buildReport(evidence({ packages: [pkg('.')], egress: [{ ...REFUSED, ...asked }] }));
    expect(findings).toEqual([expect.objectContaining({ priority: 'CRITICAL' })]);
    expect(findings[0]?.alert.output_fields['egress.sent']).toContain('the host name');
    expect(egress[0]?.tells).toEqual(['the host name']);
  });

  it('a folder of the project that names the same sites is believed nothing', () => {
    const folder = { ...a, from: { kind: 'folder', resolved: 'file:a', integrity: null } } as const;
    expect(reportOf('github.com', [DOWNLOAD], { packages: [pkg('.', ['a', 'b']), folder, b] }).verdict).toBe(
      'findings',
    );
  });

  it('each of two packages by its own requests', () => {
    const other = { ...POST, path: '/o/a/releases/x', clientPorts: [40_030] };
    const report = reportOf('github.com', [DOWNLOAD, other]);
    expect(report.findings.map(({ package: by }) => by?.name)).toEqual(['b']);
    expect(report.observations.map(({ package: by }) => by?.name)).toEqual(['a']);
  });

  it('requests without a known sender count for every package', () => {
    const report = reportOf('github.com', [
      DOWNLOAD,
      { ...DOWNLOAD, clientPorts: [40_030] },
      { ...POST, clientPorts: [] },
    ]);
    expect(report.findings.map(({ package: by }) => by?.name)).toEqual(['a', 'b']);
  });
});

describe('a permitted contact is also classified by what was sent', () => {
  const permitted = (host: string, request: EgressRequest, record: Partial<EgressRecord> = {}, more = {}) => {
    const times = { first: (EPOCH + 3) * 1000, last: (EPOCH + 4) * 1000 };
    const allowed = { ...REFUSED, ...times, host, port: 443, via: 'proxy', allowed: true } as const;
    const told = { ...allowed, clientPorts: request.clientPorts, requests: [request], ...record };
    return buildReport(evidence({ packages: [pkg('.', ['a', 'b']), a, b], tree, contacts, egress: [told], ...more }));
  };
  const binary: EgressRequest = { ...POST, bodyKind: 'binary', body: '' };
  const key = folded({
    ...alertAt(2.5, 'Read of an SSH key', { 'proc.pid': '20', 'fd.name': '/home/ci/.ssh/id_rsa' }),
    tags: ['credentials'],
  });
  const run = folded({ ...alertAt(3.5, 'Interpreter runs a script', { 'proc.pid': '20' }), tags: ['runs'] });
  const SENT = 'Credentials read, then sent';
  const RUN = 'Downloaded, made executable and run';
  const raw = { requests: [], unread: [{ reason: 'not-http', serverName: null, count: 1 }] } as const;
  const registry = { requests: [] } as const;
  const unasked = { requests: [], unread: [{ reason: 'nothing-asked', serverName: null, count: 1 }] } as const;
  const other = { ...DOWNLOAD, path: '/x' };

  it.each<
    [what: string, host: string, request: EgressRequest, record: Partial<EgressRecord>, seen: object[], rule: string]
  >([
    ['the host name', 'files.example', { ...POST, tells: ['the host name'] }, {}, [], 'Contact with a permitted host'],
    [
      'the same at its own site',
      'a.example',
      { ...POST, tells: ['the host name'] },
      {},
      [],
      'Contact with a permitted host',
    ],
    ['what is unreadable, after a key', 'files.example', binary, {}, [key], SENT],
    ['the same at its own site', 'a.example', binary, {}, [key], SENT],
    ['another protocol, after a key', 'files.example', DOWNLOAD, raw, [key], SENT],
    ['a file of somebody else, and it is run', 'files.example', other, {}, [run], RUN],
  ])('critical: %s', (_what, host, request, record, alerts, rule) => {
    const { findings } = permitted(host, request, record, { alerts });
    expect(findings.filter(({ priority }) => priority === 'CRITICAL').map((finding) => finding.rule)).toEqual([rule]);
  });

  it.each<[what: string, host: string, request: EgressRequest, record: Partial<EgressRecord>, observed: number]>([
    ['what is unreadable', 'files.example', binary, {}, 1],
    ['another protocol', 'files.example', DOWNLOAD, raw, 1],
    ['a file of somebody else', 'files.example', other, {}, 1],
    ['a file of its own site', 'github.com', DOWNLOAD, {}, 0],
    ['facts about its use', 'ping.example', POST, {}, 0],
    ['what a registry was asked for', 'registry.npmjs.org', DOWNLOAD, registry, 0],
    ['a connection by which nothing was asked', 'registry.npmjs.org', DOWNLOAD, unasked, 0],
    ['what nobody known sent', 'files.example', { ...binary, clientPorts: [] }, {}, 0],
  ])('an observation at most: %s', (_what, host, request, record, observed) => {
    const { verdict, observations } = permitted(host, request, record);
    expect(verdict).toBe('clean');
    expect(observations.map(({ rule }) => rule)).toEqual(Array(observed).fill('Contact with a permitted host'));
  });

  it.each<[what: string, host: string, request: EgressRequest, record: Partial<EgressRecord>]>([
    ['a file, after a key', 'files.example', other, {}],
    ['facts, after a key', 'ping.example', POST, {}],
    ['a registry, after a key', 'registry.npmjs.org', DOWNLOAD, registry],
    ['a connection by which nothing was asked, after a key', 'registry.npmjs.org', DOWNLOAD, unasked],
  ])('nothing was sent by asking for %s', (_what, host, request, record) => {
    const { findings } = permitted(host, request, record, { alerts: [key] });
    expect(findings.map(({ rule }) => rule)).not.toContain(SENT);
  });

  it('a file of its own site may be run', () => {
    const { findings } = permitted('github.com', DOWNLOAD, {}, { alerts: [run] });
    expect(findings.map(({ rule }) => rule)).not.toContain(RUN);
  });
});

describe('credentials that were read before', () => {
  const read = folded({
    ...alertAt(2.5, 'Read of an SSH key', { 'proc.pid': '20', 'fd.name': '/home/ci/.ssh/id_rsa' }),
    tags: ['credentials'],
  });

  it.each<[string, EgressRequest, boolean]>([
    ['are not sent by asking for a file', { ...DOWNLOAD, path: '/x' }, false],
    ['may be in a path that looks encoded', { ...DOWNLOAD, path: `/${'0a1b2c3d'.repeat(12)}` }, true],
    ['may be in a body of unknown content', { ...POST, bodyKind: 'text', body: 'hello' }, true],
    ['may be in what could not be read', { ...POST, bodyKind: 'binary', body: '' }, true],
  ])('%s', (_title, request, isSent) => {
    const { findings } = reportOf('files.example', [request], { alerts: [read] });
    expect(findings.map(({ rule }) => rule).includes('Credentials read, then sent')).toBe(isSent);
  });
});
