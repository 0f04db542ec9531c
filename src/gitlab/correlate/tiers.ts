import type { GitlabEvent } from '../event/event.js';
import { ancestorsOf, type JobContext } from '../identity/context.js';
import type { Tier } from './config.js';

/** A tier with its reason, for the reader. */
export interface Placement {
  readonly tier: Tier;
  readonly reason: string;
}

/** Classes that stand for a CI job, a pipeline and a runner; GitLab names them by Ruby class, which varies by version. */
const JOB_TYPES = new Set(['Ci::Build', 'Ci::Processable', 'CommitStatus', 'GenericCommitStatus']);
const PIPELINE_TYPES = new Set(['Ci::Pipeline']);
const RUNNER_TYPES = new Set(['Ci::Runner']);
const MERGE_REQUEST_TYPES = new Set(['MergeRequest']);
const INSTANCE_SCOPE = 'Gitlab::Audit::InstanceScope';

/** The surest tier that an event has, whatever its time; undefined when it has nothing to do with the job. */
export function placeEvent(context: JobContext, event: GitlabEvent): Placement | undefined {
  if (event.instance !== context.instance) return undefined;
  const exact = exactPlacement(context, event);
  if (exact === undefined) return scopePlacement(context, event);
  if (context.verified) return exact;
  // Whoever claims a job can claim any job: only a token's identity makes a link of it.
  return { tier: 'T3', reason: `${exact.reason} (the identity is not verified)` };
}

function exactPlacement(context: JobContext, event: GitlabEvent): Placement | undefined {
  const isTarget = (types: ReadonlySet<string>, id: string | undefined): boolean =>
    id !== undefined && event.targetId === id && types.has(event.targetType ?? '');
  if (isTarget(JOB_TYPES, context.jobId)) return { tier: 'T1', reason: 'its target is this job' };
  if (isTarget(PIPELINE_TYPES, context.pipelineId)) return { tier: 'T2', reason: "its target is this job's pipeline" };
  if (isTarget(RUNNER_TYPES, context.runnerId)) return { tier: 'T2', reason: 'its target is the runner of this job' };
  // A merge request is not named in the token: claimed, it counts within the job's own project only.
  if (isTarget(MERGE_REQUEST_TYPES, context.mergeRequestId) && isOwnProject(context, event)) {
    return { tier: 'T2', reason: "its target is this pipeline's merge request" };
  }
  return undefined;
}

function scopePlacement(context: JobContext, event: GitlabEvent): Placement | undefined {
  const isActor = context.userId !== undefined && event.authorId === context.userId;
  const isProject = isOwnProject(context, event);
  if (isActor && isProject) return { tier: 'T3', reason: 'the same person, in the same project' };
  const scope = isProject ? 'the same project' : scopeAbove(context, event);
  if (scope !== undefined && context.addresses.some((address) => event.hops.includes(address))) {
    return { tier: 'T4', reason: `from an address that the job used, in ${scope}` };
  }
  if (scope !== undefined) return { tier: 'T5', reason: `${isActor ? 'the same' : 'another'} person, in ${scope}` };
  if (isActor) return { tier: 'T6', reason: 'the same person, elsewhere' };
  return isAboutActor(context, event) ? { tier: 'T6', reason: "about the account of the job's person" } : undefined;
}

/** Whether an event is about the job's project itself. */
export function isOwnProject(context: JobContext, event: GitlabEvent): boolean {
  return event.entityType === 'Project' && event.entityId === context.projectId;
}

/** A group above the project, or the instance; undefined for any other scope. */
function scopeAbove(context: JobContext, event: GitlabEvent): string | undefined {
  if (event.entityType === INSTANCE_SCOPE) return 'the whole instance';
  if (event.entityType !== 'Group') return undefined;
  if (context.namespaceId !== undefined && event.entityId === context.namespaceId) return 'its group';
  const path = event.entityPath ?? '';
  return ancestorsOf(context.projectPath ?? '').includes(path) ? 'a group above the project' : undefined;
}

function isAboutActor({ userId }: JobContext, event: GitlabEvent): boolean {
  if (userId === undefined) return false;
  const isUser = (type: string | undefined, id: string | undefined): boolean => type === 'User' && id === userId;
  return isUser(event.entityType, event.entityId) || isUser(event.targetType, event.targetId);
}
