import type { Redis } from 'ioredis';
import type { JobSummary } from '../../jobs/job.js';
import { isBehind, type JobCursor, type JobPage, type JobQuery, matches } from '../../jobs/search/query.js';
import { PACKAGE_KEYS } from '../packages/package-keys.js';
import { MAX_RUNS } from '../packages/redis-package-history.js';
import { jobsKey, readEntries } from './job-index.js';
import type { JobRows } from './job-rows.js';

/** Jobs that one question looks through at most; a search that finds little goes on in the next one. */
export const SCANNED = 2_000;
const CHUNK = 200;

/** Looks through the jobs of the shortest list that holds all that are wanted, newest first. */
export async function searchJobs(redis: Redis, rows: JobRows, query: JobQuery): Promise<JobPage> {
  const { owner, filter, after, limit } = query;
  const key = filter.package === undefined ? jobsKey(owner) : PACKAGE_KEYS.runs(filter.package, owner);
  const found: JobSummary[] = [];
  let last: JobCursor | undefined = after;
  for (let offset = 0; offset < SCANNED; offset += CHUNK) {
    const entries = await readEntries(redis, key, after?.submittedAt, { offset, count: CHUNK });
    for (const job of await rows.read(distinct(entries, last))) {
      // Whose the job is decides here, too, whatever list it came from.
      if ((owner !== undefined && job.owner !== owner) || !matches(job, filter)) continue;
      // One more than wanted: only then are there older ones.
      if (found.length === limit) return { jobs: found, next: cursorOf(found.at(-1)), end: 'full' };
      found.push(job);
    }
    const behind = entries.at(-1);
    if (behind !== undefined) last = last === undefined || isBehind(behind, last) ? behind : last;
    if (entries.length < CHUNK) return { jobs: found, next: null, end: await endOf(redis, query, key) };
  }
  return { jobs: found, next: last ?? null, end: 'stopped' };
}

function cursorOf(job: JobSummary | undefined): JobCursor | null {
  return job === undefined ? null : { id: job.id, submittedAt: job.submittedAt };
}

/** Ids behind a place, once each: a package may be in a job in several versions. */
function distinct(entries: readonly JobCursor[], after: JobCursor | undefined): readonly string[] {
  return [...new Set(entries.filter((entry) => after === undefined || isBehind(entry, after)).map(({ id }) => id))];
}

async function endOf(redis: Redis, { filter }: JobQuery, key: string): Promise<JobPage['end']> {
  return filter.package !== undefined && (await redis.zcard(key)) >= MAX_RUNS ? 'forgotten' : 'end';
}
