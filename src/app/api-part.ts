import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { createApi } from '../api/app.js';
import { createAuthenticator } from '../api/authenticator.js';
import { hashPassword, parseTokens, parseUsers } from '../api/credentials.js';
import type { PartReadiness } from '../api/ports.js';
import { createApiServer } from '../api/server.js';
import type { Spool } from '../blobs/spool.js';
import { IdTokens } from '../gitlab/identity/id-token.js';
import type { Clock } from '../jobs/ports.js';
import { Submissions } from '../jobs/submissions.js';
import type { BullQueue } from '../queue/bull-queue.js';
import { type Config, ConfigError } from './config.js';
import type { GitlabPart } from './gitlab-part.js';
import type { Metrics } from './metrics.js';
import { VERSION } from './version.js';
import type { WorkerPart } from './worker-part.js';

/** The half of the service that answers: HTTP in front of the queue. */
export interface ApiPart {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** `worker` is null where none runs in this process, `gitlab` where no audit events are received. */
export async function startApiPart(
  config: Config,
  queue: BullQueue,
  spool: Spool,
  worker: WorkerPart | null,
  gitlab: GitlabPart | null,
  metrics: Metrics,
  clock: Clock,
  log: Logger,
): Promise<ApiPart> {
  const stopping = new AbortController();
  const handler = createApi({
    jobs: new Submissions({
      blobs: spool,
      queue,
      clock,
      newId: randomUUID,
      maxEgress: config.PACKWARDEN_EGRESS_MAX ?? config.PACKWARDEN_EGRESS,
    }),
    readiness: { check: () => checkReadiness(queue, worker) },
    authenticator: createAuthenticator({
      tokens: readCredentials(config.PACKWARDEN_TOKENS_FILE, 'PACKWARDEN_TOKENS_FILE', parseTokens),
      users: readCredentials(config.PACKWARDEN_USERS_FILE, 'PACKWARDEN_USERS_FILE', parseUsers),
      administrators: new Set(config.PACKWARDEN_ADMINISTRATORS),
      ...trustedIssuers(config, clock),
      clock,
      hashPassword,
      secret: randomBytes(32),
    }),
    metrics,
    alertReceiver: worker?.alerts.receiver ?? null,
    ...(gitlab && { gitlab: gitlab.routes }),
    stopping: stopping.signal,
    maxUploadBytes: config.PACKWARDEN_MAX_UPLOAD_BYTES,
    version: VERSION,
    clock,
    newId: randomUUID,
    log,
  });
  const server = createApiServer(handler);
  await listen(server, config);
  const { port } = server.address() as AddressInfo;
  const host = config.PACKWARDEN_HOST.includes(':') ? `[${config.PACKWARDEN_HOST}]` : config.PACKWARDEN_HOST;
  return {
    url: `http://${host}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 5_000).unref();
      }),
  };
}

function trustedIssuers(config: Config, clock: Clock): { readonly idTokens?: IdTokens } {
  const { PACKWARDEN_GITLAB_ISSUERS: issuers, PACKWARDEN_GITLAB_AUDIENCE: audience } = config;
  return issuers.length === 0 ? {} : { idTokens: new IdTokens({ issuers, audience, now: () => clock.now() }) };
}

function listen(server: Server, config: Config): Promise<void> {
  const { PACKWARDEN_HOST: host, PACKWARDEN_PORT: port } = config;
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'something else listens there' : cause.message;
      reject(new ConfigError(`can't listen on ${host}:${port}: ${why} (PACKWARDEN_HOST, PACKWARDEN_PORT)`, cause));
    });
    server.listen(port, host, resolve);
  });
}

/** What `/readyz` says, of the parts that run in this process. */
export async function checkReadiness(queue: BullQueue, worker: WorkerPart | null) {
  const redis: PartReadiness = await queue.ping().then(
    () => ({ ready: true }),
    (error: Error) => ({ ready: false, reason: error.message }),
  );
  const sensor = worker?.alerts.sensor;
  const parts = {
    redis,
    ...(worker ? { docker: worker.machine.docker(), alerts: worker.machine.alerts() } : {}),
    ...(sensor ? { rules: sensor.rules() } : {}),
  };
  return { ready: Object.values(parts).every((part) => part.ready), parts };
}

function readCredentials<T>(
  path: string | undefined,
  setting: string,
  parse: (text: string) => readonly T[],
): readonly T[] {
  if (path === undefined) return [];
  try {
    const records = parse(readFileSync(path, 'utf8'));
    if (records.length === 0) throw new Error('it holds no credentials');
    return records;
  } catch (cause) {
    throw new ConfigError(`${setting}: ${path}: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
}
