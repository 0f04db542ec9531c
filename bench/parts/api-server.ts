import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import express from 'express';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createApi } from '../../src/api/app.js';
import { createAuthenticator } from '../../src/api/auth/authenticator.js';
import { hashPassword } from '../../src/api/auth/credentials.js';
import { createApiServer } from '../../src/api/server.js';
import { createSpool } from '../../src/blobs/spool.js';
import { manifestOf } from '../../src/ecosystems/recognition/choose.js';
import { Submissions } from '../../src/jobs/submissions.js';
import { BullQueue } from '../../src/queue/bull-queue.js';
import { startRedisServer } from '../../src/queue/redis-server.js';
import { StoredReports } from '../../src/queue/reports/stored-reports.js';
import { FileStore } from '../../src/stores/file-store.js';

/**
 * The servers of bench/api.ts, in a process of their own so that its memory is theirs: our API, and next to it the least
 * that can be done with the same libraries: express reads the body into memory and calls BullMQ's `queue.add`. Both use
 * one redis-server (append-only file, synced at every write). Prints `{"ours":port,"bare":port}`; ends with its stdin.
 */
const folder = await mkdtemp(join(tmpdir(), 'packwarden-bench-'));
const log = pino({ level: 'info' }, pino.destination('/dev/null'));
const redis = await startRedisServer(join(folder, 'redis'), pino({ level: 'silent' }));
const clock = { now: () => Date.now() };
const bounds = { retentionS: 60, queueMs: 60_000, maxWaiting: 1_000_000 };
const store = await FileStore.open({ folder: join(folder, 'reports'), suffix: '.json.gz' });
const queue = await BullQueue.open(
  {
    url: redis.url,
    ...bounds,
    reports: new StoredReports({ store, ...bounds, now: () => clock.now() }),
    clock,
    log,
  },
  15_000,
);
const blobs = await createSpool({
  folder: join(folder, 'spool'),
  manifest: manifestOf('auto'),
  maxBytes: 300 * 1024 ** 2,
});

const ours = createApiServer(
  createApi({
    metrics: { contentType: 'text/plain', render: async () => '' },
    alertReceiver: null,
    version: '0.0.0',
    jobs: new Submissions({ blobs, queue, clock, newId: () => randomUUID(), maxEgress: 'registry' }),
    projects: queue.projects,
    packages: queue.packages,
    stopping: new AbortController().signal,
    maxUploadBytes: 300 * 1024 ** 2,
    readiness: { check: async () => ({ ready: true, parts: {} }) },
    authenticator: createAuthenticator({ tokens: [], users: [], clock, hashPassword, secret: randomBytes(32) }),
    clock,
    newId: () => randomUUID(),
    log,
  }),
);

const connection = new Redis(redis.url.replace('unix://', ''), { maxRetriesPerRequest: null });
const bareQueue = new Queue('bare', { connection });
const app = express();
app.post('/monitor/project/:ecosystem', express.raw({ limit: '300mb' }), async (request, response) => {
  const id = randomUUID();
  await bareQueue.add(
    'detonate',
    { id, ecosystem: request.params.ecosystem, bytes: request.body.length },
    { jobId: id },
  );
  response.json({ status: 'ok', id });
});
const bare = createServer(app);

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** The queue refuses work until its connection is up. */
async function untilReady(): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answers = await queue.ping().then(
      () => true,
      () => false,
    );
    if (answers) return;
    if (Date.now() > deadline) throw new Error('Redis does not answer');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await untilReady();
process.stdout.write(`${JSON.stringify({ ours: await listen(ours), bare: await listen(bare) })}\n`);
await once(process.stdin.resume(), 'end');
for (const server of [ours, bare]) {
  server.closeAllConnections();
  server.close();
}
await blobs.close();
await queue.close();
await store.close();
await bareQueue.close();
connection.disconnect();
await redis.stop();
await rm(folder, { recursive: true });
