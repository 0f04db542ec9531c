import { randomUUID } from 'node:crypto';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { messageOf } from '../errors/message.js';
import type { Attempt } from '../jobs/attempt.js';
import type { JobSpec, JobState } from '../jobs/job.js';
import type { Clock } from '../jobs/ports.js';
import { isFinal } from '../jobs/transition.js';
import type { Report } from '../report/report.js';
import type { IncompleteCode } from '../report/verdict/incomplete-codes.js';
import { Attempts } from './attempts.js';
import { type RedisUrl, workerConnection } from './connection.js';
import { CANCEL_CHANNEL, emptyReport, type JobProgress, parseSpec, QUEUE_NAME, TAKEN_CHANNEL } from './job-record.js';
import type { JobResult } from './reports/reference.js';
import type { StoredReports } from './reports/stored-reports.js';
import { begun } from './turns.js';

/** A dead worker is detected after at most `LOCK_MS` + `STALLED_CHECK_MS`. */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;
/** How often a job may lose its worker before it fails. */
const MAX_WORKER_LOSSES = 3;
/** How long a job is delayed when the machine temporarily can't run it. */
const PUT_OFF_MS = 2_000;
/** Abort reason for the running jobs of a stopping worker. */
const HANDED_BACK = 'the worker is stopping';

export interface BullWorkerOptions {
  readonly url: RedisUrl;
  readonly concurrency: number;
  /** How long a job may wait for a worker, in milliseconds: after that it is no longer delayed. */
  readonly queueMs: number;
  readonly reports: StoredReports;
  readonly clock: Clock;
  readonly log: Logger;
  /** Runs one attempt of a job to its report. Throws if the machine fails. */
  readonly run: (attempt: Attempt) => Promise<Report>;
  /** Whether an error is temporary: the job is then delayed without using up an attempt. */
  readonly isTemporary: (error: unknown) => boolean;
  /** The reason in the report of a job whose last attempt failed with this error. */
  readonly reasonOf: (error: unknown) => IncompleteCode;
  /** The report is stored durably; the job's tarball is no longer needed. */
  readonly onFinished: (id: string, report: Report) => Promise<void>;
}

/** The queue as seen by consumers: one per Docker host. */
export class BullWorker {
  readonly #options: BullWorkerOptions;
  readonly #redis: Redis;
  readonly #cancellations: Redis;
  readonly #worker: Worker<unknown, JobResult>;
  readonly #attempts = new Attempts();
  /** The reports of results, until BullMQ has stored these. */
  readonly #reportOf = new WeakMap<JobResult, Report>();
  readonly #id = randomUUID();

  constructor(options: BullWorkerOptions) {
    this.#options = options;
    this.#redis = workerConnection(options.url, options.log);
    this.#cancellations = workerConnection(options.url, options.log);
    this.#worker = new Worker<unknown, JobResult>(
      QUEUE_NAME,
      (job, token, signal) => this.#process(job, token, signal),
      {
        connection: this.#redis,
        concurrency: options.concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MAX_WORKER_LOSSES,
        autorun: false,
      },
    );
    this.#listen();
  }

  /** Starts taking jobs. */
  async start(): Promise<void> {
    this.#cancellations.on('message', (channel, message) => {
      if (channel === CANCEL_CHANNEL) this.#worker.cancelJob(message, 'cancelled');
      else this.#yieldTo(message);
    });
    await this.#cancellations.subscribe(CANCEL_CHANNEL, TAKEN_CHANNEL);
    void this.#worker.run().catch((error) => this.#options.log.error({ err: error }, 'worker loop ended'));
  }

  /** Takes no more jobs until `resume`; running ones continue. */
  async pause(): Promise<void> {
    if (!this.#worker.isPaused()) await this.#worker.pause(true);
  }

  async resume(): Promise<void> {
    if (this.#worker.isPaused()) await this.#worker.resume();
  }

  /** Takes no more jobs, and waits for running ones; those that take longer than `ms` are returned to the queue for another worker. */
  async close(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#worker.cancelAllJobs(HANDED_BACK), ms);
    try {
      await this.#worker.close();
    } finally {
      clearTimeout(timer);
      this.#cancellations.disconnect();
      this.#redis.disconnect();
    }
  }

  async #process(job: Job<unknown, JobResult>, token?: string, signal?: AbortSignal): Promise<JobResult> {
    const { log, run } = this.#options;
    const spec = parseSpec(job.data);
    const asked = signal ?? new AbortController().signal;
    const number = job.attemptsStarted;
    const onState = (state: JobState): Promise<void> => this.#reportState(job, state);
    await this.#announceStart(job);
    try {
      const report = await this.#attempts.run(spec.id, asked, (either) =>
        run({ spec, number, signal: either, onState }),
      );
      if (!isHandedBack(asked)) {
        // The report is stored before the job counts as finished: a worker that dies in between leaves a job that is tried again.
        const result = await this.#options.reports.write(spec, number, report);
        await this.#storeProgress(job, { state: 'draining', outcome: outcomeOf(report) });
        return this.#ended(result, report);
      }
    } catch (error) {
      if (!isHandedBack(asked)) {
        log.warn({ job: spec.id, attempt: number, err: error }, 'attempt failed');
        return this.#afterFailure(job, spec, error, token);
      }
    }
    // Does not use up an attempt, which BullMQ recognizes by the error.
    await job.moveToWait(token);
    throw new WaitingError();
  }

  /** Delays the job while the machine can't run it, lets BullMQ retry it, or returns its final report, which is small enough for Redis. */
  async #afterFailure(job: Job, spec: JobSpec, error: unknown, token?: string): Promise<JobResult> {
    const { clock, isTemporary, reasonOf } = this.#options;
    if (isTemporary(error) && !this.#expired(spec)) {
      await job.moveToDelayed(clock.now() + PUT_OFF_MS, token);
      throw new DelayedError();
    }
    if (job.attemptsMade + 1 < (job.opts.attempts ?? 1)) throw error;
    const report = emptyReport(spec, clock.now(), reasonOf(error), messageOf(error));
    return this.#ended(report, report);
  }

  #ended(result: JobResult, report: Report): JobResult {
    this.#reportOf.set(result, report);
    return result;
  }

  /** Counts the turn, and makes another worker that is still running the job (e.g. after losing its connection to Redis) abort it. */
  async #announceStart(job: Job): Promise<void> {
    try {
      await begun(this.#redis, job.priority);
      if (job.attemptsStarted > 1) await this.#redis.publish(TAKEN_CHANNEL, `${this.#id} ${job.id}`);
    } catch (error) {
      this.#options.log.warn({ job: job.id, reason: messageOf(error) }, 'the start of a job could not be announced');
    }
  }

  #yieldTo(message: string): void {
    const [worker, id = ''] = message.split(' ');
    if (worker !== this.#id) this.#attempts.abandon(id, 'another worker has taken the job');
  }

  #expired(spec: JobSpec): boolean {
    return this.#options.clock.now() - spec.submittedAt > this.#options.queueMs;
  }

  /** BullMQ stores a final state together with the report. */
  async #reportState(job: Job, state: JobState): Promise<void> {
    this.#options.log.info({ job: job.id, state }, 'job state');
    if (isFinal(state) || state === 'queued') return;
    await this.#storeProgress(job, { state });
  }

  /** A failure to store progress must not fail the job: Redis may be unavailable for a moment. */
  async #storeProgress(job: Job, progress: JobProgress): Promise<void> {
    try {
      await job.updateProgress(progress);
    } catch (error) {
      this.#options.log.warn({ job: job.id, reason: messageOf(error) }, 'job state could not be stored');
    }
  }

  #listen(): void {
    const { log, onFinished } = this.#options;
    this.#worker.on('error', (error) => log.warn({ reason: error.message }, 'worker error'));
    this.#worker.on('stalled', (id) => log.warn({ job: id }, 'job lost its worker and will be retried'));
    this.#worker.on('completed', (job, result) => {
      this.#attempts.stored(job.id ?? '');
      // BullMQ passes the very object that `#process` returned.
      const report = this.#reportOf.get(result);
      if (report === undefined) return;
      log.info({ job: job.id, verdict: report.verdict, findings: report.findings.length }, 'job finished');
      void onFinished(job.id ?? '', report).catch((error) => log.warn({ err: error }, 'clean-up failed'));
    });
    this.#worker.on('failed', (job, error) => {
      log.error({ job: job?.id, reason: error.message, attempts: job?.attemptsMade }, 'job failed');
    });
  }
}

function outcomeOf({ verdict, findings, whatChanged }: Report): NonNullable<JobProgress['outcome']> {
  const { id, name } = whatChanged?.project ?? {};
  const project = id === undefined || name === undefined ? null : { id, name };
  return { verdict, findings: findings.length, project };
}

function isHandedBack({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason === HANDED_BACK;
}
