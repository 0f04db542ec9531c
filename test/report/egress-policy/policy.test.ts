import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { compilePolicy } from '../../../src/egress/policy.js';
import { EGRESS_FORMS } from '../../../src/report/egress-policy/forms.js';
import { egressPolicyOf } from '../../../src/report/egress-policy/policy.js';
import { prefixesOf } from '../../../src/report/egress-policy/prefixes.js';
import type { EgressPolicy } from '../../../src/report/evidence/egress/egress-schema.js';
import type { Finding } from '../../../src/report/finding.js';
import type { Report } from '../../../src/report/report.js';
import { finding } from '../../api/reports.js';
import { GET } from '../requests.js';

type Row = Report['egress'][number];
const TIME = '2026-11-29T12:00:00.000Z';
const { at: _at, clientPorts: _ports, ...SHOWN } = GET;
const asked = (path: string, method = 'GET'): NonNullable<Row['requests']>[number] => {
  return { ...SHOWN, headers: [], tells: [], first: TIME, method, path };
};
const row = (host: string, more: Partial<Row> = {}): Row => ({
  host,
  port: 443,
  via: 'proxy',
  allowed: true,
  count: 1,
  bytesSent: 1,
  bytesReceived: 1,
  first: TIME,
  last: TIME,
  process: null,
  package: null,
  ...more,
});
function about(host: string, means: string, more: Partial<Finding> = {}): Finding {
  const base = finding({ rule: 'Egress refused by the gateway', priority: 'NOTICE', ...more });
  return {
    ...base,
    alert: { ...base.alert, output_fields: { 'egress.host': host, 'egress.port': '443', 'egress.means': means } },
  };
}
const hostsOf = (policy: EgressPolicy): string[] => policy.rules.map(({ host, port }) => `${host}:${port}`);
const FILE = asked('/o/a/releases/download/v1/x.gz?a=b');

describe('what the honest part of a run needed', () => {
  it.each<[what: string, egress: Row[], findings: Finding[], observations: Finding[], hosts: string[]]>([
    [
      'what was permitted',
      [row('r.example'), row('git.example', { port: 22 })],
      [],
      [],
      ['git.example:22', 'r.example:443'],
    ],
    ['without the proxy, too', [row('r.example', { via: 'transparent' })], [], [], ['r.example:443']],
    ['no look-up, no address', [row('r.example', { via: 'dns', port: null }), row('192.0.2.1')], [], [], []],
    ['nothing that is refused', [row('x.example', { allowed: false, requests: [FILE] })], [], [], []],
    [
      'a file of its own site',
      [row('x.example', { allowed: false, requests: [FILE] })],
      [],
      [about('x.example', 'download')],
      ['x.example:443'],
    ],
    [
      'no facts about its use',
      [row('x.example', { allowed: false, requests: [asked('/ping', 'POST')] })],
      [],
      [about('x.example', 'telemetry')],
      [],
    ],
    [
      'no file of a site that there is a finding about',
      [row('x.example', { allowed: false, requests: [FILE] })],
      [about('x.example', 'unknown', { priority: 'WARNING' })],
      [about('x.example', 'download')],
      [],
    ],
    [
      'no permitted host that there is a finding about',
      [row('x.example', { requests: [FILE] })],
      [about('x.example', 'unknown', { rule: 'Decoy left the sandbox', priority: 'CRITICAL' })],
      [],
      [],
    ],
    [
      'no permitted host that was told of the sandbox',
      [row('x.example', { requests: [{ ...FILE, tells: ['the host name'] }] })],
      [],
      [],
      [],
    ],
    [
      'a permitted host that is only observed',
      [row('x.example', { requests: [FILE] })],
      [],
      [about('x.example', 'download', { rule: 'Contact with a permitted host' })],
      ['x.example:443'],
    ],
    [
      'a registry that was asked for what is not there',
      [row('r.example')],
      [about('r.example', '', { rule: 'Registry asked for another package', priority: 'WARNING' })],
      [],
      ['r.example:443'],
    ],
  ])('%s', (_what, egress, findings, observations, hosts) => {
    expect(hostsOf(egressPolicyOf({ egress, findings, observations }))).toEqual(hosts);
  });

  it('says how many hosts it leaves out where there are very many', () => {
    const egress = Array.from({ length: 230 }, (_, at) => row(`h${at}.example`));
    const { rules, left } = egressPolicyOf({ egress, findings: [], observations: [] });
    expect([rules.length, left]).toEqual([200, 30]);
    expect(egressPolicyOf({ egress: egress.slice(0, 200), findings: [], observations: [] })).not.toHaveProperty('left');
  });

  it('distinguishes by method and folder', () => {
    const requests = [asked('/o/a/x.gz'), asked('/o/a/b/y.gz', 'HEAD'), asked('/p/z.gz')];
    const [rule] = egressPolicyOf({ egress: [row('x.example', { requests })], findings: [], observations: [] }).rules;
    expect(rule).toEqual({
      host: 'x.example',
      port: 443,
      methods: ['GET', 'HEAD'],
      pathPrefixes: ['/o/a/', '/p/'],
      packages: [],
    });
  });

  it('has few folders, and nothing in them that another program reads as its own', () => {
    const many = Array.from({ length: 30 }, (_, i) => `/a/${i}/x`);
    expect(prefixesOf(many)).toEqual(['/a/']);
    expect(prefixesOf(['/a/b c/d', '/x/../../etc/y', '/%2e%2E/z', 'x"\nallow all'])).toEqual(['/']);
    expect(prefixesOf([`/a/${'"'}; evil/x`])).toEqual(['/a/']);
  });
});

describe('the forms of an allow list', () => {
  const rules = [
    { host: 'github.com', port: 443, methods: ['GET'], pathPrefixes: ['/o/a.b/'], packages: ['a@1.0.0'] },
    { host: 'git.example', port: 22, methods: [], pathPrefixes: [], packages: [] },
  ];
  const textFor = (name: string): string => EGRESS_FORMS.find((form) => form.name === name)?.text({ rules }) ?? '';

  it("the service's own is one that the service takes", () => {
    expect(textFor('packwarden')).toBe('PACKWARDEN_EGRESS_ALLOW=github.com,git.example:22\n');
    const allow = textFor('packwarden').trim().split('=')[1]?.split(',') ?? [];
    const policy = compilePolicy({ mode: 'registry', allow });
    expect([
      policy.reach('github.com', 443),
      policy.reach('git.example', 22),
      policy.reach('git.example', 443),
    ]).toEqual(['named', 'named', undefined]);
  });

  it("a proxy's ends with a refusal of everything else", () => {
    const text = textFor('squid');
    expect(text).toContain('acl packwarden_1_host dstdomain github.com\n');
    expect(text).toContain('acl packwarden_1_path urlpath_regex ^/o/a\\.b/\n');
    expect(text).toContain('http_access allow CONNECT packwarden_2_host packwarden_2_port\n');
    expect(text.trimEnd().endsWith('http_access deny all')).toBe(true);
  });

  it.each(['cilium', 'kubernetes'])('%s: one document with every port', (name) => {
    const documents = parseAllDocuments(textFor(name));
    expect(documents.map(({ errors }) => errors)).toEqual([[]]);
    const policy = JSON.stringify(documents[0]?.toJSON());
    for (const port of ['443', '22', '53']) expect(policy).toMatch(new RegExp(`"port":"?${port}\\b`));
    if (name === 'cilium') expect(policy).toContain('"toFQDNs":[{"matchName":"github.com"}]');
    else expect(textFor(name)).toContain('#   github.com\n');
  });
});
