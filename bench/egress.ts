import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { RegistryCache } from '../src/egress/cache/port.js';
import { openRegistryCache } from '../src/egress/cache/registry-cache.js';
import { type GatewayOptions, openGateway } from '../src/egress/gateway.js';
import { imageTags } from '../src/sandbox/container/image-tag.js';
import { openCachingRegistry } from './parts/caching-registry.js';
import { lockedProject } from './parts/install-project.js';
import { comparePairs } from './parts/pairs.js';

/**
 * What the way out costs: an install of 480 packages through the gateway, cold and with a warm cache, against an open network.
 * `npm ci` in a container, pairs in one run. `cold`: an empty cache each time, both from a registry on this machine that has all of it, so that
 * only the way differs; the bar is 1.10. `warm`: the cache has all of it, the open network asks the npm registry itself; the bar is 0.8.
 * `egress [PAIRS] [cold|warm ...]`
 */
const [pairsText = '5', ...chosen] = process.argv.slice(2);
const pairs = Number(pairsText);
const wanted = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
const NPM = { url: 'https://registry.npmjs.org/', host: 'registry.npmjs.org' };
const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const LOCAL = 'npm.bench.test';
const NETWORK = `packwarden-bench-egress-${process.pid}`;
const OPEN_NETWORK = `packwarden-bench-open-${process.pid}`;
const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const gatewayOf = (network: string): string =>
  docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network);
const log = pino({ level: 'warn' });
/** As many as a job has: what leaves is read for them. */
const SECRETS = Array.from({ length: 40 }, (_, i) => ({
  name: `s${i}`,
  value: `npm_${i}Xk29fQpL7vRt3WsZ8yBnC4dMhJ6gUeA1oTiD`,
}));

/** A registry, and how it is reached from here. */
interface Registry {
  readonly url: string;
  readonly host: string;
  readonly more: Partial<GatewayOptions>;
}

/** A project with its lock file, and what an install of it gets beside. */
interface Install {
  readonly tarball: Buffer;
  readonly flags: readonly string[];
}

/** Seconds that `npm ci` took, by the container's own clock. */
async function install({ tarball, flags }: Install): Promise<number> {
  const npm = 'npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >&2';
  const script = `mkdir p && cd p && tar -xzf - && b=$(date +%s%N) && ${npm} && echo $(($(date +%s%N) - b))`;
  const box = ['--user', '1000', '-w', '/home/ci', '-e', 'HOME=/home/ci', '--tmpfs', '/home/ci:exec,uid=1000,size=2g'];
  const child = spawn('docker', ['run', '--rm', '-i', ...box, ...flags, imageTags().npm, 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stdin.end(tarball);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the install ended with exit code ${code}`);
  return Number(output.trim()) / 1e9;
}

const folder = await mkdtemp(join(tmpdir(), 'pwb-'));
const project = await lockedProject(folder);
console.log(`${project.packages} packages`);
let caches = 0;

function emptyCache(): Promise<RegistryCache> {
  caches += 1;
  return openRegistryCache({ folder: join(folder, `cache-${caches}`), maxBytes: 4 * 1024 ** 3, clock: Date, log });
}

/** The same install by a gateway of its own, as each job has one. */
async function throughGateway({ url, host, more }: Registry, cache: RegistryCache): Promise<number> {
  const address = gatewayOf(NETWORK);
  const gateway = await openGateway({
    address,
    ports: { proxy: 0, dns: 0, https: 0, http: 0 },
    policy: { mode: 'registry', allow: [host] },
    registries: [{ url }],
    secrets: SECRETS,
    clock: Date,
    logger: log,
    cache,
    ...more,
  });
  try {
    const tarball = await project.from({ url, ca: gateway.authority });
    const settings = [
      `npm_config_registry=${url}`,
      `https_proxy=http://${address}:${gateway.ports.proxy}`,
      'no_proxy=',
    ];
    const trust = 'npm_config_cafile=/home/ci/p/ca.pem';
    const flags = ['--network', NETWORK, ...[...settings, trust].flatMap((each) => ['-e', each])];
    return await install({ tarball, flags });
  } finally {
    await gateway.close();
  }
}

async function cold(): Promise<void> {
  const address = gatewayOf(OPEN_NETWORK);
  const registry = await openCachingRegistry(LOCAL, address, NPM.url.replace(/\/$/, ''));
  try {
    const more = { ca: registry.ca, resolve: async () => [address] };
    const tarball = await project.from(registry);
    const settings = [`npm_config_registry=${registry.url}`, 'npm_config_cafile=/home/ci/p/ca.pem'];
    const network = ['--network', OPEN_NETWORK, '--add-host', `${LOCAL}:${address}`];
    const reference = (): Promise<number> =>
      install({ tarball, flags: [...network, ...settings.flatMap((each) => ['-e', each])] });
    const ours = async (): Promise<number> =>
      throughGateway({ url: registry.url, host: registry.host, more }, await emptyCache());
    console.log(`cold: warm-up: ${(await reference()).toFixed(2)} s, ${(await ours()).toFixed(2)} s`);
    await comparePairs({ name: 'cold', pairs, bar: 1.1, ours, reference });
  } finally {
    await registry.close();
  }
}

async function warm(): Promise<void> {
  const cache = await emptyCache();
  const ca = readFileSync(CA_BUNDLE, 'utf8');
  const tarball = await project.from({ url: NPM.url, ca });
  const flags = ['-v', `${CA_BUNDLE}:${CA_BUNDLE}:ro`, '-e', `NODE_EXTRA_CA_CERTS=${CA_BUNDLE}`];
  const reference = (): Promise<number> => install({ tarball, flags });
  const ours = (): Promise<number> => throughGateway({ ...NPM, more: { ca } }, cache);
  console.log(`warm: warm-up: ${(await reference()).toFixed(2)} s, ${(await ours()).toFixed(2)} s`);
  await comparePairs({ name: 'warm', pairs, bar: 0.8, ours, reference });
  console.log(`warm: of what was asked the cache answered ${JSON.stringify(cache.counters())}`);
}

docker('network', 'create', OPEN_NETWORK);
docker('network', 'create', '--internal', NETWORK);
try {
  if (wanted('cold')) await cold();
  if (wanted('warm')) await warm();
} finally {
  docker('network', 'rm', NETWORK, OPEN_NETWORK);
  await rm(folder, { recursive: true });
}
