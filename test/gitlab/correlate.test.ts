import { describe, expect, it, test } from 'vitest';
import { CORRELATION } from '../../src/gitlab/correlate/config.js';
import { correlate } from '../../src/gitlab/correlate/correlate.js';
import type { CorrelatedJob, SandboxFinding, StoredEvent } from '../../src/gitlab/correlate/job.js';
import type { JobContext } from '../../src/gitlab/identity/context.js';
import { event, INSTANCE, NOON } from './events.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

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

const READS_CREDENTIAL: SandboxFinding = {
  rule: 'Read of a credential file',
  priority: 'WARNING',
  tags: ['packwarden', 'mitre_credential_access'],
  first: NOON + MINUTE,
  package: { name: 'evil-dep', version: '1.0.0' },
};
const OTHER: SandboxFinding = { ...READS_CREDENTIAL, rule: 'Network tool started', tags: ['packwarden'] };

/** A job from 12:00 to 12:05. */
const job = (changes: Partial<JobContext> = {}, findings: readonly SandboxFinding[] = [OTHER]): CorrelatedJob => ({
  context: { ...CONTEXT, ...changes },
  start: NOON,
  end: NOON + 5 * MINUTE,
  findings,
});

interface Told {
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

const TOKEN_USED: Told = { type: 'user_authenticated_using_job_token', target: ['Ci::Build', 9001] };
const MINTED: Told = {
  type: 'personal_access_token_created',
  entity: ['User', 7, 'alice'],
  target: ['PersonalAccessToken', 1],
};
const PUSH = { custom_message: { verb: 'push' } };
const CLONE = { custom_message: { action: 'git-upload-pack', protocol: 'http' } };
const GIT = 'repository_git_operation';
const GROUP = ['Group', 5, 'acme/shop'] as const;
const TOP_GROUP = ['Group', 1, 'acme'] as const;
const SCOPE = ['Gitlab::Audit::InstanceScope', 1, 'gitlab_instance'] as const;

/** One event, and the tier it has; null: it does not stand in the report. */
const TIERS: readonly [what: string, event: Told, tier: string | null, context?: Partial<JobContext>][] = [
  ['this job', { type: 'ci_job_retried', target: ['Ci::Build', 9001] }, 'T1'],
  ['this job, a month later', { type: 'x', target: ['Ci::Build', 9001], at: 30 * DAY }, 'T1'],
  ["another job's token", { ...TOKEN_USED, target: ['Ci::Build', 9002], by: 8, project: 43 }, null],
  ['this pipeline', { type: 'destroy_pipeline', target: ['Ci::Pipeline', 8001] }, 'T2'],
  ['a number like the pipeline, of another kind', { type: 'x', target: ['Issue', 8001], by: 8, project: 43 }, null],
  ['the runner', { type: 'ci_runner_registered', target: ['Ci::Runner', 3], at: -3 * DAY, by: 8 }, 'T2'],
  ['the merge request', { type: 'merge_request_merged', target: ['MergeRequest', 77] }, 'T2'],
  [
    "a merge request of another project with that number: the person's",
    { type: 'merge_request_merged', target: ['MergeRequest', 77], project: 43 },
    'T6',
  ],
  ['the person in the project', { type: 'ci_variable_updated' }, 'T3'],
  ["somebody else from the job's address", { type: 'ci_variable_updated', by: 8, ip: '10.0.0.1, 203.0.114.9' }, 'T4'],
  [
    'somebody in the group from that address',
    { type: 'ci_group_variable_updated', by: 8, ip: '203.0.114.9', entity: GROUP },
    'T4',
  ],
  ['somebody else in the project', { type: 'ci_variable_updated', by: 8 }, 'T5'],
  ['somebody in the group', { type: 'ci_group_variable_updated', by: 8, entity: GROUP }, 'T5'],
  ['somebody in a group far above', { type: 'ci_group_variable_updated', by: 8, entity: TOP_GROUP }, 'T5'],
  [
    'a group whose name only begins alike',
    { type: 'ci_group_variable_updated', by: 8, entity: ['Group', 2, 'acm'] },
    null,
  ],
  ['a sister group', { type: 'ci_group_variable_updated', by: 8, entity: ['Group', 6, 'acme/other'] }, null],
  ['the instance', { type: 'destroy_instance_event_streaming_destination', by: 1, entity: SCOPE }, 'T5'],
  ['the person in another project', { type: 'ci_variable_updated', project: 43 }, 'T6'],
  ["the person's account", MINTED, 'T6'],
  [
    "somebody changing the person's account",
    { type: 'user_disable_two_factor', by: 1, entity: ['User', 7, 'alice'] },
    'T6',
  ],
  ['somebody else elsewhere', { type: 'ci_variable_updated', by: 8, project: 43 }, null],
  ['another GitLab with the same numbers', { ...TOKEN_USED, instance: 'https://other.example' }, null],
  ['a type that says nothing', { type: 'project_topic_changed' }, null],
  ['a claimed job is no link', { type: 'destroy_pipeline', target: ['Ci::Pipeline', 8001] }, 'T3', { verified: false }],
  ['nobody is known to have started it', { type: 'ci_variable_updated' }, 'T5', { userId: undefined }],
  ['a number above 2^53', { type: 'x', target: ['Ci::Build', 9001] }, null, { jobId: '9007199254740993' }],
];

/** One event, by when and what it is. */
const WINDOWS: readonly [what: string, event: Told, window: string | null][] = [
  ['during: five minutes early', { type: 'ci_variable_updated', at: -5 * MINUTE }, 'during'],
  ['during: ten minutes late', { type: 'ci_variable_updated', at: 15 * MINUTE }, 'during'],
  ['before: a variable', { type: 'ci_variable_updated', at: -6 * MINUTE }, 'before'],
  ['before: a merge', { type: 'merge_request_merged', at: -HOUR }, 'before'],
  ['before: a push', { type: GIT, details: PUSH, at: -HOUR }, 'before'],
  ['before: a secret that was read has no bearing', { type: 'variable_viewed_api', at: -HOUR }, null],
  ['before: too long ago', { type: 'ci_variable_updated', at: -25 * HOUR }, null],
  ['after: a secret that was read', { type: 'variable_viewed_api', at: HOUR }, 'after'],
  ['after: a day and more', { type: 'variable_viewed_api', at: 25 * HOUR }, null],
  ['later: a credential of the person', { ...MINTED, at: 6 * DAY }, 'later'],
  ['later: a credential of somebody else', { type: 'project_access_token_created', by: 8, at: 2 * DAY }, null],
  ['later: a credential that was revoked', { type: 'personal_access_token_revoked', at: 2 * DAY }, null],
  ['later: too late', { ...MINTED, at: 8 * DAY }, null],
  ['an approval that was asked for', { type: 'protected_branch_created' }, null],
  [
    're-authentication switched on',
    { type: 'require_reauthentication_to_approve_updated', details: { to: true } },
    null,
  ],
  [
    're-authentication switched off',
    { type: 'require_reauthentication_to_approve_updated', details: { to: false } },
    'during',
  ],
];

/** What an honest job leaves behind, and what is like it. The refs that are left. */
const BASELINE: readonly [what: string, events: readonly Told[], left: readonly string[]][] = [
  ['its own clone', [{ type: GIT, details: CLONE }], []],
  [
    "colleagues' clones of the project",
    [
      { type: GIT, details: CLONE, by: 8, ref: 'a' },
      { type: GIT, details: CLONE, by: 9, ref: 'b' },
    ],
    [],
  ],
  ['a clone of a submodule', [{ type: GIT, details: CLONE, project: 99, ref: 'sub' }], []],
  [
    'a second clone of a submodule',
    [
      { type: GIT, details: CLONE, project: 99, ref: 'sub', at: MINUTE },
      { type: GIT, details: CLONE, project: 99, ref: 'again' },
    ],
    ['again'],
  ],
  ['a clone of another project', [{ type: GIT, details: CLONE, project: 43, ref: 'other' }], ['other']],
  ['a push', [{ type: GIT, details: PUSH, ref: 'push' }], ['push']],
  [
    'artifacts of the jobs it needs',
    [{ type: 'job_artifact_downloaded', ip: '203.0.114.9', target: ['Ci::Pipeline', 8001] }],
    [],
  ],
  ['artifacts taken from elsewhere', [{ type: 'job_artifact_downloaded', ip: '9.9.9.9', ref: 'art' }], ['art']],
  ['its own token, from the address that we saw', [{ ...TOKEN_USED, ip: '203.0.114.9' }], []],
  [
    'its own token, from the first address that GitLab saw',
    [
      { ...TOKEN_USED, ip: '192.0.2.1', at: MINUTE },
      { ...TOKEN_USED, ip: '192.0.2.1', at: 2 * MINUTE },
    ],
    [],
  ],
  [
    'its token from a second address',
    [
      { ...TOKEN_USED, ip: '192.0.2.1', at: MINUTE },
      { ...TOKEN_USED, ip: '9.9.9.9', ref: 'thief' },
    ],
    ['thief'],
  ],
  ['its token after its end', [{ ...TOKEN_USED, ip: '203.0.114.9', at: HOUR, ref: 'late' }], ['late']],
];

/** Stories: the sequences that hold. */
const SEQUENCES: readonly [
  what: string,
  events: readonly Told[],
  findings: readonly SandboxFinding[],
  names: readonly string[],
][] = [
  [
    'a package reads a token, the person mints one',
    [{ ...MINTED, at: 3 * MINUTE }],
    [READS_CREDENTIAL],
    ['credential-harvest'],
  ],
  ['the token was minted before it', [{ ...MINTED, at: 0 }], [READS_CREDENTIAL], []],
  ['a finding that is no reading of credentials', [{ ...MINTED, at: 3 * MINUTE }], [OTHER], []],
  ['somebody else mints one', [{ ...MINTED, by: 8, entity: ['User', 8, 'bob'] }], [READS_CREDENTIAL], []],
  ['one was revoked', [{ type: 'personal_access_token_revoked', at: 3 * MINUTE }], [READS_CREDENTIAL], []],
  [
    'a secret is read in GitLab, then a deploy key added, without a finding',
    [{ type: 'variable_viewed_api' }, { type: 'deploy_key_added', at: HOUR }],
    [],
    ['credential-harvest'],
  ],
  [
    "the job's token is used from elsewhere, then a token is minted",
    [
      { ...TOKEN_USED, ip: '203.0.114.9', at: MINUTE },
      { ...TOKEN_USED, ip: '9.9.9.9', ref: 't' },
      { ...MINTED, at: HOUR },
    ],
    [],
    ['credential-harvest'],
  ],
  ['a token minted four days later', [{ ...MINTED, at: 4 * DAY }], [READS_CREDENTIAL], ['credential-harvest']],
  [
    'a guard lowered, merged, published',
    [
      { type: 'protected_branch_removed', at: -HOUR },
      { type: 'merge_request_merged', at: -MINUTE },
      { type: 'package_registry_package_published', at: HOUR },
    ],
    [],
    ['guard-lowered-then-published'],
  ],
  [
    'the same in another order',
    [
      { type: 'merge_request_merged', at: -HOUR },
      { type: 'protected_branch_removed', at: -MINUTE },
      { type: 'package_registry_package_published', at: HOUR },
    ],
    [],
    [],
  ],
  [
    'a runner added, and this job on it',
    [{ type: 'ci_runner_registered', target: ['Ci::Runner', 3], by: 8, at: -2 * DAY }],
    [],
    ['rogue-runner'],
  ],
  [
    'a runner added, and this job on another one',
    [{ type: 'ci_runner_registered', target: ['Ci::Runner', 4], at: -HOUR }],
    [],
    [],
  ],
  [
    'a package with a finding is published',
    [{ type: 'package_registry_package_published', target: ['Packages::Package', 1, 'evil-dep-1.0.0'], at: HOUR }],
    [OTHER],
    ['flagged-package-published'],
  ],
  [
    'a package whose name only begins alike is published',
    [{ type: 'package_registry_package_published', target: ['Packages::Package', 1, 'evil-dependency'], at: HOUR }],
    [OTHER],
    [],
  ],
  [
    'the feed is cut after a finding',
    [{ type: 'destroy_instance_event_streaming_destination', by: 1, entity: SCOPE, at: HOUR }],
    [OTHER],
    ['monitoring-tampered'],
  ],
  [
    'the feed is cut beside a clean job',
    [{ type: 'destroy_instance_event_streaming_destination', by: 1, entity: SCOPE, at: HOUR }],
    [],
    [],
  ],
];

const run = (events: readonly Told[], of: CorrelatedJob = job()) =>
  correlate(of, events.map(told), { ...CORRELATION, baselineProjects: ['other/p99'] });

describe('tiers', () => {
  test.each(TIERS)('%s: %j is %s', (_what, happened, tier, context = {}) => {
    const [found] = run([happened], job(context)).events;
    expect(found?.tier ?? null).toBe(tier);
    if (found !== undefined) expect(found.reason).not.toBe('');
    expect(found?.relation ?? null).toBe(
      tier === null ? null : tier === 'T1' || tier === 'T2' ? 'linked' : 'correlated',
    );
  });
});

describe('windows', () => {
  test.each(WINDOWS)('%s', (_what, happened, window) => {
    expect(run([happened]).events[0]?.window ?? null).toBe(window);
  });
});

describe('the baseline', () => {
  test.each(BASELINE)('%s', (_what, events, left) => {
    expect(run(events).events.map(({ ref }) => ref)).toEqual(left);
  });
});

describe('sequences', () => {
  test.each(SEQUENCES)('%s', (_what, events, findings, names) => {
    const found = run(events, job({}, findings));
    expect(found.sequences.map(({ name }) => name)).toEqual(names);
    if (names.length > 0) expect(found).toMatchObject({ raised: true, score: 10 });
  });

  it('tells its events in their order, and is linked only when all of them are', () => {
    const [harvest] = run([MINTED, { type: 'variable_viewed_api', at: MINUTE }]).sequences;
    expect(harvest?.refs).toEqual([`variable_viewed_api@${MINUTE}`, `personal_access_token_created@${2 * MINUTE}`]);
    expect(harvest?.relation).toBe('correlated');
    const [runner] = run([{ type: 'ci_runner_registered', target: ['Ci::Runner', 3], at: -HOUR }]).sequences;
    expect(runner?.relation).toBe('linked');
  });
});

describe('raising', () => {
  const changed: Told = { type: 'ci_variable_updated' };

  it('an event alone raises nothing; beside a finding it does', () => {
    expect(run([changed], job({}, [])).raised).toBe(false);
    expect(run([changed], job({}, [OTHER])).raised).toBe(true);
  });

  it('tampering with the monitoring raises by itself', () => {
    const tampered: Told = { type: 'audit_events_streaming_headers_create', entity: TOP_GROUP, by: 8 };
    expect(run([tampered], job({}, []))).toMatchObject({
      raised: true,
      events: [{ weight: 'critical', tier: 'T5', score: 4 }],
    });
  });

  it('scores by weight, tier and finding, the most telling first', () => {
    const found = run([
      { type: 'member_created', by: 8 },
      { type: 'destroy_pipeline', target: ['Ci::Pipeline', 8001] },
      changed,
    ]);
    expect(found.events.map(({ tier, score }) => [tier, score])).toEqual([
      ['T2', 4.3],
      ['T3', 3.4],
      ['T5', 1],
    ]);
  });

  it('a lowered guard weighs more with code behind it', () => {
    const lowered: Told = { type: 'protected_branch_removed', at: -HOUR, ref: 'lowered' };
    const weight = (events: readonly Told[]) => run(events).events.find(({ ref }) => ref === 'lowered')?.weight;
    expect(weight([lowered])).toBe('medium');
    expect(weight([lowered, { type: GIT, details: PUSH, at: -MINUTE }])).toBe('high');
  });

  it('the order in which events arrive does not matter', () => {
    const events: readonly Told[] = [
      MINTED,
      changed,
      { type: 'variable_viewed_api', at: MINUTE },
      { ...TOKEN_USED, ip: '9.9.9.9' },
    ];
    expect(run(events.toReversed())).toEqual(run(events));
  });

  it('lists the most telling ones of a flood, and says how many more there are', () => {
    const flood = Array.from({ length: 1_000 }, (_, at): Told => ({ type: 'ci_variable_updated', at, by: 8 }));
    const found = run([...flood, changed]);
    expect(found.events).toHaveLength(CORRELATION.maxEvents);
    expect(found.events[0]?.tier).toBe('T3');
    expect(found.unlisted).toBe(1_001 - CORRELATION.maxEvents);
  });
});
