import { CORRELATION } from '../../../src/gitlab/correlate/config.js';
import { correlate } from '../../../src/gitlab/correlate/correlate.js';
import type { CorrelatedJob, SandboxFinding, StoredEvent } from '../../../src/gitlab/correlate/job.js';
import type { JobContext } from '../../../src/gitlab/identity/context.js';
import { event, INSTANCE, NOON } from '../events.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const CONTEXT: JobContext = {
  verified: true,
  instance: INSTANCE,
  projectId: '42',
  projectPath: 'acme/shop/web',
  namespaceId: '5',
  namespacePath: 'acme/shop',
  jobId: '9001',
  pipelineId: '8001',
  userId: '7',
  userLogin: 'alice',
  runnerId: '3',
  mergeRequestId: '77',
  addresses: ['203.0.114.9'],
};

export const READS_CREDENTIAL: SandboxFinding = {
  rule: 'Read of a credential file',
  priority: 'WARNING',
  tags: ['packwarden', 'mitre_credential_access'],
  first: NOON + MINUTE,
  package: { name: 'evil-dep', version: '1.0.0' },
};
export const OTHER: SandboxFinding = { ...READS_CREDENTIAL, rule: 'Network tool started', tags: ['packwarden'] };

/** A job from 12:00 to 12:05. */
export const job = (
  changes: Partial<JobContext> = {},
  findings: readonly SandboxFinding[] = [OTHER],
): CorrelatedJob => ({
  context: { ...CONTEXT, ...changes },
  start: NOON,
  end: NOON + 5 * MINUTE,
  findings,
});

/** An audit event, by what differs from one of the job's own person in its project, two minutes after its start. */
export interface Told {
  /** Milliseconds beside the job's start. */
  readonly at?: number;
  readonly type: string;
  readonly by?: number;
  readonly project?: number;
  readonly entity?: readonly [type: string, id: number, path: string];
  readonly target?: readonly [type: string, id: number, details?: string];
  readonly ip?: string;
  readonly details?: object;
  readonly ref?: string;
  readonly instance?: string;
}

function told({
  at = 2 * MINUTE,
  type,
  by = 7,
  project = 42,
  entity,
  target,
  ip = '198.41.0.4',
  details,
  ref,
  instance,
}: Told): StoredEvent {
  const [entityType, entityId, path] = entity ?? [
    'Project',
    project,
    project === 42 ? 'acme/shop/web' : `other/p${project}`,
  ];
  const [targetType, targetId, targetDetails] = target ?? ['Project', project, 'x'];
  const read = event(
    { event_type: type, author_id: by, entity_type: entityType, entity_id: entityId },
    {
      entity_path: path,
      target_type: targetType,
      target_id: targetId,
      target_details: targetDetails,
      ip_address: ip,
      ...details,
    },
  );
  const time = NOON + at;
  return { ref: ref ?? `${type}@${at}`, copies: 0, event: { ...read, time, instance: instance ?? INSTANCE } };
}

export const TOKEN_USED: Told = { type: 'user_authenticated_using_job_token', target: ['Ci::Build', 9001] };
export const MINTED: Told = {
  type: 'personal_access_token_created',
  entity: ['User', 7, 'alice'],
  target: ['PersonalAccessToken', 1],
};
export const PUSH = { custom_message: { verb: 'push' } };
export const CLONE = { custom_message: { action: 'git-upload-pack', protocol: 'http' } };
export const GIT = 'repository_git_operation';
export const GROUP = ['Group', 5, 'acme/shop'] as const;
export const TOP_GROUP = ['Group', 1, 'acme'] as const;
export const SCOPE = ['Gitlab::Audit::InstanceScope', 1, 'gitlab_instance'] as const;

/** What stands in the report of a job, whose project may clone `other/p99`. */
export const run = (events: readonly Told[], of: CorrelatedJob = job()) =>
  correlate(of, events.map(told), { ...CORRELATION, baselineProjects: ['other/p99'] });
