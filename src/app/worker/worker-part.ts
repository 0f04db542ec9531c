import { randomBytes, randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import type { Logger } from 'pino';
import type { Spool } from '../../blobs/spool.js';
import type { CacheCounters } from '../../egress/cache/port.js';
import { Detonation } from '../../jobs/detonation.js';
import { keepPackages } from '../../jobs/packages/keep-packages.js';
import type { Clock } from '../../jobs/ports.js';
import { ProjectReports } from '../../jobs/projects/project-reports.js';
import { selfTest } from '../../jobs/watching/self-test.js';
import type { BullQueue } from '../../queue/bull-queue.js';
import { BullWorker } from '../../queue/bull-worker.js';
import type { RedisUrl } from '../../queue/connection.js';
import type { StoredReports } from '../../queue/reports/stored-reports.js';
import { readBaseline } from '../../report/acceptance/baseline.js';
import { readBehaviours } from '../../report/behaviours/read.js';
import { Behaviours } from '../../report/behaviours/usual.js';
import { readKnownPackages } from '../../report/findings/lowering/known-packages.js';
import type { Report } from '../../report/report.js';
import type { IncompleteCode } from '../../report/verdict/incomplete-codes.js';
import { createSandbox } from '../../sandbox/docker-sandbox.js';
import { SandboxError, type SandboxErrorCode } from '../../sandbox/errors.js';
import { StoreError, type StoreErrorCode } from '../../stores/object-store.js';
import { watchDecoys } from '../../witness/witness.js';
import type { Config } from '../config/config.js';
import { madeBy } from '../made-by.js';
import type { Outputs } from '../outputs.js';
import { BEHAVIOURS_FOLDER, KNOWN_PACKAGES_FILE } from '../own-rules.js';
import type { Stops } from '../stopping.js';
import { type LocalAlerts, startAlerts } from './alert-feed.js';
import { MachineWatch } from './machine-watch.js';
import { openConfiguredCache } from './registry-cache.js';
import { sandboxOptions } from './sandbox-options.js';
import { Upkeep } from './upkeep.js';

/** Unpacking 200,000 files takes 15 s on two processors that do nothing else, and minutes on busy ones; in milliseconds. */
const PREPARE_MS = 300_000;
/** Falco reports drops about once a second (measured with 0.40), the embedded sensor at its next poll. */
const FALCO_SETTLE_MS = 1_200;
const SENSOR_SETTLE_MS = 250;
/** The interval of the search for leftovers of sandboxes, and its maximum while the engine fails, in milliseconds. */
const SWEEP_MS = 30_000;
const MOST_SWEEP_MS = 600_000;
/** How long a container may run after the deadlines of its job, in milliseconds. */
const LIFETIME_SLACK_MS = 600_000;

/** What the worker is started with. */
export interface WorkerInputs {
  readonly config: Config;
  readonly url: RedisUrl;
  readonly queue: BullQueue;
  readonly outputs: Outputs;
  readonly reports: StoredReports;
  readonly spool: Spool;
  /** Receives everything that was started, even if the start fails half-way. */
  readonly stops: Stops;
  /** Called with each report of this worker's jobs. */
  readonly onReport: (report: Report) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Temporary failures: a job waits until they are over. */
const TEMPORARY: ReadonlySet<string> = new Set<SandboxErrorCode | StoreErrorCode>([
  'docker-unavailable',
  'docker-overloaded',
  'store-unavailable',
]);

function isTemporary(error: unknown): boolean {
  return (error instanceof SandboxError || error instanceof StoreError) && TEMPORARY.has(error.code);
}

/** The reason in the report of a job that ended with this error. */
function reasonOf(error: unknown): IncompleteCode {
  if (error instanceof StoreError) return 'store-failed';
  return error instanceof SandboxError && error.code === 'docker-overloaded' ? error.code : 'sandbox-failed';
}

/** The worker part of the service: sandbox, alerts, queue worker. */
export interface WorkerPart {
  readonly machine: MachineWatch;
  readonly alerts: LocalAlerts;
  /** The state of the registry cache; null if there is none. */
  readonly cache: (() => CacheCounters) | null;
}

/** The shipped file plus the operator's own. @throws BehavioursError */
async function measured({ PACKWARDEN_BEHAVIOURS: own }: Config): Promise<Behaviours> {
  const folders = [BEHAVIOURS_FOLDER, ...(own === undefined ? [] : [own])];
  return new Behaviours((await Promise.all(folders.map(readBehaviours))).flat());
}

/** The call pass and the later pass each take at most as long as everything before them, so each doubles the time. */
function lifetimeMs({ PACKWARDEN_INSTALL_TIMEOUT_S: install, PACKWARDEN_IMPORT_TIMEOUT_S: load }: Config): number {
  return 4 * (PREPARE_MS + (install + 2 * load) * 1000) + LIFETIME_SLACK_MS;
}

const newNonce = (): string => randomBytes(16).toString('hex');

/** Starts the worker, which takes jobs while the engine answers. */
export async function startWorkerPart(inputs: WorkerInputs): Promise<WorkerPart> {
  const { config, url, queue, outputs, reports, spool, stops, onReport, clock, log } = inputs;
  const { PACKWARDEN_RUNTIME: runtime } = config;
  if (runtime !== undefined)
    log.warn({ runtime }, 'if this runtime has its own kernel, no sensor can see into it: its jobs are incomplete');
  const known = await readKnownPackages(KNOWN_PACKAGES_FILE);
  const behaviours = await measured(config);
  const { PACKWARDEN_BASELINE: file } = config;
  const baseline = file === undefined ? [] : await readBaseline(file);
  const projectBaseline = config.PACKWARDEN_PROJECT_BASELINE;
  const cache = await openConfiguredCache(config, clock, log);
  const options = sandboxOptions(config, clock, log);
  const sandbox = createSandbox({ ...options, cache, limits: { ...options.limits, lifetimeMs: lifetimeMs(config) } });
  const alerts = startAlerts(config, log);
  stops.push('alerts', () => alerts.stop());
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
    reports,
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
      await keepPackages(queue.packages, attempt.spec, report, log);
      // Notified before it is stored: if the worker dies in between, the next one repeats the notification.
      await outputs.notify(attempt.spec.id);
      return report;
    },
    isTemporary,
    reasonOf,
    onFinished: async (id, report) => {
      onReport(report);
      machine.jobFinished(report);
      // Also for jobs that ended without a run. Repeated notifications are deduplicated.
      await outputs.notify(id);
      await spool.remove(id);
    },
  });
  stops.push('worker', () => worker.close(config.PACKWARDEN_STOP_S * 1000));
  const machine = new MachineWatch({
    sandbox,
    status: () => alerts.hub.status(),
    reconnects: () => alerts.hub.counters().reconnects,
    selfTest: () => selfTest({ sandbox, feed: alerts.hub, clock, newId: randomUUID, newNonce, graceMs }),
    onDocker: (up) => (up ? takeJobs() : worker.pause()),
    sensorMessage: () => alerts.sensor?.lastMessage ?? '',
    clock,
    log,
  });
  let started = false;
  async function takeJobs(): Promise<void> {
    if (started) return worker.resume();
    // There is one worker per data folder, so everything that exists at its start is a leftover.
    const removed = await sandbox.sweep();
    if (removed > 0) log.warn({ removed }, 'removed sandboxes that an earlier worker left');
    await worker.start();
    started = true;
  }
  stops.push('machine', () => machine.stop());
  await machine.start();
  const run = () => sandbox.sweep();
  const sweeping = new Upkeep({ name: 'sandboxes', everyMs: SWEEP_MS, mostMs: MOST_SWEEP_MS, run, log });
  stops.push('sweep', () => sweeping.stop());
  return {
    machine,
    alerts,
    cache: cache === undefined ? null : () => cache.counters(),
  };
}
