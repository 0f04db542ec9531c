import { describe, expect, test } from 'vitest';
import { CLONE, GIT, HOUR, MINUTE, PUSH, run, TOKEN_USED, type Told } from './story.js';

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

describe('the baseline', () => {
  test.each(BASELINE)('%s', (_what, events, left) => {
    expect(run(events).events.map(({ ref }) => ref)).toEqual(left);
  });
});
