import type { Candidate } from './candidate.js';
import type { CorrelationConfig } from './config.js';
import { isFetch } from './direction.js';
import type { CorrelatedJob } from './job.js';

/**
 * The events that a legitimate job causes and that are therefore subtracted: one fetch of its own project and of those that belong to it,
 * the artifacts of the jobs it needs, and the use of its own token from its runner's address.
 */
export function baselineOf(
  job: CorrelatedJob,
  candidates: readonly Candidate[],
  runner: ReadonlySet<string>,
  config: CorrelationConfig,
): ReadonlySet<string> {
  const during = candidates.filter(({ window }) => window === 'during').sort((a, b) => a.event.time - b.event.time);
  const isRunners = ({ event }: Candidate): boolean => event.ip === undefined || runner.has(event.ip);
  const expected = new Set<string>();
  const fetched = new Set<string>();
  for (const candidate of during) {
    const { ref, event, isOwnProject } = candidate;
    const isPersons = job.context.userId === undefined || event.authorId === job.context.userId;
    if (event.type === 'user_authenticated_using_job_token') {
      if (isRunners(candidate)) expected.add(ref);
    } else if (event.type === 'job_artifact_downloaded') {
      if (isPersons && isOwnProject && isRunners(candidate)) expected.add(ref);
    } else if (isFetch(event) && isPersons) {
      const path = event.entityPath ?? event.entityId ?? '';
      const belongs = isOwnProject || config.baselineProjects.includes(path);
      if (!belongs || fetched.has(path)) continue;
      fetched.add(path);
      expected.add(ref);
    }
  }
  return expected;
}

/**
 * The addresses observed by this service, and the first one that used the job's token: GitLab may see the runner under another address than
 * we do, and a thief can't be earlier than the job's own checkout.
 */
export function runnerAddresses(job: CorrelatedJob, candidates: readonly Candidate[]): ReadonlySet<string> {
  const own = candidates
    .filter(({ event, window }) => window === 'during' && event.type === 'user_authenticated_using_job_token')
    .sort((a, b) => a.event.time - b.event.time)
    .flatMap(({ event }) => event.ip ?? []);
  return new Set([...job.context.addresses, ...own.slice(0, 1)]);
}
