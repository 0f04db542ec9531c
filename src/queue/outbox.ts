import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../jobs/ports.js';
import { producerConnection, type RedisUrl, workerConnection } from './connection.js';

/** Retries have increasing delays up to a quarter of an hour, for three days. */
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 15 * 60_000;
const ATTEMPTS = 300;
/** Retry delay if the report is not stored yet: that happens a moment after its delivery is queued. */
const NOT_YET_MS = 1_000;
const CONCURRENCY = 4;

const itemSchema = z.object({ job: z.uuid() });

/**
 * Delivers one job to one receiver. `done`: the progress of an earlier attempt. False: the job has no report yet. Throws if it must be
 * retried.
 */
export type Deliver = (
  job: string,
  progress: { readonly done: number; advance(done: number): Promise<void> },
  signal: AbortSignal,
) => Promise<boolean>;

export interface OutboxOptions {
  readonly url: RedisUrl;
  /** The receiver's name: each has its own queue, so that an unavailable one does not delay the others. */
  readonly name: string;
  /** How long a delivery is remembered, in seconds, to prevent duplicates. */
  readonly retentionS: number;
  readonly deliver: Deliver;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The durable delivery queue of one receiver in Redis, and its consumer. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #producer: Redis;
  readonly #consumer: Redis;
  readonly #queue: Queue;
  readonly #worker: Worker;
  readonly #stopping = new AbortController();

  constructor(options: OutboxOptions) {
    const { url, name, log } = options;
    this.#options = options;
    this.#producer = producerConnection(url, log);
    this.#consumer = workerConnection(url, log);
    this.#queue = new Queue(queueName(name), { connection: this.#producer });
    this.#worker = new Worker(queueName(name), (job, token) => this.#deliver(job, token), {
      connection: this.#consumer,
      concurrency: CONCURRENCY,
      autorun: false,
      settings: { backoffStrategy: (attempts) => Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), MAX_RETRY_MS) },
    });
    this.#queue.on('error', (error) => log.debug({ output: name, reason: error.message }, 'outbox error'));
    this.#worker.on('error', (error) => log.debug({ output: name, reason: error.message }, 'outbox error'));
    this.#worker.on('failed', (job, error) => this.#logFailure(job, error));
  }

  get name(): string {
    return this.#options.name;
  }

  start(): void {
    void this.#worker.run().catch((err) => this.#options.log.error({ err, output: this.name }, 'outbox ended'));
  }

  /** Queues the delivery of a job, at most once. @throws if Redis is unavailable */
  async add(job: string): Promise<void> {
    const kept = { age: this.#options.retentionS };
    const options = {
      jobId: job,
      attempts: ATTEMPTS,
      backoff: { type: 'custom' },
      removeOnComplete: kept,
      removeOnFail: kept,
    };
    await this.#queue.add('deliver', { job }, options);
  }

  /** Number of pending deliveries, and of those that failed permanently. @throws if Redis is unavailable */
  async counts(): Promise<{ readonly waiting: number; readonly givenUp: number }> {
    const {
      waiting = 0,
      active = 0,
      delayed = 0,
      failed = 0,
    } = await this.#queue.getJobCounts('waiting', 'active', 'delayed', 'failed');
    return { waiting: waiting + active + delayed, givenUp: failed };
  }

  /** Deliveries in progress are aborted and will be repeated by the next consumer. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#worker.close();
    await this.#queue.close();
    this.#producer.disconnect();
    this.#consumer.disconnect();
  }

  async #deliver(job: Job, token?: string): Promise<void> {
    const { job: id } = itemSchema.parse(job.data);
    const done = typeof job.progress === 'number' ? job.progress : 0;
    const progress = { done, advance: (reached: number) => job.updateProgress(reached) };
    if (await this.#options.deliver(id, progress, this.#stopping.signal)) return;
    await job.moveToDelayed(this.#options.clock.now() + NOT_YET_MS, token);
    throw new DelayedError();
  }

  #logFailure(job: Job | undefined, error: Error): void {
    const attempts = job?.attemptsMade ?? 0;
    const fields = { output: this.name, job: job?.id, attempts, reason: error.message };
    if (attempts >= ATTEMPTS) this.#options.log.error(fields, 'a delivery failed permanently');
    else this.#options.log.warn(fields, 'a delivery failed and will be retried');
  }
}

function queueName(name: string): string {
  return `packwarden-output-${name}`;
}
