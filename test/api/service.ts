import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { createApi, type GitlabRoutes } from '../../src/api/app.js';
import { createAuthenticator } from '../../src/api/auth/authenticator.js';
import { hashPassword, type TokenRecord, type UserRecord } from '../../src/api/auth/credentials.js';
import type { IdTokenVerifier, PartReadiness } from '../../src/api/ports.js';
import { createApiServer } from '../../src/api/server.js';
import { createSpool } from '../../src/blobs/spool.js';
import { manifestOf } from '../../src/ecosystems/recognition/choose.js';
import type { ProjectIndex } from '../../src/jobs/projects/ports.js';
import { Submissions } from '../../src/jobs/submissions.js';
import { Contract } from './contract.js';
import { MemoryPackages } from './memory-packages.js';
import { MemoryProjects } from './memory-projects.js';
import { MemoryQueue } from './memory-queue.js';

/** A running API over a real spool folder. */
export interface Service {
  readonly server: Server;
  readonly port: number;
  readonly queue: MemoryQueue;
  readonly packages: MemoryPackages;
  /** What `/readyz` says; tests change it. */
  readonly parts: Record<string, PartReadiness>;
  /** Names in the spool folder. */
  spooled(): Promise<string[]>;
  /** Lines of the log so far. */
  readonly log: string[];
  /** As the service does when it stops: streams end. */
  readonly stopping: AbortController;
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly maxUploadBytes?: number;
  readonly tokens?: readonly TokenRecord[];
  readonly users?: readonly UserRecord[];
  /** Names of tokens and users. */
  readonly administrators?: readonly string[];
  readonly idTokens?: IdTokenVerifier;
  readonly gitlab?: GitlabRoutes;
  readonly projects?: ProjectIndex;
  /** The packed command line. */
  readonly commandLine?: Buffer;
}

export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const { maxUploadBytes = 1024 ** 2, tokens = [], users = [], gitlab } = options;
  const { administrators = [], idTokens, projects = new MemoryProjects() } = options;
  const { commandLine } = options;
  const folder = await mkdtemp(join(tmpdir(), 'packwarden-api-'));
  const packages = new MemoryPackages();
  const clock = { now: () => Date.now() };
  const queue = new MemoryQueue();
  const parts: Record<string, PartReadiness> = { redis: { ready: true } };
  const log: string[] = [];
  const blobs = await createSpool({ folder, manifest: manifestOf('auto'), maxBytes: maxUploadBytes });
  const stopping = new AbortController();
  const api = createApi({
    metrics: { contentType: 'text/plain', render: async () => '' },
    alertReceiver: null,
    version: '1.2.3',
    jobs: new Submissions({ blobs, queue, clock, newId: () => randomUUID(), maxEgress: 'registry' }),
    stopping: stopping.signal,
    maxUploadBytes,
    projects,
    packages,
    commandLine,
    readiness: { check: async () => ({ ready: Object.values(parts).every((part) => part.ready), parts }) },
    authenticator: createAuthenticator({
      tokens,
      users,
      administrators: new Set(administrators),
      ...(idTokens && { idTokens }),
      clock,
      hashPassword,
      secret: randomBytes(32),
    }),
    ...(gitlab && { gitlab }),
    queueBoard: { folder, styles: [], scripts: [], config: '{}', pages: ['/'], reads: [] },
    clock,
    newId: () => randomUUID(),
    log: pino(
      { level: 'debug' },
      new Writable({ write: (line, _encoding, done) => done(void log.push(String(line))) }),
    ),
  });
  const contract = new Contract();
  const server = createApiServer((request, response) => {
    contract.watch(request, response);
    api(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    packages,
    port: (server.address() as AddressInfo).port,
    queue,
    parts,
    spooled: () => readdir(folder),
    log,
    stopping,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await blobs.close();
      await rm(folder, { recursive: true });
      contract.assertKept();
    },
  };
}
