import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip, gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { compareRates, perSecond, startServers } from './parts/rounds.js';

/**
 * Uploads: small submissions a second, against bare express and BullMQ; memory while a 200 MB tarball comes in.
 * Bars: 50 % or more of that rate, on the same Redis, in rounds that alternate; RSS + at most 64 MiB.
 */
const MIB = 1024 ** 2;
const LARGE = 200 * MIB;
const MAX_GROWTH = 64 * MIB;
const MIN_RATIO = 0.5;
const PER_ROUND = 250;
const AT_ONCE = 16;

const servers = await startServers('api-server.ts');
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

/** A header block of a file. */
function header(path: string, size: number): Buffer {
  const block = new Header({ path, size, mode: 0o644, type: 'File', mtime: new Date(0) });
  block.encode();
  return block.block ?? Buffer.alloc(0);
}

function manifest(): Buffer {
  const content = Buffer.from('{"name":"bench","version":"1.0.0"}');
  return Buffer.concat([header('package.json', content.length), content, Buffer.alloc(512 - content.length)]);
}

/** A tar whose one file does not compress. */
function* noise(bytes: number): Generator<Buffer> {
  yield manifest();
  yield header('noise', bytes);
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  for (let sent = 0; sent < bytes; sent += MIB) yield cipher.update(Buffer.alloc(MIB));
  yield Buffer.alloc(1024);
}

/** Sends a body; resolves with the answer's text. */
async function post(port: number, send: (out: NodeJS.WritableStream) => Promise<void>): Promise<string> {
  const outgoing = request({
    port,
    agent,
    method: 'POST',
    path: '/monitor/project/npm',
    headers: { 'Content-Type': 'application/octet-stream' },
  });
  const answered = once(outgoing, 'response');
  await send(outgoing);
  const [answer] = await answered;
  const text = (await answer.toArray()).join('');
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text}`);
  return text;
}

const SMALL = gzipSync(Buffer.concat([manifest(), Buffer.alloc(1024)]));

/** Small submissions per second. */
const rate = (port: number): Promise<number> =>
  perSecond(PER_ROUND, AT_ONCE, () =>
    post(port, async (out) => {
      out.end(SMALL);
    }),
  );

/** A field of the servers' memory in bytes (proc(5)): `VmRSS` now, `VmHWM` its peak since the last reset. */
function memory(field: 'VmRSS' | 'VmHWM'): number {
  const line = readFileSync(`/proc/${servers.child.pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+) kB`));
  return Number(line?.[1]) * 1024;
}

async function uploadLarge(port: number): Promise<{ growth: number; seconds: number }> {
  const before = memory('VmRSS');
  writeFileSync(`/proc/${servers.child.pid}/clear_refs`, '5');
  const start = performance.now();
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  await post(port, (out) => pipeline(Readable.from(noise(LARGE)), gzip, out));
  return { growth: memory('VmHWM') - before, seconds: (performance.now() - start) / 1000 };
}

try {
  const { ratio, rates } = await compareRates(servers, rate);
  const { growth, seconds } = await uploadLarge(servers.ours);
  console.log(`small submissions: ratio ${ratio.toFixed(2)} (bar ${MIN_RATIO} or more), ${rates}`);
  console.log(
    `200 MiB upload: RSS +${(growth / MIB).toFixed(1)} MiB (bar ${MAX_GROWTH / MIB} or less), ${seconds.toFixed(1)} s`,
  );
  process.exitCode = ratio >= MIN_RATIO && growth <= MAX_GROWTH ? 0 : 1;
} finally {
  servers.child.stdin.end();
  agent.destroy();
}
