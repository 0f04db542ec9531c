import type { JobView } from '../../jobs/job.js';
import type { QueueOutlook } from '../../jobs/ports.js';
import type { JobService } from '../ports.js';

/** The position of a waiting job in the queue; null for a job that is not waiting. */
export async function outlookOf(
  { id, state }: JobView,
  jobs: Pick<JobService, 'outlook'>,
): Promise<QueueOutlook | null> {
  return state === 'queued' ? jobs.outlook(id) : null;
}
