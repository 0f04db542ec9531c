import { describe, expect, it, test } from 'vitest';
import { ciHeaders, claimedContext, completed, readCiHeaders } from '../../src/gitlab/identity/ci-variables.js';

describe('CI variables', () => {
  const ENV = {
    CI_SERVER_URL: 'https://gitlab.example',
    CI_PROJECT_ID: '42',
    CI_PROJECT_PATH: 'acme/shop/wéb',
    CI_JOB_ID: '9001',
    GITLAB_USER_ID: '7',
    CI_COMMIT_REF_NAME: 'feature/ä b%',
    CI_JOB_STARTED_AT: '2026-11-24T12:00:00Z',
    CI_JOB_TOKEN: 'secret',
    CI_REGISTRY_PASSWORD: 'secret',
    CI_REPOSITORY_URL: 'https://gitlab-ci-token:secret@gitlab.example/x.git',
  };

  it('go through headers and come back, without anything secret', () => {
    const headers = ciHeaders(ENV);
    expect(JSON.stringify(headers)).not.toContain('secret');
    expect(claimedContext(readCiHeaders(headers), '::ffff:203.0.114.9')).toEqual({
      verified: false,
      instance: 'https://gitlab.example',
      projectId: '42',
      projectPath: 'acme/shop/wéb',
      jobId: '9001',
      userId: '7',
      ref: 'feature/ä b%',
      startedAt: Date.parse('2026-11-24T12:00:00Z'),
      addresses: ['203.0.114.9'],
    });
  });

  it('claim nothing without an instance and a project', () => {
    expect(claimedContext({ CI_SERVER_URL: 'https://gitlab.example' }, undefined)).toBeNull();
    expect(claimedContext({ CI_PROJECT_ID: '42' }, undefined)).toBeNull();
  });

  test.each<[string, Record<string, string | string[]>]>([
    ['a project that is no number', ciHeaders({ ...ENV, CI_PROJECT_ID: '4 OR 1=1' })],
    ['a negative user', ciHeaders({ ...ENV, GITLAB_USER_ID: '-1' })],
    ['an instance that is no address', ciHeaders({ ...ENV, CI_SERVER_URL: 'gitlab' })],
    ['an instance with a password', ciHeaders({ ...ENV, CI_SERVER_URL: 'https://u:p@gitlab.example' })],
    ['a text of 2 KB', ciHeaders({ ...ENV, CI_COMMIT_REF_NAME: 'x'.repeat(2_000) })],
    ['a broken escape', { ...ciHeaders(ENV), 'x-packwarden-ci-job-id': '%' }],
  ])('%s is refused', (_what, headers) => {
    expect(() => claimedContext(readCiHeaders(headers), undefined)).toThrow(
      expect.objectContaining({ code: 'bad-ci-variables' }),
    );
  });

  it('add to a token what it can not say, and change nothing that it says', () => {
    const context = {
      verified: true,
      instance: 'https://gitlab.example',
      projectId: '666',
      startedAt: 5,
      addresses: [],
    };
    const claims = {
      CI_PROJECT_ID: '42',
      CI_JOB_ID: '1',
      GITLAB_USER_ID: '1',
      CI_MERGE_REQUEST_ID: '77',
      CI_JOB_STARTED_AT: '1970-01-01',
    };
    expect(completed(context, claims, '203.0.114.9')).toEqual({
      ...context,
      mergeRequestId: '77',
      addresses: ['203.0.114.9'],
      mismatch: { tokenProjectId: '666', claimedProjectId: '42' },
    });
  });
});
