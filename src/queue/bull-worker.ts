import { DelayedError, type Job, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Attempt } from '../jobs/attempt.js';
import type { JobSpec, JobState } from '../jobs/job.js';
import type { Clock } from '../jobs/ports.js';
import { isFinal } from '../jobs/transition.js';
import type { Report } from '../report/report.js';
import { type RedisUrl, workerConnection } from './connection.js';
import { CANCEL_CHANNEL, emptyReport, type JobProgress, parseSpec, QUEUE_NAME } from './job-record.js';

/** A worker that died is noticed after at most `LOCK_MS` + `STALLED_CHECK_MS`. */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;
/** How often a job may lose its worker before it is given up. */
const MAX_WORKER_LOSSES = 3;
/** How long a job is put off when the machine is not able to run it just now. */
const PUT_OFF_MS = 2_000;

export interface BullWorkerOptions {
  readonly url: RedisUrl;
  readonly concurrency: number;
  /** How long a job may wait for a worker, in milliseconds: putting it off ends there. */
  readonly queueMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Runs one try of a job to its report. Throws when the machine fails. */
  readonly run: (attempt: Attempt) => Promise<Report>;
  /** Whether an error means "not now": the job then waits without using up a try. */
  readonly isTemporary: (error: unknown) => boolean;
  /** A job has its report, durably; its tarball is no longer needed. */
  readonly onFinished: (id: string, report: Report) => Promise<void>;
}

/** The consumers' side of the queue: one per Docker host. */
export class BullWorker {
  readonly #options: BullWorkerOptions;
  readonly #redis: Redis;
  readonly #cancellations: Redis;
  readonly #worker: Worker<unknown, Report>;

  constructor(options: BullWorkerOptions) {
    this.#options = options;
    this.#redis = workerConnection(options.url, options.log);
    this.#cancellations = workerConnection(options.url, options.log);
    this.#worker = new Worker<unknown, Report>(QUEUE_NAME, (job, token, signal) => this.#process(job, token, signal), {
      connection: this.#redis,
      concurrency: options.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MAX_WORKER_LOSSES,
      autorun: false,
    });
    this.#listen();
  }

  /** Begins to take jobs. */
  async start(): Promise<void> {
    this.#cancellations.on('message', (_channel, id) => this.#worker.cancelJob(id, 'cancelled'));
    await this.#cancellations.subscribe(CANCEL_CHANNEL);
    void this.#worker.run().catch((error) => this.#options.log.error({ err: error }, 'worker loop ended'));
  }

  /** Takes no more jobs until `resume`; running ones go on. */
  async pause(): Promise<void> {
    if (!this.#worker.isPaused()) await this.#worker.pause(true);
  }

  async resume(): Promise<void> {
    if (this.#worker.isPaused()) await this.#worker.resume();
  }

  /** Takes nothing more, and waits for running jobs; those that run longer than `ms` are cancelled. */
  async close(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#worker.cancelAllJobs('shutting down'), ms);
    try {
      await this.#worker.close();
    } finally {
      clearTimeout(timer);
      this.#cancellations.disconnect();
      this.#redis.disconnect();
    }
  }

  async #process(job: Job<unknown, Report>, token?: string, signal?: AbortSignal): Promise<Report> {
    const { log, run, isTemporary } = this.#options;
    const spec = parseSpec(job.data);
    const attempt: Attempt = {
      spec,
      number: job.attemptsStarted,
      signal: signal ?? new AbortController().signal,
      onState: (state) => this.#tellState(job, state),
    };
    try {
      const report = await run(attempt);
      const { verdict, findings } = report;
      await this.#tell(job, { state: 'draining', outcome: { verdict, findings: findings.length } });
      return report;
    } catch (error) {
      log.warn({ job: spec.id, attempt: attempt.number, err: error }, 'try failed');
      if (isTemporary(error) && !this.#expired(spec)) {
        await job.moveToDelayed(this.#options.clock.now() + PUT_OFF_MS, token);
        throw new DelayedError();
      }
      if (job.attemptsMade + 1 < (job.opts.attempts ?? 1)) throw error;
      return emptyReport(spec, this.#options.clock.now(), 'sandbox-failed', messageOf(error));
    }
  }

  #expired(spec: JobSpec): boolean {
    return this.#options.clock.now() - spec.submittedAt > this.#options.queueMs;
  }

  /** A final state is stored with the report, by BullMQ. */
  async #tellState(job: Job, state: JobState): Promise<void> {
    this.#options.log.info({ job: job.id, state }, 'job state');
    if (isFinal(state) || state === 'queued') return;
    await this.#tell(job, { state });
  }

  /** What can't be told is not worth a job: Redis may be away for a moment. */
  async #tell(job: Job, progress: JobProgress): Promise<void> {
    try {
      await job.updateProgress(progress);
    } catch (error) {
      this.#options.log.warn({ job: job.id, reason: messageOf(error) }, 'job state could not be stored');
    }
  }

  #listen(): void {
    const { log, onFinished } = this.#options;
    this.#worker.on('error', (error) => log.warn({ reason: error.message }, 'worker error'));
    this.#worker.on('stalled', (id) => log.warn({ job: id }, 'job lost its worker and is tried again'));
    this.#worker.on('completed', (job, report) => {
      log.info({ job: job.id, verdict: report.verdict, findings: report.findings.length }, 'job finished');
      void onFinished(job.id ?? '', report).catch((error) => log.warn({ err: error }, 'clean-up failed'));
    });
    this.#worker.on('failed', (job, error) => {
      log.error({ job: job?.id, reason: error.message, attempts: job?.attemptsMade }, 'job failed');
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
