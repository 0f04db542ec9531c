import type { GitlabEvent } from '../event/event.js';
import { ancestorsOf, type JobContext } from '../identity/context.js';
import type { Tier } from './config.js';

/** A tier with its reason, for display. */
export interface Placement {
  readonly tier: Tier;
  readonly reason: string;
}

/** Classes for a CI job, a pipeline and a runner; GitLab uses Ruby class names, which vary by version. */
const JOB_TYPES = new Set(['Ci::Build', 'Ci::Processable', 'CommitStatus', 'GenericCommitStatus']);
const PIPELINE_TYPES = new Set(['Ci::Pipeline']);
const RUNNER_TYPES = new Set(['Ci::Runner']);
const MERGE_REQUEST_TYPES = new Set(['MergeRequest']);
const INSTANCE_SCOPE = 'Gitlab::Audit::InstanceScope';

/** The most certain tier of an event, whatever its time; undefined if it is not related to the job. */
export function placeEvent(context: JobContext, event: GitlabEvent): Placement | undefined {
  if (event.instance !== context.instance) return undefined;
  const exact = exactPlacement(context, event);
  if (exact === undefined) return scopePlacement(context, event);
  if (context.verified) return exact;
  // Anyone can claim to be any job: only an identity from a token creates a link.
  return { tier: 'T3', reason: `${exact.reason} (the identity is not verified)` };
}

function exactPlacement(context: JobContext, event: GitlabEvent): Placement | undefined {
  const isTarget = (types: ReadonlySet<string>, id: string | undefined): boolean =>
    id !== undefined && event.targetId === id && types.has(event.targetType ?? '');
  if (isTarget(JOB_TYPES, context.jobId)) return { tier: 'T1', reason: 'its target is this job' };
  if (isTarget(PIPELINE_TYPES, context.pipelineId)) return { tier: 'T2', reason: "its target is this job's pipeline" };
  if (isTarget(RUNNER_TYPES, context.runnerId)) return { tier: 'T2', reason: 'its target is the runner of this job' };
  // A merge request is not part of the token, so a claimed one only counts within the job's own project.
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
