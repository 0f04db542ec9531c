import { randomUUID } from 'node:crypto';
import { DelayedError, type Job, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Attempt } from '../jobs/attempt.js';
import type { JobSpec, JobState } from '../jobs/job.js';
import type { Clock } from '../jobs/ports.js';
import { isFinal } from '../jobs/transition.js';
import type { IncompleteCode } from '../report/incomplete-codes.js';
import type { Report } from '../report/report.js';
import { Attempts } from './attempts.js';
import { type RedisUrl, workerConnection } from './connection.js';
import { CANCEL_CHANNEL, emptyReport, type JobProgress, parseSpec, QUEUE_NAME, TAKEN_CHANNEL } from './job-record.js';
import { begun } from './turns.js';

/** A worker that died is noticed after at most `LOCK_MS` + `STALLED_CHECK_MS`. */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;
/** How often a job may lose its worker before it is given up. */
const MAX_WORKER_LOSSES = 3;
/** How long a job is put off when the machine is not able to run it just now. */
const PUT_OFF_MS = 2_000;
/** Why the running jobs of a stopping worker end. */
const HANDED_BACK = 'the worker stops';

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
  /** What a report says of a job whose last try ended with this error. */
  readonly reasonOf: (error: unknown) => IncompleteCode;
  /** A job has its report, durably; its tarball is no longer needed. */
  readonly onFinished: (id: string, report: Report) => Promise<void>;
}

/** The consumers' side of the queue: one per Docker host. */
export class BullWorker {
  readonly #options: BullWorkerOptions;
  readonly #redis: Redis;
  readonly #cancellations: Redis;
  readonly #worker: Worker<unknown, Report>;
  readonly #attempts = new Attempts();
  readonly #id = randomUUID();

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
    this.#cancellations.on('message', (channel, message) => {
      if (channel === CANCEL_CHANNEL) this.#worker.cancelJob(message, 'cancelled');
      else this.#yieldTo(message);
    });
    await this.#cancellations.subscribe(CANCEL_CHANNEL, TAKEN_CHANNEL);
    void this.#worker.run().catch((error) => this.#options.log.error({ err: error }, 'worker loop ended'));
  }

  /** Takes no more jobs until `resume`; running ones go on. */
  async pause(): Promise<void> {
    if (!this.#worker.isPaused()) await this.#worker.pause(true);
  }

  async resume(): Promise<void> {
    if (this.#worker.isPaused()) await this.#worker.resume();
  }

  /** Takes nothing more, and waits for running jobs; those that run longer than `ms` go back to the queue, for another worker. */
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

  async #process(job: Job<unknown, Report>, token?: string, signal?: AbortSignal): Promise<Report> {
    const { log, run } = this.#options;
    const spec = parseSpec(job.data);
    const asked = signal ?? new AbortController().signal;
    const number = job.attemptsStarted;
    const onState = (state: JobState): Promise<void> => this.#tellState(job, state);
    await this.#tellTaken(job);
    try {
      const report = await this.#attempts.run(spec.id, asked, (either) =>
        run({ spec, number, signal: either, onState }),
      );
      if (!isHandedBack(asked)) {
        await this.#tell(job, { state: 'draining', outcome: outcomeOf(report) });
        return report;
      }
    } catch (error) {
      if (!isHandedBack(asked)) {
        log.warn({ job: spec.id, attempt: number, err: error }, 'try failed');
        return this.#afterFailure(job, spec, error, token);
      }
    }
    // Without using up a try: BullMQ knows by the error.
    await job.moveToWait(token);
    throw new WaitingError();
  }

  /** Puts the job off while the machine can't run it, lets BullMQ try it again, or gives its last report. */
  async #afterFailure(job: Job, spec: JobSpec, error: unknown, token?: string): Promise<Report> {
    const { clock, isTemporary, reasonOf } = this.#options;
    if (isTemporary(error) && !this.#expired(spec)) {
      await job.moveToDelayed(clock.now() + PUT_OFF_MS, token);
      throw new DelayedError();
    }
    if (job.attemptsMade + 1 < (job.opts.attempts ?? 1)) throw error;
    return emptyReport(spec, clock.now(), reasonOf(error), messageOf(error));
  }

  /** Counts the turn, and lets another worker that still runs the job, as one that Redis has not heard of for long, end it. */
  async #tellTaken(job: Job): Promise<void> {
    try {
      await begun(this.#redis, job.priority);
      if (job.attemptsStarted > 1) await this.#redis.publish(TAKEN_CHANNEL, `${this.#id} ${job.id}`);
    } catch (error) {
      this.#options.log.warn({ job: job.id, reason: messageOf(error) }, 'that a job was taken could not be told');
    }
  }

  #yieldTo(message: string): void {
    const [worker, id = ''] = message.split(' ');
    if (worker !== this.#id) this.#attempts.abandon(id, 'another worker has taken the job');
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
      this.#attempts.stored(job.id ?? '');
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
