import { z } from 'zod';
import type { JobView } from '../../jobs/job.js';
import { ApiError } from '../errors.js';
import type { Identity, JobService } from '../ports.js';

/**
 * Finds the job that a request names. Only its submitter and administrators may read a job.
 * @throws ApiError 400 when `id` is not a UUID, 403 when the job belongs to someone else, 404 when there is no such job
 */
export async function findJob(jobs: JobService, id: unknown, reader: Identity): Promise<JobView> {
  const parsed = z.uuid().safeParse(id);
  if (!parsed.success) throw new ApiError(400, 'malformed-id', 'the id is not a UUID');
  const job = await jobs.find(parsed.data.toLowerCase());
  if (job === undefined) throw new ApiError(404, 'unknown-job', 'there is no such job, or it has expired');
  if (!reader.isAdministrator && job.owner !== reader.name) {
    throw new ApiError(403, 'forbidden', 'only its submitter and administrators may read a job');
  }
  return job;
}
