import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placesOf } from '../../../src/report/findings/places.js';
import type { Report } from '../../../src/report/report.js';
import { imageTags } from '../../../src/sandbox/container/image-tag.js';
import { reportOf, submit, untilState } from '../../support/client.js';
import { sandboxesOf } from '../../support/own-sandboxes.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { projectWithScript } from '../../support/tarballs.js';

const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const data = dataFolder();
const REDIS = join(data.path, 'redis', 'redis.sock');
const foreign = `packwarden-test-${randomUUID().slice(0, 8)}`;
const MARKER = `marker-${randomUUID()}`;
const NEIGHBOUR_PORT = 8000;

let service: ServiceProcess;
let hostServer: Server;
let neighbour: { id: string; address: string; gateway: string };
/** What a job got for each address that it tried, and its report. */
let got: Readonly<Record<string, string>>;
let report: Report;
let targets: Readonly<Record<string, string>>;

/** Plants a marker wherever a process may write, and then serves one on its own address until it is killed. */
const NEIGHBOUR = `
const { execSync } = require('child_process'); const fs = require('fs');
for (const place of [process.env.HOME, process.env.HOME + '/.npm', '/tmp', '/var/tmp', '/dev/shm', '/dev/mqueue', '/run']) {
  try { fs.mkdirSync(place, { recursive: true }); fs.writeFileSync(place + '/${MARKER}', ''); } catch {}
}
execSync('ipcmk -M 4096 && ipcmk -S 1 && ipcmk -Q');
require('net').createServer((socket) => socket.end('${MARKER}')).listen('\\0${MARKER}');
require('net').createServer((socket) => socket.end('${MARKER}')).listen(${NEIGHBOUR_PORT}, '0.0.0.0');
`;

/** Prints what of the marker is there. */
const LOOK = `
const { execSync } = require('child_process');
const sh = (script) => execSync(script + ' 2>/dev/null || true', { encoding: 'utf8' }).trim();
const found = [
  sh("find / -xdev -name 'marker-*'"), sh("find /home /tmp /dev /run /var -name 'marker-*'"),
  sh('ipcs -m -s -q | grep 0x'), sh('grep marker- /proc/net/unix')
];
console.log('found ' + JSON.stringify(found.filter((text) => text !== '')));
`;

/** Connects to each address and prints the error's code, or that it was answered. */
const trying = (addresses: Readonly<Record<string, string>>): string => `
const net = require('net');
const targets = ${JSON.stringify(addresses)};
const attempt = ([name, address]) => new Promise((resolve) => {
  const at = address.startsWith('/') ? { path: address } : { host: address.split(' ')[0], port: Number(address.split(' ')[1]) };
  const socket = net.connect(at);
  const done = (how) => { socket.destroy(); resolve([name, how]); };
  socket.setTimeout(3000, () => done('silence'));
  socket.on('connect', () => done('ANSWERED'));
  socket.on('error', (error) => done(error.code));
});
Promise.all(Object.entries(targets).map(attempt)).then((all) => console.log('got ' + JSON.stringify(Object.fromEntries(all))));
${LOOK}`;

const containerOf = (id: string) =>
  eventually('the container', 20_000, () => docker('ps', '-q', '--filter', `label=packwarden.job=${id}`) || undefined);

const gatewayOf = (network: string): string =>
  docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network);

/** From the host, to know that a silence in the sandbox is the sandbox's. */
async function answersHere(target: string): Promise<void> {
  const [host = '', port] = target.split(' ');
  await eventually(`${target} answers`, 10_000, async () => {
    const socket = connect({ host, port: Number(port) });
    const answered = await once(socket, 'connect').then(
      () => true,
      () => undefined,
    );
    socket.destroy();
    return answered;
  });
}

async function startNeighbour(): Promise<typeof neighbour> {
  const id = await submit(service.url, await projectWithScript(NEIGHBOUR));
  await untilState(service.url, id, ['installing']);
  const container = await containerOf(id);
  const address = docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container);
  // The firewall lets no answer of it to the host.
  await eventually('the neighbour listens', 15_000, () => {
    const sockets = docker('exec', container, 'cat', '/proc/net/tcp');
    return sockets.includes(`:${NEIGHBOUR_PORT.toString(16).toUpperCase()} `) || undefined;
  });
  expect(docker('exec', container, 'sh', '-c', 'ls /tmp /dev/shm /dev/mqueue; ipcs -m')).toMatch(
    new RegExp(`(${MARKER}[^]*){3}0x`),
  );
  return { id, address, gateway: gatewayOf(`runner-${id}`) };
}

/** A server on a Docker network that has nothing to do with sandboxes. */
function startForeignHost(): string {
  docker('network', 'create', foreign);
  const serve = 'require("net").createServer((socket) => socket.end("x")).listen(80)';
  docker('run', '-d', '--rm', '--name', foreign, '--network', foreign, imageTags().npm, 'node', '-e', serve);
  return docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', foreign);
}

beforeAll(async () => {
  service = await ServiceProcess.start({
    PACKWARDEN_DATA_DIR: data.path,
    PACKWARDEN_CONCURRENCY: '2',
    PACKWARDEN_INSTALL_TIMEOUT_S: '60',
  });
  await service.ready();
  hostServer = createServer((socket) => socket.on('error', () => undefined).end('the host')).listen(0, '0.0.0.0');
  await once(hostServer, 'listening');
  const { port } = hostServer.address() as AddressInfo;
  const api = new URL(service.url).port;
  const foreignAddress = startForeignHost();
  const own = Object.entries(networkInterfaces()).filter(([name]) => !/^(lo|docker|br-|pw-|veth)/.test(name));
  const host = own.flatMap(([, addresses = []]) => addresses).find(({ family }) => family === 'IPv4');
  neighbour = await startNeighbour();
  // What is looked for at the end is found while it is there.
  expect(sandboxesOf(data.path)).not.toEqual([]);
  const bridge = gatewayOf(foreign);
  targets = {
    'the host by a Docker bridge': `${bridge} ${port}`,
    'the API by a Docker bridge': `${bridge} ${api}`,
    ...(host === undefined ? {} : { 'the host by its own address': `${host.address} ${port}` }),
    'the host by the bridge of another job': `${neighbour.gateway} ${port}`,
    'a Redis by the bridge of another job': `${neighbour.gateway} 6379`,
    "another job's container": `${neighbour.address} ${NEIGHBOUR_PORT}`,
    'a host on another network': `${foreignAddress} 80`,
    'the metadata service': '169.254.169.254 80',
    "another job's proxy": `${neighbour.gateway} 3128`,
    "another job's resolver": `${neighbour.gateway} 53`,
  };
  for (const name of ['the host by a Docker bridge', 'a host on another network'])
    await answersHere(targets[name] ?? '');
  const unrecorded = {
    'the API on loopback': `127.0.0.1 ${api}`,
    'the Docker socket': '/var/run/docker.sock',
    "the worker's Redis": REDIS,
  };
  const id = await submit(service.url, await projectWithScript(trying({ ...targets, ...unrecorded })));
  report = await reportOf(service.url, id, 60_000);
  got = JSON.parse(/^got (.*)$/m.exec(report.log)?.[1] ?? '{}');
});
afterAll(async () => {
  execFileSync('docker', ['rm', '-f', foreign], { stdio: 'ignore' });
  execFileSync('docker', ['network', 'rm', foreign], { stdio: 'ignore' });
  hostServer?.close();
  await service?.stop();
  data.remove();
});

describe('from inside a job, beside another one', () => {
  it('nothing answers: host, bridges, neighbour, metadata, Docker, Redis, API', () => {
    expect(Object.keys(got)).toHaveLength(Object.keys(targets).length + 3);
    expect(Object.entries(got).filter(([, how]) => !/^(silence|E[A-Z]+)$/.test(how))).toEqual([]);
  });

  it('each direct attempt is a finding that names the package', () => {
    const past = report.findings.filter(({ rule }) => rule === 'Outbound connection past the gateway');
    const peers = past.flatMap((finding) => placesOf(finding).map(({ subject }) => subject.split('->').at(-1) ?? ''));
    const seen = peers.map((peer) => peer.replace(/:(\d+)$/, ' $1'));
    expect(seen).toEqual(expect.arrayContaining(Object.values(targets)));
    for (const finding of past) expect(finding.package).toMatchObject({ name: 'dep', version: '1.2.3' });
    expect(report.findings.map(({ rule }) => rule)).toContain('Contact with the cloud metadata service');
    expect(report.verdict).toBe('findings');
  });

  it('nothing of the neighbour is seen: files, shared memory, sockets', () => {
    expect(report.log).toMatch(/^found \[\]$/m);
  });
});

describe('after a job', () => {
  it('the next one finds nothing of it', async () => {
    await fetch(`${service.url}/v1/jobs/${neighbour.id}`, { method: 'DELETE' });
    await reportOf(service.url, neighbour.id, 60_000);
    const id = await submit(service.url, await projectWithScript(LOOK));
    expect((await reportOf(service.url, id, 60_000)).log).toMatch(/^found \[\]$/m);
  });

  it('no container, network or volume of it is left', async () => {
    await eventually('nothing is left', 20_000, () => {
      return sandboxesOf(data.path).length === 0 || undefined;
    });
  });
});

describe('the firewall that keeps sandboxes off this machine', () => {
  const rule = ['INPUT', '-i', 'pw-+', '-j', 'PACKWARDEN'];

  it('is put back before a job, where something took it away', async () => {
    execFileSync('iptables', ['-w', '10', '-D', ...rule]);
    const id = await submit(service.url, await projectWithScript(''));
    expect((await reportOf(service.url, id, 60_000)).verdict).toBe('clean');
    execFileSync('iptables', ['-w', '10', '-C', ...rule]);
  });

  it('can not be made: a job is incomplete, and says what it could reach', async () => {
    const own = dataFolder();
    // Where there is no iptables.
    const bare = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: own.path, PATH: '/usr/bin:/bin' });
    try {
      const id = await submit(bare.url, await projectWithScript(''));
      const { verdict, incomplete } = await reportOf(bare.url, id, 60_000);
      expect([verdict, incomplete.map(({ code }) => code)]).toEqual(['incomplete', ['host-unprotected']]);
    } finally {
      await bare.stop();
      own.remove();
    }
  });
});
