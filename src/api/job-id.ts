import { z } from 'zod';
import type { JobView } from '../jobs/job.js';
import { ApiError } from './errors.js';
import type { JobService } from './ports.js';

/** Finds the job that a request names. @throws ApiError 400 when `id` is no UUID, 404 when there is no such job */
export async function findJob(jobs: JobService, id: unknown): Promise<JobView> {
  const parsed = z.uuid().safeParse(id);
  if (!parsed.success) throw new ApiError(400, 'malformed-id', 'the id is not a UUID');
  const job = await jobs.find(parsed.data.toLowerCase());
  if (job === undefined) throw new ApiError(404, 'unknown-job', 'there is no such job, or it has expired');
  return job;
}
