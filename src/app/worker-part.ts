import { randomBytes, randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import type { Logger } from 'pino';
import type { Spool } from '../blobs/spool.js';
import type { CacheCounters } from '../egress/cache/port.js';
import { Detonation } from '../jobs/detonation.js';
import type { Clock } from '../jobs/ports.js';
import { ProjectReports } from '../jobs/projects/project-reports.js';
import { selfTest } from '../jobs/self-test.js';
import type { BullQueue } from '../queue/bull-queue.js';
import { BullWorker } from '../queue/bull-worker.js';
import type { RedisUrl } from '../queue/connection.js';
import { readBaseline } from '../report/baseline.js';
import { readBehaviours } from '../report/behaviours/read.js';
import { Behaviours } from '../report/behaviours/usual.js';
import { readKnownPackages } from '../report/known-packages.js';
import type { Report } from '../report/report.js';
import { createSandbox } from '../sandbox/docker-sandbox.js';
import { SandboxError } from '../sandbox/errors.js';
import { watchDecoys } from '../witness/witness.js';
import { type LocalAlerts, startAlerts } from './alert-feed.js';
import type { Config } from './config.js';
import { MachineWatch } from './machine-watch.js';
import { madeBy } from './made-by.js';
import type { Outputs } from './outputs.js';
import { BEHAVIOURS_FOLDER, KNOWN_PACKAGES_FILE } from './own-rules.js';
import { openConfiguredCache } from './registry-cache.js';
import { sandboxOptions } from './sandbox-options.js';

/** How long a stopping worker waits for its running jobs before it cancels them, in milliseconds. */
const SHUTDOWN_MS = 30_000;
/** Unpacking 200,000 files takes 15 s on two processors that do nothing else, and minutes on busy ones; in milliseconds. */
const PREPARE_MS = 300_000;
/** Falco tells drops about once a second (measured with 0.40); the embedded sensor with the next of its polls. */
const FALCO_SETTLE_MS = 1_200;
const SENSOR_SETTLE_MS = 250;

/** The half of the service that detonates: sandbox, alerts, queue worker. */
export interface WorkerPart {
  readonly machine: MachineWatch;
  readonly alerts: LocalAlerts;
  /** Of the registry cache; null where there is none. */
  readonly cache: (() => CacheCounters) | null;
  stop(): Promise<void>;
}

/** What is shipped, and the operator's own beside it. @throws BehavioursError */
async function measured({ PACKWARDEN_BEHAVIOURS: own }: Config): Promise<Behaviours> {
  const folders = [BEHAVIOURS_FOLDER, ...(own === undefined ? [] : [own])];
  return new Behaviours((await Promise.all(folders.map(readBehaviours))).flat());
}

const newNonce = (): string => randomBytes(16).toString('hex');

/** Starts the worker, which takes jobs while the engine answers. `onReport` hears of each report of its own jobs. */
export async function startWorkerPart(
  config: Config,
  url: RedisUrl,
  queue: BullQueue,
  outputs: Outputs,
  spool: Spool,
  onReport: (report: Report) => void,
  clock: Clock,
  log: Logger,
): Promise<WorkerPart> {
  const { PACKWARDEN_RUNTIME: runtime } = config;
  if (runtime !== undefined)
    log.warn({ runtime }, 'no sensor sees into a runtime with a kernel of its own: its jobs are incomplete');
  const known = await readKnownPackages(KNOWN_PACKAGES_FILE);
  const behaviours = await measured(config);
  const { PACKWARDEN_BASELINE: file } = config;
  const baseline = file === undefined ? [] : await readBaseline(file);
  const projectBaseline = config.PACKWARDEN_PROJECT_BASELINE;
  const cache = await openConfiguredCache(config, clock, log);
  const sandbox = createSandbox({ ...sandboxOptions(config, clock, log), cache });
  const alerts = startAlerts(config, log);
  const graceMs = config.PACKWARDEN_GRACE_S * 1000;
  const limits = {
    prepareMs: PREPARE_MS,
    installMs: config.PACKWARDEN_INSTALL_TIMEOUT_S * 1000,
    importMs: config.PACKWARDEN_IMPORT_TIMEOUT_S * 1000,
    queueMs: config.PACKWARDEN_QUEUE_TIMEOUT_S * 1000,
    lingerMs: config.PACKWARDEN_LINGER_S * 1000,
    graceMs,
    settleMs: alerts.sensor === null ? FALCO_SETTLE_MS : SENSOR_SETTLE_MS,
    failOn: config.PACKWARDEN_FAIL_ON,
  };
  const checkNeeded = config.PACKWARDEN_CHECK_NEEDED === 'on';
  const projects = new ProjectReports({
    index: queue.projects,
    reportOf: async (job) => (await queue.find(job))?.report ?? null,
    madeBy: () => madeBy(config.PACKWARDEN_RULES),
    failOn: config.PACKWARDEN_FAIL_ON,
    log,
  });
  const worker = new BullWorker({
    url,
    concurrency: config.PACKWARDEN_CONCURRENCY ?? cpus().length,
    queueMs: limits.queueMs,
    clock,
    log,
    run: async (attempt) => {
      const detonation = new Detonation(
        {
          sandbox,
          feed: alerts.hub,
          watchDecoys,
          blobs: spool,
          clock,
          newNonce,
          limits,
          checkNeeded,
          depth: config.PACKWARDEN_DEPTH,
          known,
          behaviours,
          baseline,
          projectBaseline,
          log,
        },
        attempt,
      );
      const report = await projects.finished(attempt.spec, await detonation.run());
      // Before it is stored: a worker that dies between the two is followed by one that says it again.
      await outputs.tell(attempt.spec.id);
      return report;
    },
    isTemporary: (error) => error instanceof SandboxError && error.code === 'docker-unavailable',
    onFinished: async (id, report) => {
      onReport(report);
      // Also of jobs that ended without a run of theirs; said twice, it is told once.
      await outputs.tell(id);
      await spool.remove(id);
    },
  });
  const machine = new MachineWatch({
    sandbox,
    status: () => alerts.hub.status(),
    reconnects: () => alerts.hub.counters().reconnects,
    selfTest: () => selfTest({ sandbox, feed: alerts.hub, clock, newId: randomUUID, newNonce, graceMs }),
    onDocker: (up) => (up ? takeJobs() : worker.pause()),
    sensorWords: () => alerts.sensor?.lastWords ?? '',
    log,
  });
  let started = false;
  async function takeJobs(): Promise<void> {
    if (started) return worker.resume();
    // One worker per Docker host: what is there when it starts belongs to nobody.
    const removed = await sandbox.sweep(new Set());
    if (removed > 0) log.warn({ removed }, 'removed sandboxes that an earlier worker left');
    await worker.start();
    started = true;
  }
  await machine.start();
  return {
    machine,
    alerts,
    cache: cache === undefined ? null : () => cache.counters(),
    async stop() {
      await machine.stop();
      await worker.close(SHUTDOWN_MS);
      await alerts.stop();
    },
  };
}
