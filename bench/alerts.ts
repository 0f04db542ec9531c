import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Client, credentials } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { pino } from 'pino';
import { AlertFold } from '../src/falco/fold.js';
import { GrpcAlertSource } from '../src/falco/grpc-source.js';
import { AlertHub } from '../src/falco/hub.js';

/**
 * Alerts a second from gRPC to folds, against a client that reads and discards the same stream; memory over a million.
 * Bars: at least 30 % of that client's rate; memory flat over a million alerts.
 */
const ROUND = 100_000;
const MILLION = 1_000_000;
const ROUNDS = 3;
const WATCHED = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'];
const POLL_MS = 5;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** 4,000 different alerts of four containers, one of them unwatched, made of a real Falco's where its recording is at hand. */
function alerts(): object[] {
  const recording = here('../../shared/falco/alerts/grpc-get.json');
  const bases = existsSync(recording) ? (JSON.parse(readFileSync(recording, 'utf8')) as Base[]) : [SYNTHETIC];
  const containers = [...WATCHED, 'dddddddddddd'];
  return Array.from({ length: 4_000 }, (_, i) => {
    const base = bases[i % bases.length] ?? SYNTHETIC;
    const fields = {
      'container.id': containers[i % 4] ?? '',
      'fd.name': `/work/file-${i}`,
      'proc.pid': String(i % 50),
    };
    return { ...base, output_fields: { ...base.output_fields, ...fields } };
  });
}

interface Base {
  readonly output_fields: Readonly<Record<string, string>>;
}

const SYNTHETIC = {
  time: { seconds: '1795224943', nanos: 1 },
  priority: 'WARNING',
  source: 'syscall',
  rule: 'Read sensitive file untrusted',
  output: JSON.stringify({ output: 'x'.repeat(400), output_fields: { 'proc.cmdline': 'y'.repeat(400) } }),
  output_fields: { 'proc.cmdline': 'cat /etc/shadow', 'user.name': 'root' },
  hostname: 'bench',
};

/** What one pass cost: alerts per second of wall time and of this process's CPU time. */
interface Pass {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

async function timed(total: number, pass: () => Promise<void>): Promise<Pass> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await pass();
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (total / (performance.now() - began)) * 1e3, perCpuSecond: (total / (user + system)) * 1e6 };
}

const definitions = loadSync('outputs.proto', {
  includeDirs: [here('../protos')],
  keepCase: true,
  longs: String,
  enums: String,
});
const sub = (definitions['falco.outputs.service'] as ServiceDefinition).sub as MethodDefinition<object, object>;

/** The reference: the plainest client that keeps the stream going. */
function discard(socket: string, total: number): Promise<void> {
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  const call = client.makeBidiStreamRequest(sub.path, sub.requestSerialize, sub.responseDeserialize);
  const poll = setInterval(() => call.write({}), POLL_MS);
  return new Promise((resolve) => {
    let seen = 0;
    call.on('error', () => undefined);
    call.on('data', () => {
      seen += 1;
      if (seen < total) return;
      clearInterval(poll);
      call.cancel();
      client.close();
      resolve();
    });
  });
}

/** Ours: source, hub, one fold per watched container. `mark` is called now and then. */
async function fold(socket: string, total: number, mark: (seen: number) => void = () => undefined): Promise<void> {
  const logger = pino({ level: 'silent' });
  const source = new GrpcAlertSource({
    target: { socket },
    logger,
    random: Math.random,
    now: () => performance.now(),
    pollMs: POLL_MS,
  });
  const hub = new AlertHub(source, logger);
  const folds = WATCHED.map((id) => {
    const own = new AlertFold();
    const ignore = () => undefined;
    hub.watch(id, { alert: (alert) => own.add(alert), interrupted: ignore, dropped: ignore, missing: ignore });
    return own;
  });
  hub.start();
  while (hub.counters().received < total) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    mark(hub.counters().received);
  }
  await hub.stop();
  const folded = folds.flatMap((own) => own.entries()).reduce((sum, entry) => sum + entry.count, 0);
  if (folded !== hub.counters().matched) throw new Error(`folds hold ${folded} of ${hub.counters().matched} alerts`);
}

async function serve<T>(total: number, use: (socket: string, fill: () => void) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'packwarden-bench-'));
  const socket = join(folder, 'falco.sock');
  await writeFile(join(folder, 'alerts.json'), JSON.stringify(alerts()));
  const args = [
    '--import',
    'tsx',
    here('parts/alerts-server.ts'),
    `unix:${socket}`,
    String(total),
    join(folder, 'alerts.json'),
  ];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    return await use(socket, () => child.stdin.write('\n'));
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

await serve(ROUND, async (socket, fill) => {
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    fill();
    const reference = await timed(ROUND, () => discard(socket, ROUND));
    fill();
    const ours = await timed(ROUND, () => fold(socket, ROUND));
    // The first round warms both up.
    if (round === 0) continue;
    wall.push(ours.perSecond / reference.perSecond);
    cpu.push(ours.perCpuSecond / reference.perCpuSecond);
    console.log(
      `round ${round}: discard ${reference.perSecond.toFixed(0)}/s, folded ${ours.perSecond.toFixed(0)}/s, ` +
        `ratio ${(wall.at(-1) ?? 0).toFixed(2)} by time, ${(cpu.at(-1) ?? 0).toFixed(2)} by CPU`,
    );
  }
  const worst = Math.min(median(wall), median(cpu));
  console.log(
    `alerts, gRPC to folds / read and discard: ${worst.toFixed(2)} (bar >= 0.30) ${worst >= 0.3 ? 'ok' : 'MISSED'}`,
  );
  if (worst < 0.3) process.exitCode = 1;
});

await serve(MILLION, async (socket, fill) => {
  fill();
  const marks: { at: number; rss: number; heap: number }[] = [];
  const mark = (seen: number) => {
    if (seen < (marks.length + 1) * (MILLION / 10)) return;
    collect();
    const { rss, heapUsed } = process.memoryUsage();
    marks.push({ at: seen, rss, heap: heapUsed });
  };
  await fold(socket, MILLION, mark);
  for (const { at, rss, heap } of marks) console.log(`after ${at} alerts: rss ${mib(rss)} MiB, heap ${mib(heap)} MiB`);
  const [first, last] = [marks[0], marks.at(-1)];
  const growth = (last?.heap ?? 0) - (first?.heap ?? 0);
  const flat = growth < 8 * 1024 ** 2;
  console.log(`heap from 10^5 to 10^6 alerts: ${mib(growth)} MiB (bar < 8) ${flat ? 'ok' : 'MISSED'}`);
  if (!flat) process.exitCode = 1;
});
