import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, openGateway } from '../../src/egress/gateway.js';
import { imageTags } from '../../src/sandbox/container/image-tag.js';
import { silent } from './harness.js';

const run = promisify(execFile);
const docker = async (...args: string[]) => (await run('docker', args)).stdout.trim();
const gatewayOf = (network: string) =>
  docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network);
const NETWORK = `packwarden-test-egress-${randomUUID().slice(0, 8)}`;

let gateway: Gateway;
let address: string;
let registry: Server;
let port: number;

/** Runs `script` with Node in a container whose only network is the internal one; it prints JSON. */
async function inside(script: string): Promise<unknown> {
  const output = await docker(
    'run',
    '--rm',
    '--network',
    NETWORK,
    '--dns',
    address,
    '-e',
    `GATEWAY=${address}`,
    '-e',
    `PORT=${port}`,
    imageTags().npm,
    'node',
    '-e',
    script,
  );
  return JSON.parse(output);
}

beforeAll(async () => {
  registry = createServer((_request, response) => response.end('a package')).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const bound = registry.address();
  port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  await docker('network', 'create', '--internal', NETWORK);
  address = await gatewayOf(NETWORK);
  gateway = await openGateway({
    address,
    policy: { mode: 'registry', allow: [`registry.test:${port}`] },
    clock: { now: () => Date.now() },
    logger: silent,
    resolve: async () => ['127.0.0.1'],
  });
});

afterAll(async () => {
  await gateway?.close();
  registry?.close();
  await docker('network', 'rm', NETWORK);
});

const REQUESTS = `
const http = require('node:http');
const ask = (path) => new Promise((resolve) => {
  const request = http.request({ host: process.env.GATEWAY, port: 3128, method: 'CONNECT', path });
  request.on('connect', (response, socket) => {
    if (response.statusCode !== 200) return resolve(response.statusCode);
    http.get({ createConnection: () => socket, path: '/', headers: { host: 'registry.test' } }, (page) => {
      page.setEncoding('utf8').on('data', (text) => { socket.destroy(); resolve(text); });
    });
  });
  request.on('error', (error) => resolve(error.code));
  request.end();
});`;

describe('from a container on an internal network', () => {
  it('the registry is reached through the proxy, and nothing else is', async () => {
    const answers = await inside(`${REQUESTS}
      const targets = ['registry.test:' + process.env.PORT, 'evil.invalid:443', '169.254.169.254:80', '2130706433:' + process.env.PORT,
        '127.0.0.1:' + process.env.PORT, process.env.GATEWAY + ':22'];
      Promise.all(targets.map(ask)).then((answers) => console.log(JSON.stringify(answers)));`);
    expect(answers).toEqual(['a package', 403, 403, 403, 403, 403]);
    const records = gateway.records().map(({ host, allowed }) => `${host} ${allowed}`);
    expect(records.sort()).toEqual(
      [
        `127.0.0.1 false`,
        `169.254.169.254 false`,
        `2130706433:${port} false`,
        `${address} false`,
        'evil.invalid false',
        'registry.test true',
      ].sort(),
    );
  });

  it('a name that is not allowed does not exist, at once; it is on record', async () => {
    const answer = await inside(`
      const began = Date.now();
      require('node:dns').lookup('c2.evil.invalid', (error) => console.log(JSON.stringify({ code: error.code, ms: Date.now() - began })));`);
    expect(answer).toMatchObject({ code: 'ENOTFOUND' });
    expect((answer as { ms: number }).ms).toBeLessThan(2_000);
    expect(gateway.records()).toContainEqual(
      expect.objectContaining({ host: 'c2.evil.invalid', via: 'dns', allowed: false }),
    );
  });

  it('the record holds the local port that the process had inside', async () => {
    const inner = await inside(`
      const socket = require('node:net').connect(3128, process.env.GATEWAY, () => {
        socket.write('CONNECT port.evil.invalid:443 HTTP/1.1\\r\\n\\r\\n');
        socket.once('data', () => { console.log(socket.localPort); socket.destroy(); });
      });`);
    const record = gateway.records().find(({ host }) => host === 'port.evil.invalid');
    expect(record?.clientPorts).toEqual([inner]);
  });
});
