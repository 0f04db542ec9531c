import { describe, expect, test } from 'vitest';
import type { JobContext } from '../../../src/gitlab/identity/context.js';
import { DAY, GROUP, job, MINTED, run, SCOPE, TOKEN_USED, TOP_GROUP, type Told } from './story.js';

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
