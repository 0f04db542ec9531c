import { describe, expect, it, test } from 'vitest';
import type { SandboxFinding } from '../../../src/gitlab/correlate/job.js';
import { DAY, HOUR, job, MINTED, MINUTE, OTHER, READS_CREDENTIAL, run, SCOPE, TOKEN_USED, type Told } from './story.js';

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

describe('sequences', () => {
  test.each(SEQUENCES)('%s', (_what, events, findings, names) => {
    const found = run(events, job({}, findings));
    expect(found.sequences.map(({ name }) => name)).toEqual(names);
    if (names.length > 0) expect(found).toMatchObject({ raised: true, score: 10 });
  });

  it('lists its events in order, and is linked only if all of them are', () => {
    const [harvest] = run([MINTED, { type: 'variable_viewed_api', at: MINUTE }]).sequences;
    expect(harvest?.refs).toEqual([`variable_viewed_api@${MINUTE}`, `personal_access_token_created@${2 * MINUTE}`]);
    expect(harvest?.relation).toBe('correlated');
    const [runner] = run([{ type: 'ci_runner_registered', target: ['Ci::Runner', 3], at: -HOUR }]).sequences;
    expect(runner?.relation).toBe('linked');
  });
});
