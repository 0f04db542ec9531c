import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { pino } from 'pino';
import { createApi } from '../../src/api/app.js';
import { createAuthenticator } from '../../src/api/auth/authenticator.js';
import { hashPassword } from '../../src/api/auth/credentials.js';
import { createApiServer } from '../../src/api/server.js';
import { loadConfig } from '../../src/app/config/config.js';
import { openDestinations } from '../../src/app/config/destinations.js';
import { startGitlabPart } from '../../src/app/gitlab/gitlab-part.js';
import { producerConnection, untilReady } from '../../src/queue/connection.js';
import { startRedisServer } from '../../src/queue/redis-server.js';
import { MemoryPackages } from '../../test/api/memory-packages.js';
import { MemoryProjects } from '../../test/api/memory-projects.js';

/**
 * The servers of bench/audit.ts: our API with its receiver, judge and rules, and next to it the least that can be done with
 * the same libraries: express reads the body, which is appended to a stream. Both use one redis-server (append-only file,
 * synced at every write) and one process each way. Prints `{"ours":port,"bare":port}`; ends with its stdin.
 */
const folder = await mkdtemp(join(tmpdir(), 'packwarden-audit-'));
const log = pino({ level: 'info' }, pino.destination('/dev/null'));
const redis = await startRedisServer(join(folder, 'redis'), pino({ level: 'silent' }));
const clock = { now: () => Date.now() };
const destinations = join(folder, 'destinations.json');
const [token = ''] = process.argv.slice(2);
await writeFile(
  destinations,
  JSON.stringify({ destinations: [{ id: 'd1', instance: 'https://gitlab.example', tokens: [token] }] }),
);
const config = loadConfig({ PACKWARDEN_DATA_DIR: folder, PACKWARDEN_GITLAB_DESTINATIONS_FILE: destinations });
const inForce = openDestinations(config, log);
if (inForce === null) throw new Error('no destinations');
const gitlab = await startGitlabPart(config, redis.url, inForce, () => undefined, clock, log);

const ours = createApiServer(
  createApi({
    metrics: { contentType: 'text/plain', render: async () => '' },
    alertReceiver: null,
    gitlab: gitlab.routes,
    jobs: {
      submit: async () => ({ id: '' }),
      find: async () => undefined,
      search: async () => ({ jobs: [], next: null, end: 'end' }),
      summaries: async () => [],
      outlook: async () => null,
      onChange: () => () => undefined,
      remove: async () => true,
    },
    projects: new MemoryProjects(),
    packages: new MemoryPackages(),
    stopping: new AbortController().signal,
    maxUploadBytes: 1024,
    readiness: { check: async () => ({ ready: true, parts: {} }) },
    authenticator: createAuthenticator({ tokens: [], users: [], clock, hashPassword, secret: randomBytes(32) }),
    clock,
    version: '0.0.0',
    newId: () => randomUUID(),
    log,
  }),
);

const connection = producerConnection(redis.url, log);
await untilReady(connection, 10_000);
const app = express();
app.post('/gitlab/audit-events', express.raw({ type: () => true, limit: '25mb' }), async (request, response) => {
  await connection.xadd('bare', '*', 'raw', request.body);
  response.json({ status: 'ok' });
});
const bare = createServer(app);

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

process.stdout.write(`${JSON.stringify({ ours: await listen(ours), bare: await listen(bare) })}\n`);
await once(process.stdin.resume(), 'end');
for (const server of [ours, bare]) {
  server.closeAllConnections();
  server.close();
}
await gitlab.stop();
connection.disconnect();
await redis.stop();
await rm(folder, { recursive: true });
