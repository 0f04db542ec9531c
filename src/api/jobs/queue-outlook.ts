import type { JobView } from '../../jobs/job.js';
import type { QueueOutlook } from '../../jobs/ports.js';
import type { JobService } from '../ports.js';

/** Where a job stands among those that wait; null for one that does not. */
export async function outlookOf(
  { id, state }: JobView,
  jobs: Pick<JobService, 'outlook'>,
): Promise<QueueOutlook | null> {
  return state === 'queued' ? jobs.outlook(id) : null;
}
