import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { JobSummary } from '../jobs/job.js';
import type { RecentQuery } from '../jobs/ports.js';
import { parseSpec, type StoredJob, toSummary } from './job-record.js';

const STATES = ['prioritized', 'waiting', 'delayed', 'active', 'completed', 'failed'] as const;
/** How many jobs of each state are looked through for a submitter's own. */
const SCANNED = 500;
/** All of a job's hash but its result: a report may be megabytes. */
const FIELDS = ['data', 'progress', 'failedReason', 'finishedOn'] as const;

const hashSchema = z.tuple([z.string(), z.string().nullable(), z.string().nullable(), z.string().nullable()]);

/** The newest jobs, newest first, from the newest `SCANNED` of each state. */
export async function recentJobs(
  queue: Queue,
  redis: Redis,
  query: RecentQuery,
  now: number,
  queueMs: number,
): Promise<readonly JobSummary[]> {
  const perState = await Promise.all(
    STATES.map(async (state) => {
      const ids: readonly string[] = await queue.getRanges([state], 0, SCANNED - 1, false);
      return ids.map((id) => ({ id, state }));
    }),
  );
  // A job that changes its state between the questions is in two answers: the later state counts.
  const found = [...new Map(perState.flat().map((job) => [job.id, job])).values()];
  const pipeline = redis.pipeline();
  for (const { id } of found) pipeline.hmget(queue.toKey(id), ...FIELDS);
  const rows = (await pipeline.exec()) ?? [];
  const own = found.flatMap(({ state }, index) => {
    const stored = readHash(rows[index]?.[1]);
    return stored && isWanted(stored, query) ? [toSummary(stored, state, now, queueMs)] : [];
  });
  return own.sort((a, b) => b.submittedAt - a.submittedAt).slice(0, query.limit);
}

function isWanted(stored: StoredJob, query: RecentQuery): boolean {
  return query.owner === undefined || parseSpec(stored.data).owner === query.owner;
}

/** Undefined for a job that was removed meanwhile. */
function readHash(values: unknown): StoredJob | undefined {
  const parsed = hashSchema.safeParse(values);
  if (!parsed.success) return undefined;
  const [data, progress, failedReason, finishedOn] = parsed.data;
  return {
    data: JSON.parse(data),
    progress: progress === null ? 0 : JSON.parse(progress),
    returnvalue: null,
    ...(failedReason === null ? {} : { failedReason }),
    ...(finishedOn === null ? {} : { finishedOn: Number(finishedOn) }),
  };
}
