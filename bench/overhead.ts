import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import { rewritten } from '../src/blobs/rewrite.js';
import { imageTags } from '../src/sandbox/container/image-tag.js';
import { createSandbox } from '../src/sandbox/docker-sandbox.js';
import { installed } from '../test/sandbox/installed.js';
import { ServiceProcess } from '../test/support/service-process.js';
import { makeInstallProject } from './parts/install-project.js';
import { median } from './parts/median.js';
import { comparePairs } from './parts/pairs.js';

/**
 * What a detonation costs, submit to report, against a bare `docker run` of the same install; what the sensor costs one.
 * In pairs; the bare one is on the overlay. Bars: 1.0 offline, 1.1 online, sensor 1.05.
 * `overhead [PAIRS] [offline|online|sensor ...]`
 */
const [pairsText = '5', ...chosen] = process.argv.slice(2);
const PAIRS = Number(pairsText);
const wanted = (name: string): boolean => chosen.length === 0 || chosen.includes(name);
const POLL_MS = 25;
const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';
const INSTALL = 'npm ci --dangerously-allow-all-scripts --no-audit --no-fund --foreground-scripts';

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

/** As somebody without Packwarden would do it: same image, same user, no limits, the default bridge. */
async function bare(tarball: Buffer): Promise<void> {
  const trust = ['-v', `${CA_BUNDLE}:${CA_BUNDLE}:ro`, '-e', `NODE_EXTRA_CA_CERTS=${CA_BUNDLE}`];
  const script = `mkdir project && cd project && tar -xzf - && ${INSTALL} >/dev/null`;
  const user = ['--user', '1000', '-w', '/home/ci', '-e', 'HOME=/home/ci'];
  const child = spawn('docker', ['run', '--rm', '-i', ...user, ...trust, imageTags().npm, 'sh', '-c', script], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(tarball);
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`the bare install ended with exit code ${code}`);
}

async function detonate(base: string, tarball: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream' };
  const body = new Uint8Array(tarball);
  const accepted = await fetch(`${base}/monitor/project/npm`, { method: 'POST', headers, body });
  const { id } = (await accepted.json()) as { id: string };
  for (;;) {
    const job = (await (await fetch(`${base}/?id=${id}`)).json()) as { status: string };
    if (job.status === 'finished') return;
    if (job.status === 'error') throw new Error(`the job ended without a verdict: ${JSON.stringify(job)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Fetch and scripts alone, in a sandbox, timed by the sandbox itself. */
async function install(tarball: Buffer): Promise<number> {
  const sandbox = createSandbox({
    instance: `bench-${process.pid}`,
    images: imageTags(),
    egress: { mode: 'none' },
    registry: 'https://registry.npmjs.org/',
    extraCa: readFileSync(CA_BUNDLE, 'utf8'),
    clock: Date,
    randomBytes,
    log: pino({ level: 'warn' }),
  });
  const run = await sandbox.create({ jobId: randomUUID(), ecosystem: 'npm', attempt: 1 });
  try {
    await run.unpack(rewritten(Readable.from([tarball])));
    const step = await installed(run, 300_000);
    if (step.exitCode !== 0) throw new Error(`the install ended with exit code ${step.exitCode}: ${step.log}`);
    return step.durationMs / 1000;
  } finally {
    await run.destroy();
  }
}

async function withService<T>(dataDir: string, use: (base: string) => Promise<T>): Promise<T> {
  const service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: dataDir, PACKWARDEN_CONCURRENCY: '1' });
  try {
    await service.ready();
    return await use(service.url);
  } catch (error) {
    console.error(service.output.slice(-4_000));
    throw error;
  } finally {
    await service.stop();
  }
}

const WARM_UPS = 2;
const RUNS = 3;

/** A sensor runs for weeks: what it costs until its code is compiled is not what is asked for. The median of some runs. */
async function steady(work: () => Promise<number>): Promise<number> {
  for (let run = 0; run < WARM_UPS; run += 1) await work();
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) times.push(await work());
  return median(times);
}

const folder = await mkdtemp(join(tmpdir(), 'pwb-'));
try {
  const project = await makeInstallProject(join(folder, 'project'));
  console.log(`${project.packages} packages; tarball with cache ${(project.offline.length / 1e6).toFixed(1)} MB`);
  const data = join(folder, 'data');
  if (wanted('offline') || wanted('online')) {
    await withService(data, async (base) => {
      for (const [name, tarball, bar] of [
        ['offline', project.offline, 1.0],
        ['online', project.online, 1.1],
      ] as const) {
        if (!wanted(name)) continue;
        await comparePairs({
          name,
          pairs: PAIRS,
          bar,
          ours: () => seconds(() => detonate(base, tarball)),
          reference: () => seconds(() => bare(tarball)),
        });
      }
    });
  }
  if (wanted('sensor')) {
    const plain = () => steady(() => install(project.offline));
    await comparePairs({
      name: 'sensor',
      pairs: PAIRS,
      bar: 1.05,
      ours: () => withService(data, plain),
      reference: plain,
    });
  }
} finally {
  await rm(folder, { recursive: true });
}
