import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { encode } from 'dns-packet';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/egress/gateway.js';
import { Authority } from '../../../src/egress/upstream/authority.js';
import { buildReport } from '../../../src/report/build.js';
import { evidence, pkg } from '../../report/evidence.js';
import { gatewayWith, keeper, securely, until } from '../harness.js';

const kept = keeper();
const NAME = 'registry.test';
const HOSTNAME = 'c0ffee5ad9e1';
const TOKEN = `npm_${randomUUID().replaceAll('-', '')}abcd`;
const HEX = Buffer.from(TOKEN).toString('hex');
/** Data that is nobody's known secret: as a program encodes what it has read. */
const UNKNOWN = '6e706d5f586b32396651704c37';
const corporate = new Authority(Date.now());
/** All that came to the registry, heads and bodies. */
let came = '';
let registry: Server;
let gateway: Gateway;

beforeAll(async () => {
  registry = createServer(corporate.identityOf(NAME), (request, response) => {
    came += `${request.method} ${request.url}\n${request.rawHeaders.join('\n')}\n`;
    request.on('data', (chunk: Buffer) => {
      came += chunk.toString('latin1');
    });
    response.writeHead(request.url === '/a' ? 200 : 404).end('{}');
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
});
afterAll(() => registry?.close());
beforeEach(async () => {
  came = '';
  gateway = kept(
    await gatewayWith({
      policy: { mode: 'registry', allow: [host()] },
      names: { [NAME]: ['127.0.0.1'] },
      registries: [{ url: `https://${host()}/` }],
      ca: corporate.cert,
      sink: { status: 404 },
      secrets: [{ name: 'npm token', value: TOKEN }],
      identity: { hostname: HOSTNAME, user: 'ci', home: '/home/ci', variables: [] },
    }),
  );
});

const host = (): string => `${NAME}:${(registry.address() as AddressInfo).port}`;

async function send(line: string, headers: readonly string[] = [], body = ''): Promise<string> {
  const more = body === '' ? [] : [`Content-Length: ${body.length}`, 'Content-Type: application/json'];
  const head = [`${line} HTTP/1.1`, `Host: ${host()}`, 'Connection: close', ...headers, ...more];
  return securely(gateway, host(), gateway.authority, `${head.join('\r\n')}\r\n\r\n${body}`);
}

/** What a job's report says of it, of a program in the install phase that nobody is known behind. */
function judged(): ReturnType<typeof buildReport> {
  const seen = {
    egress: gateway.records(),
    leaks: gateway.leaks(),
    dataNames: gateway.dataNames(),
    asks: gateway.asks(),
  };
  const phaseStarts = [{ name: 'install', at: Date.now() - 60_000 }] as const;
  return buildReport(evidence({ packages: [pkg('.', ['a']), pkg('node_modules/a')], phaseStarts, ...seen }));
}

const USER = JSON.stringify({ name: 'x', password: UNKNOWN });
const CHANNELS: readonly (readonly [
  what: string,
  line: string,
  headers: readonly string[],
  body: string,
  rule: string,
])[] = [
  ['a name that is a decoy', `GET /${HEX}`, [], '', 'Decoy left the sandbox'],
  ['a scope that is a decoy', `GET /@${HEX}%2fa`, [], '', 'Decoy left the sandbox'],
  ['a name that tells of the sandbox', `GET /x-${HOSTNAME}`, [], '', 'Egress refused by the gateway'],
  ['the name of a tarball that tells of it', `GET /a/-/a-${HOSTNAME}.tgz`, [], '', 'Egress refused by the gateway'],
  ['a query', `GET /a?d=${UNKNOWN}`, [], '', 'Egress refused by the gateway'],
  ['a fragment', `GET /a#${UNKNOWN}`, [], '', 'Egress refused by the gateway'],
  ['a header with a decoy', 'GET /a', [`X-Data: ${HEX}`], '', 'Decoy left the sandbox'],
  ['a header that tells of the sandbox', 'GET /a', [`npm-session: ${HOSTNAME}`], '', 'Egress refused by the gateway'],
  ['a user agent with a decoy', 'GET /a', [`User-Agent: npm/12 ${HEX}`], '', 'Decoy left the sandbox'],
  [
    'a user agent that tells of the sandbox',
    'GET /a',
    [`User-Agent: npm/12 ${HOSTNAME}`],
    '',
    'Egress refused by the gateway',
  ],
  ['a cookie', 'GET /a', [`Cookie: s=${HEX}`], '', 'Decoy left the sandbox'],
  [
    'a token that is none of ours',
    'POST /a',
    [`Authorization: Bearer ${UNKNOWN}`],
    '',
    'Egress refused by the gateway',
  ],
  ['a body of a GET', 'GET /a', [], UNKNOWN, 'Egress refused by the gateway'],
  [
    'publish',
    'PUT /a',
    [],
    JSON.stringify({ _attachments: { 'a.tgz': { data: UNKNOWN } } }),
    'Egress refused by the gateway',
  ],
  ['unpublish', 'DELETE /a/-rev/1-0', [], '', 'Egress refused by the gateway'],
  ['a dist-tag', `PUT /-/package/a/dist-tags/${UNKNOWN}`, [], '"1.0.0"', 'Egress refused by the gateway'],
  ['the list of dist-tags', 'GET /-/package/a/dist-tags', [], '', 'Egress refused by the gateway'],
  [
    'an audit',
    'POST /-/npm/v1/security/advisories/bulk',
    [],
    `{"${UNKNOWN}":["1.0.0"]}`,
    'Egress refused by the gateway',
  ],
  ['a search', `GET /-/v1/search?text=${UNKNOWN}`, [], '', 'Egress refused by the gateway'],
  ['a login', 'PUT /-/user/org.couchdb.user:x', [], USER, 'Egress refused by the gateway'],
  ['a new token', 'POST /-/npm/v1/tokens', [], USER, 'Egress refused by the gateway'],
  ['a question who one is', 'GET /-/whoami', [], '', 'Egress refused by the gateway'],
  ['a star', `PUT /-/user/package/${UNKNOWN}/star`, [], '{}', 'Egress refused by the gateway'],
  [
    'a hook',
    'POST /-/npm/v1/hooks/hook',
    [],
    `{"endpoint":"https://${UNKNOWN}.invalid/"}`,
    'Egress refused by the gateway',
  ],
];

describe('the registry is no channel', () => {
  it.each(CHANNELS)(
    'by %s: nothing of it gets there, and it is a finding',
    async (_what, line, headers, body, rule) => {
      await send(line, headers, body);
      for (const data of [HEX, HOSTNAME, UNKNOWN, TOKEN]) expect(came).not.toContain(data);
      const report = judged();
      expect(report.verdict).toBe('findings');
      expect(report.findings.map((one) => one.rule)).toContain(rule);
    },
  );

  it.each([
    ['a header of its own', [`X-Data: ${UNKNOWN}`]],
    ['a user agent', [`User-Agent: npm/12 ${UNKNOWN}`]],
    ['a session', [`npm-session: ${UNKNOWN}`, `pacote-pkg-id: ${UNKNOWN}`, `Accept-Language: ${UNKNOWN}`]],
    ['a cookie', [`Cookie: s=${UNKNOWN}`]],
    ['a form of a document', [`Accept: text/${UNKNOWN}`]],
    ['a form beside an honest one', [`Accept: application/json, text/${UNKNOWN}`]],
    ['an encoding', [`Accept-Encoding: gzip, ${UNKNOWN}`]],
    ['what it has already', [`If-None-Match: ${UNKNOWN}`, `If-Modified-Since: ${UNKNOWN}`, `If-Range: ${UNKNOWN}`]],
    ['a part', [`Range: ${UNKNOWN}=0-1`]],
  ])('by %s with what nobody knows: the registry is asked without it', async (_what, headers) => {
    expect(await send('GET /a', headers)).toContain('200 OK');
    expect(came).toContain('GET /a');
    expect(came).not.toContain(UNKNOWN);
  });

  it.each([
    [
      'npm',
      ['Accept: application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*', 'Accept-Encoding: gzip'],
    ],
    ['yarn', ['Accept: application/json', 'If-None-Match: W/"c9c2a3ae6f3a5d1b"']],
    ['pnpm', ['Accept: */*', 'If-Modified-Since: Tue, 15 Nov 1994 12:45:26 GMT', 'Accept-Encoding: gzip, deflate, br']],
  ])('is asked as %s asks', async (_who, headers) => {
    expect(await send('GET /a', headers)).toContain('200 OK');
    for (const line of headers) expect(came.toLowerCase()).toContain(line.toLowerCase().replace(': ', '\n'));
  });

  it.each([
    ['a version', `/a/1.0.0-${UNKNOWN}`],
    ['a version of letters', '/a/1.0.0-kjfhgkjdhgkjh'],
    ['a tarball', `/a/-/a-1.0.0-${UNKNOWN}.tgz`],
    ['a tarball of another name', `/a/-/${UNKNOWN}.tgz`],
    ['the folder of a tarball', `/a/-/1.0.0-${UNKNOWN}/x.tgz`],
    ['a download', `/a/download/a-${UNKNOWN}.tgz`],
    ['a specification', `/quick/Marshal.4.8/a-1.0.${UNKNOWN}.gemspec.rz`],
    ['a list of gems', `/api/v1/dependencies?gems=a,${UNKNOWN}`],
  ])('by %s of a package that the project has: it is a finding', async (_what, path) => {
    await send(`GET ${path}`);
    expect(judged().findings.map(({ rule, priority }) => [rule, priority])).toEqual([
      ['Registry asked for another package', 'WARNING'],
    ]);
  });

  it.each([
    ['its document', '/a'],
    ['its latest version, which is not published', '/a/latest'],
  ])('what a package may ask of itself is none: %s', async (_what, path) => {
    await send(`GET ${path}`);
    expect(judged().findings).toEqual([]);
  });

  it('by a name that carries what nobody knows: it is a finding', async () => {
    await send(`GET /x-${UNKNOWN}`);
    expect(judged().findings.map(({ rule, priority }) => [rule, priority])).toEqual([
      ['Registry asked for another package', 'WARNING'],
    ]);
  });

  it.each([
    ['a name below it', `${UNKNOWN}.${NAME}`, 'Egress refused by the gateway'],
    ['a name below it that is a decoy', `${HEX.slice(0, 50)}.${HEX.slice(50)}.${NAME}`, 'Decoy left the sandbox'],
  ])('by a question for %s: it is a finding, and nobody is asked', async (_what, name, rule) => {
    const socket = createSocket('udp4');
    socket.send(encode({ type: 'query', id: 1, questions: [{ type: 'TXT', name }] }), gateway.ports.dns, '127.0.0.1');
    await until(() => gateway.records().length > 0);
    socket.close();
    expect(judged().findings.map((one) => one.rule)).toContain(rule);
  });
});
