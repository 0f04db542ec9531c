import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { JobSummary } from '../../jobs/job.js';
import { specOf, toSummary } from '../job-record.js';

/** All of a job's hash but its result: a report may be megabytes. */
const FIELDS = ['data', 'progress', 'failedReason', 'processedOn', 'finishedOn'] as const;

const field = z.string().nullable();
const hashSchema = z.tuple([z.string(), field, field, field, field]);

/** More jobs than run at once anywhere. */
const MOST_ACTIVE = 10_000;

/** Reads jobs as lists show them. */
export class JobRows {
  readonly #queue: Queue;
  readonly #redis: Redis;
  readonly #now: number;
  readonly #queueMs: number;
  #active: Promise<ReadonlySet<string>> | undefined;

  /** For one question: which jobs run is asked once. */
  constructor(queue: Queue, redis: Redis, now: number, queueMs: number) {
    this.#queue = queue;
    this.#redis = redis;
    this.#now = now;
    this.#queueMs = queueMs;
  }

  /** In the order of `ids`, without those that are gone. */
  async read(ids: readonly string[]): Promise<readonly JobSummary[]> {
    // First which run: one that ends in between then has its end when it is read.
    this.#active ??= this.#readActive();
    const active = await this.#active;
    const pipeline = this.#redis.pipeline();
    for (const id of ids) {
      const key = this.#queue.toKey(id);
      pipeline.hmget(key, ...FIELDS).hexists(key, 'returnvalue');
    }
    const answers = (await pipeline.exec()) ?? [];
    return ids.flatMap((id, index) => {
      const [fields, hasReport] = [answers[2 * index]?.[1], answers[2 * index + 1]?.[1] === 1];
      return this.#toRow(fields, hasReport, active.has(id));
    });
  }

  async #readActive(): Promise<ReadonlySet<string>> {
    return new Set(await this.#redis.lrange(this.#queue.toKey('active'), 0, MOST_ACTIVE));
  }

  /** Nothing for a job that was removed meanwhile, or that another version wrote. */
  #toRow(fields: unknown, hasReport: boolean, isActive: boolean): readonly JobSummary[] {
    const parsed = hashSchema.safeParse(fields);
    if (!parsed.success) return [];
    const [text, progress, failedReason, processedOn, finishedOn] = parsed.data;
    const data: unknown = JSON.parse(text);
    if (specOf(data) === null) return [];
    const state = finishedOn === null ? (isActive ? 'active' : 'waiting') : hasReport ? 'completed' : 'failed';
    const stored = {
      data,
      progress: progress === null ? 0 : JSON.parse(progress),
      report: null,
      ...(failedReason === null ? {} : { failedReason }),
      ...(processedOn === null ? {} : { processedOn: Number(processedOn) }),
      ...(finishedOn === null ? {} : { finishedOn: Number(finishedOn) }),
    };
    return [toSummary(stored, state, this.#now, this.#queueMs)];
  }
}
