import { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { JobSpec, JobSummary, JobView } from '../jobs/job.js';
import type { PackageHistory } from '../jobs/packages/ports.js';
import type { Clock, JobQueue, QueueOutlook } from '../jobs/ports.js';
import type { ProjectIndex } from '../jobs/projects/ports.js';
import type { JobPage, JobQuery } from '../jobs/search/query.js';
import { type Report, reportSchema } from '../report/report.js';
import { StoreError } from '../stores/object-store.js';
import { type Board, createBoard } from './board.js';
import { producerConnection, type RedisUrl, untilReady } from './connection.js';
import { QueueFullError, QueueUnavailableError } from './errors.js';
import { JobChanges } from './job-changes.js';
import { CANCEL_CHANNEL, emptyReport, parseSpec, QUEUE_NAME, toView } from './job-record.js';
import { outlookOf } from './outlook.js';
import { RedisPackageHistory } from './packages/redis-package-history.js';
import { RedisProjectIndex } from './projects/redis-project-index.js';
import { referenceOf } from './reports/reference.js';
import type { StoredReports } from './reports/stored-reports.js';
import { JobIndex } from './search/job-index.js';
import { JobRows } from './search/job-rows.js';
import { searchJobs } from './search/job-search.js';
import { Turns } from './turns.js';

/** How many attempts a job has when the machine (not the project) fails. */
const ATTEMPTS = 3;
const BACKOFF_MS = 2_000;

export interface BullQueueOptions {
  readonly url: RedisUrl;
  /** How long finished jobs are kept, in seconds. */
  readonly retentionS: number;
  /** How long a job may wait for a worker, in milliseconds. */
  readonly queueMs: number;
  /** How many jobs of one submitter may be waiting. */
  readonly maxWaiting: number;
  readonly reports: StoredReports;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The queue as seen by producers and readers. */
export class BullQueue implements JobQueue {
  readonly #redis: Redis;
  readonly #queue: Queue;
  readonly #options: BullQueueOptions;
  readonly #changes: JobChanges;
  readonly #turns: Turns;
  readonly #index: JobIndex;
  /** The runs of projects, kept as long as the jobs. */
  readonly projects: ProjectIndex;
  /** In which jobs packages were, kept as long as the jobs. */
  readonly packages: PackageHistory;

  private constructor(options: BullQueueOptions, redis: Redis) {
    this.#options = options;
    this.#redis = redis;
    this.#queue = new Queue(QUEUE_NAME, { connection: redis });
    this.#turns = new Turns(this.#queue, redis);
    this.#changes = new JobChanges(options.url, options.log);
    const { retentionS, queueMs, clock } = options;
    const beside = {
      redis,
      retentionS,
      now: () => clock.now(),
      guard: <T>(work: () => Promise<T>) => this.#guard(work),
    };
    this.#index = new JobIndex({ ...beside, queueMs });
    this.projects = new RedisProjectIndex(beside);
    this.packages = new RedisPackageHistory(beside);
    this.#queue.on('error', (error) => options.log.debug({ reason: error.message }, 'queue error'));
  }

  /**
   * Resolves when Redis answers; later outages are survived without further calls.
   *
   * @throws QueueUnavailableError if it does not answer within `ms`
   */
  static async open(options: BullQueueOptions, ms: number): Promise<BullQueue> {
    const redis = producerConnection(options.url, options.log);
    try {
      await untilReady(redis, ms);
    } catch (error) {
      redis.disconnect();
      throw new QueueUnavailableError(error);
    }
    return new BullQueue(options, redis);
  }

  async admit(owner: string | null): Promise<void> {
    const { maxWaiting } = this.#options;
    const waiting = await this.#guard(() => this.#turns.waiting(owner));
    if (waiting >= maxWaiting) throw new QueueFullError(maxWaiting);
  }

  #assertConnected(): void {
    if (this.#redis.status !== 'ready') throw new QueueUnavailableError(new Error(`redis is ${this.#redis.status}`));
  }

  async add(spec: JobSpec, onceKey?: string): Promise<JobSpec> {
    const { retentionS } = this.#options;
    const kept = { age: retentionS };
    // BullMQ claims the key atomically with storing the job, and releases it when the job is removed.
    const once = onceKey === undefined ? {} : { deduplication: { id: onceKey, ttl: retentionS * 1000 } };
    return this.#guard(async () => {
      await this.#index.add(spec);
      const { id } = await this.#queue.add('detonate', spec, {
        jobId: spec.id,
        priority: await this.#turns.next(spec.owner),
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: BACKOFF_MS },
        removeOnComplete: kept,
        removeOnFail: kept,
        ...once,
      });
      if (id === undefined || id === spec.id) return spec;
      await this.#index.remove(spec.id, spec.owner);
      const earlier = await Job.fromId(this.#queue, id);
      // The job was removed between the two calls; a repeated request will create a new job.
      if (!earlier) throw new QueueUnavailableError(new Error('the job with this key has just been removed'));
      return parseSpec(earlier.data);
    });
  }

  async find(id: string): Promise<JobView | undefined> {
    const found = await this.#guard(async () => {
      // Read the state first: if the job ends between the two calls, its result is already there.
      const state = await this.#queue.getJobState(id);
      const job = await Job.fromId(this.#queue, id);
      return job ? { job, state } : undefined;
    });
    if (!found || found.state === 'unknown') return undefined;
    const { clock, queueMs } = this.#options;
    const { job, state } = found;
    const report = state === 'completed' ? await this.#reportOf(job) : null;
    if (report === undefined) return undefined;
    return toView({ ...job, report }, state, clock.now(), queueMs);
  }

  /** The report of a completed job; undefined if it has expired. @throws StoreError while the store is away */
  async #reportOf(job: Job): Promise<Report | undefined> {
    const reference = referenceOf(job.returnvalue);
    if (reference === null) return reportSchema.parse(job.returnvalue);
    const { clock, retentionS, reports, log } = this.#options;
    try {
      return await reports.read(reference);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code === 'store-unavailable') throw error;
      const finishedAt = job.finishedOn ?? clock.now();
      // BullMQ removes expired jobs only when another one ends.
      if (error.code === 'object-missing' && finishedAt + retentionS * 1000 < clock.now()) return undefined;
      log.error({ job: job.id, err: error }, 'a report is not in the store as it was written');
      const what = error.code === 'object-missing' ? 'is missing in the store' : 'is damaged in the store';
      return emptyReport(
        parseSpec(job.data),
        finishedAt,
        'report-lost',
        `the report ${what}: submit the project again`,
      );
    }
  }

  search(query: JobQuery): Promise<JobPage> {
    return this.#guard(() => searchJobs(this.#redis, this.#rows(), query));
  }

  summaries(ids: readonly string[]): Promise<readonly JobSummary[]> {
    return this.#guard(() => this.#rows().read(ids));
  }

  outlook(id: string): Promise<QueueOutlook | null> {
    return this.#guard(() => outlookOf(this.#queue, this.#redis, id));
  }

  #rows(): JobRows {
    const { clock, queueMs } = this.#options;
    return new JobRows(this.#queue, this.#redis, clock.now(), queueMs);
  }

  onChange(id: string, listener: () => void): () => void {
    return this.#changes.on(id, listener);
  }

  async remove(id: string): Promise<boolean> {
    return this.#guard(async () => {
      const job = await Job.fromId(this.#queue, id);
      if (!job) return true;
      const state = await job.getState();
      if (state !== 'active') {
        const spec = parseSpec(job.data);
        const { owner } = spec;
        // The report goes first: if the store is away, the job is still there to be removed.
        await this.#options.reports.remove(spec);
        await job.remove();
        await this.#index.remove(id, owner);
        if (state === 'prioritized') await this.#turns.removed(owner);
        return true;
      }
      await this.#redis.publish(CANCEL_CHANNEL, id);
      return false;
    });
  }

  async ping(): Promise<void> {
    await this.#guard(() => this.#redis.ping());
  }

  /** The number of jobs in each of BullMQ's states; those in `prioritized` count as waiting. */
  counts(): Promise<Readonly<Record<string, number>>> {
    return this.#guard(async () => {
      const { prioritized = 0, waiting = 0, ...others } = await this.#queue.getJobCounts();
      return { ...others, waiting: waiting + prioritized };
    });
  }

  /** How long the oldest waiting job has been waiting, in milliseconds; 0 if there is none. */
  oldestWaitMs(): Promise<number> {
    return this.#guard(async () => {
      // The first of each: jobs that were returned to the queue, and the job whose turn is next.
      const [put] = await this.#queue.getJobs(['waiting'], 0, 0, true);
      const [next] = await this.#queue.getJobs(['prioritized'], 0, 0, true);
      const times = [put, next].flatMap((job) => (job ? [parseSpec(job.data).submittedAt] : []));
      return times.length === 0 ? 0 : Math.max(0, this.#options.clock.now() - Math.min(...times));
    });
  }

  /** Ids of all jobs that have not ended: their tarballs and sandboxes are still needed. */
  async unfinished(): Promise<ReadonlySet<string>> {
    return new Set(
      await this.#guard(() => this.#queue.getRanges(['active', 'waiting', 'delayed', 'prioritized'], 0, -1)),
    );
  }

  /** A read-only view of the queue for browsers. `pageOf`: the URL of a job's page. */
  board(pageOf: (id: string) => string): Board {
    return createBoard(this.#queue, { pageOf, guard: (work) => this.#guard(work) });
  }

  async close(): Promise<void> {
    await this.#changes.close();
    await this.#queue.close();
    this.#redis.disconnect();
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    this.#assertConnected();
    try {
      return await work();
    } catch (error) {
      if (isConnectionError(error)) throw new QueueUnavailableError(error);
      throw error;
    }
  }
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /Connection is closed|ECONN|EPIPE|ENOENT|Stream isn't writeable|timed out|max retries|LOADING|READONLY|MISCONF|OOM/i.test(
    error.message,
  );
}
