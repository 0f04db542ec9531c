import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { DEFAULT_ARCHIVE_LIMITS } from '../blobs/limits.js';
import { createSpool } from '../blobs/spool.js';
import { manifestOf } from '../ecosystems/recognition/choose.js';
import type { Clock } from '../jobs/ports.js';
import { BullQueue } from '../queue/bull-queue.js';
import { type RedisServer, startRedisServer } from '../queue/redis-server.js';
import { StoredReports } from '../queue/reports/stored-reports.js';
import { type Config, ConfigError } from './config/config.js';
import { openDestinations } from './config/destinations.js';
import { keepFalcoGitlabAlerts } from './gitlab/gitlab-alerts.js';
import { startGitlabPart } from './gitlab/gitlab-part.js';
import { startApiPart } from './http/api-part.js';
import { Metrics } from './http/metrics.js';
import { checkReadiness, type ServiceParts } from './http/readiness.js';
import { startStatusPart } from './http/status-part.js';
import { startOutputs } from './outputs.js';
import { Stops } from './stopping.js';
import { openStores, spoolFolder } from './stores.js';
import { Upkeep } from './worker/upkeep.js';
import { WorkerLock } from './worker/worker-lock.js';
import { startWorkerPart } from './worker/worker-part.js';

/** The parts of the service that run in this process. */
export const ROLES = ['all', 'api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** A running service. */
export interface Service {
  /** The listening address; null for a worker without a port. */
  readonly url: string | null;
  /** Reads the rule files again (of the embedded sensor, of the audit events), and the audit destinations. */
  reload(): void;
  /** Accepts nothing new, gives running jobs a grace period and stops every child. Resolves with whether all ended in time. */
  stop(): Promise<boolean>;
}

/** The minimum age of an orphaned tarball before removal: a younger one may be a running upload to another API host. */
const ORPHAN_AGE_MS = 3_600_000;
const SPOOL_SWEEP_MS = 600_000;
const MOST_SPOOL_SWEEP_MS = 3_600_000;
/** Reports expire by the day. */
const REPORT_SWEEP_MS = 3_600_000;
/** How long a stop may take beyond the time that running jobs are given. */
const STOP_SLACK_MS = 20_000;
const REDIS_DEADLINE_MS = 15_000;

const clock: Clock = { now: () => Date.now() };

/** Starts the parts for `role`. @throws ConfigError, RedisServerError, and what the parts throw; nothing is left running then */
export async function startService(config: Config, role: Role, log: Logger): Promise<Service> {
  if (role === 'worker' && config.PACKWARDEN_REDIS_URL === undefined) {
    throw new ConfigError("--role worker needs PACKWARDEN_REDIS_URL: the API's Redis");
  }
  if (role === 'worker' && config.PACKWARDEN_FALCO_HTTP_SECRET !== undefined) {
    throw new ConfigError(
      'PACKWARDEN_FALCO_HTTP_SECRET needs --role all: Falco posts its alerts to the API, which passes them to the worker in the same process',
    );
  }
  const stops = new Stops(log);
  const stop = (): Promise<boolean> => stops.run(config.PACKWARDEN_STOP_S * 1000 + STOP_SLACK_MS);
  try {
    const reloads: (() => void)[] = [];
    const url = await startParts(config, role, log, stops, reloads);
    const reload = (): void => {
      for (const reloadPart of reloads) reloadPart();
    };
    return { url, reload, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves with the listening address; null for a worker without a port. */
async function startParts(
  config: Config,
  role: Role,
  log: Logger,
  stops: Stops,
  reloads: (() => void)[],
): Promise<string | null> {
  const destinations = openDestinations(config, log);
  if (destinations) reloads.push(() => destinations.reload());
  await mkdir(config.PACKWARDEN_DATA_DIR, { recursive: true, mode: 0o700 });
  if (role !== 'api') {
    const lock = await WorkerLock.take(config.PACKWARDEN_DATA_DIR);
    stops.push('lock', () => lock.release());
  }
  const redis = await ownRedis(config, log);
  if (redis) stops.push('redis', () => redis.stop());
  const url = redis?.url ?? config.PACKWARDEN_REDIS_URL ?? '';
  const bounds = {
    retentionS: config.PACKWARDEN_RETENTION_S,
    queueMs: config.PACKWARDEN_QUEUE_TIMEOUT_S * 1000,
    maxWaiting: config.PACKWARDEN_MAX_WAITING,
  };
  const stores = await openStores(config, url, log);
  stops.push('stores', () => stores.close());
  const reports = new StoredReports({ store: stores.reports, ...bounds, now: () => clock.now() });
  const queue = await BullQueue.open({ url, ...bounds, reports, clock, log }, REDIS_DEADLINE_MS);
  stops.push('queue', () => queue.close());
  const spool = await createSpool({
    folder: spoolFolder(config),
    store: stores.tarballs,
    manifest: manifestOf('auto'),
    maxBytes: config.PACKWARDEN_MAX_UPLOAD_BYTES,
    minFreeBytes: config.PACKWARDEN_MIN_FREE_BYTES,
    limits: {
      ...DEFAULT_ARCHIVE_LIMITS,
      unpackedBytes: config.PACKWARDEN_MAX_UNPACKED_BYTES,
      entries: config.PACKWARDEN_MAX_ENTRIES,
      depth: config.PACKWARDEN_MAX_DEPTH,
    },
  });
  stops.push('spool', () => spool.close());
  const sweeping = new Upkeep({
    name: 'tarballs',
    everyMs: SPOOL_SWEEP_MS,
    mostMs: MOST_SPOOL_SWEEP_MS,
    run: async () => spool.sweep(await queue.unfinished(), clock.now() - ORPHAN_AGE_MS),
    log,
  });
  stops.push('upkeep', () => sweeping.stop());
  const expiry = new Upkeep({
    name: 'reports',
    everyMs: REPORT_SWEEP_MS,
    mostMs: REPORT_SWEEP_MS,
    async run() {
      await reports.sweep();
      // Nothing that was left over: each was kept as long as it should be.
      return 0;
    },
    log,
  });
  stops.push('expiry', () => expiry.stop());
  let metrics: Metrics | undefined;
  const outputs = role === 'api' ? null : startOutputs(config, url, queue, clock, log);
  if (outputs) stops.push('outputs', () => outputs.stop());
  const worker =
    outputs === null
      ? null
      : await startWorkerPart({
          config,
          url,
          queue,
          outputs,
          reports,
          spool,
          stops,
          onReport: (report) => metrics?.jobFinished(report),
          clock,
          log,
        });
  if (worker) {
    const kept = keepFalcoGitlabAlerts(config, url, destinations, worker.alerts.hub, clock, log);
    stops.push('audit alerts', () => kept.stop());
    reloads.push(() => worker.alerts.sensor?.reload());
  }
  const gitlab =
    role === 'worker' || destinations === null
      ? null
      : await startGitlabPart(config, url, destinations, (...event) => metrics?.auditEvent(...event), clock, log);
  if (gitlab) {
    stops.push('gitlab', () => gitlab.stop());
    reloads.push(() => gitlab.reload());
  }
  const parts: ServiceParts = { queue, spool, stores, worker, gitlab };
  metrics = new Metrics({
    hub: worker ? () => worker.alerts.hub.counters() : null,
    // Only API hosts export the queue's metrics: from the workers, too, they would be counted twice.
    queue: role === 'worker' ? null : queue,
    parts: async () => (await checkReadiness(parts)).parts,
    gitlab: gitlab?.figures ?? null,
    cache: worker?.cache ?? null,
    outputs: outputs ? () => outputs.counts() : null,
    rulesInForce: worker?.alerts.sensor ? () => worker.alerts.sensor?.rulesInForce ?? null : null,
  });
  const listener =
    role === 'worker'
      ? await startStatusPart(config, parts, metrics, clock, log)
      : await startApiPart(config, parts, metrics, clock, log);
  if (listener) stops.push('listener', () => listener.stop());
  return listener?.url ?? null;
}

async function ownRedis(config: Config, log: Logger): Promise<RedisServer | null> {
  if (config.PACKWARDEN_REDIS_URL !== undefined) return null;
  return startRedisServer(join(config.PACKWARDEN_DATA_DIR, 'redis'), log);
}
