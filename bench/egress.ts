import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openGateway } from '../src/egress/gateway.js';
import { imageTags } from '../src/sandbox/image-tag.js';
import { openCachingRegistry } from './parts/caching-registry.js';
import { lockedProject } from './parts/install-project.js';
import { median } from './parts/median.js';

/**
 * What the way out costs: an install of 500 packages through the gateway, against the same one on an open network.
 * `npm ci` in a container on an internal network, and on an open network of Docker's. Both install from a caching registry on this machine (https, filled by the
 * warm-up), so that only the way differs. Pairs in one run; the bar is 1.10. `egress [PAIRS]`
 */
const PAIRS = Number(process.argv[2] ?? '5');
const BAR = 1.1;
const REGISTRY = 'npm.bench.test';
const NETWORK = `packwarden-bench-egress-${process.pid}`;
const OPEN_NETWORK = `packwarden-bench-open-${process.pid}`;
const docker = (...args: string[]): string => execFileSync('docker', args, { encoding: 'utf8' }).trim();
const gatewayOf = (network: string): string =>
  docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network);

/** Seconds that `npm ci` took, by the container's own clock. */
async function install(tarball: Buffer, flags: readonly string[]): Promise<number> {
  const npm = 'npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2';
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
docker('network', 'create', OPEN_NETWORK);
docker('network', 'create', '--internal', NETWORK);
const registryAddress = gatewayOf(OPEN_NETWORK);
const registry = await openCachingRegistry(REGISTRY, registryAddress, 'https://registry.npmjs.org');
try {
  const address = gatewayOf(NETWORK);
  const gateway = await openGateway({
    address,
    policy: { mode: 'registry', allow: [registry.host] },
    resolve: async () => [registryAddress],
    clock: Date,
    logger: pino({ level: 'warn' }),
    // As many as a job has: what leaves is read for them.
    secrets: Array.from({ length: 40 }, (_, i) => ({
      name: `s${i}`,
      value: `npm_${i}Xk29fQpL7vRt3WsZ8yBnC4dMhJ6gUeA1oTiD`,
    })),
  });
  try {
    const { tarball, packages } = await lockedProject(folder, registry);
    const trust = ['-e', 'npm_config_cafile=/home/ci/p/ca.pem', '-e', `npm_config_registry=${registry.url}`];
    const proxy = `http://${address}:${gateway.proxyPort}`;
    const ours = () =>
      install(tarball, [
        ...trust,
        '--network',
        NETWORK,
        '--dns',
        address,
        '-e',
        `https_proxy=${proxy}`,
        '-e',
        'no_proxy=',
      ]);
    const open = () =>
      install(tarball, [...trust, '--network', OPEN_NETWORK, '--add-host', `${REGISTRY}:${registryAddress}`]);
    console.log(
      `${packages} packages; warm-up: ${(await open()).toFixed(2)} s open, ${(await ours()).toFixed(2)} s gateway`,
    );
    const ratios: number[] = [];
    for (let pair = 1; pair <= PAIRS; pair += 1) {
      // In turns, each pair the other way round.
      const first = pair % 2 === 0 ? await open() : await ours();
      const second = pair % 2 === 0 ? await ours() : await open();
      const [mine, other] = pair % 2 === 0 ? [second, first] : [first, second];
      ratios.push(mine / other);
      console.log(
        `pair ${pair}: ${mine.toFixed(2)} s against ${other.toFixed(2)} s, ratio ${(mine / other).toFixed(3)}`,
      );
    }
    const ratio = median(ratios);
    console.log(`egress: median ratio ${ratio.toFixed(3)}, bar ${BAR}: ${ratio <= BAR ? 'met' : 'MISSED'}`);
    if (ratio > BAR) process.exitCode = 1;
  } finally {
    await gateway.close();
  }
} finally {
  docker('network', 'rm', NETWORK, OPEN_NETWORK);
  await registry.close();
  await rm(folder, { recursive: true });
}
