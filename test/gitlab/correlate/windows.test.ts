import { describe, expect, test } from 'vitest';
import { DAY, GIT, HOUR, MINTED, MINUTE, PUSH, run, type Told } from './story.js';

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

describe('windows', () => {
  test.each(WINDOWS)('%s', (_what, happened, window) => {
    expect(run([happened]).events[0]?.window ?? null).toBe(window);
  });
});
