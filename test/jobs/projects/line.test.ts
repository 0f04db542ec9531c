import { describe, expect, it } from 'vitest';
import type { JobContext } from '../../../src/gitlab/identity/context.js';
import { projectLineOf } from '../../../src/jobs/projects/line.js';

const CLAIMED: JobContext = {
  verified: false,
  instance: 'https://gitlab.example',
  projectId: '42',
  projectPath: 'acme/shop',
  addresses: [],
  ref: 'main',
  defaultBranch: 'main',
  pipelineSource: 'push',
};
const SIGNED: JobContext = { ...CLAIMED, verified: true, refType: 'branch', refProtected: true };

describe('the line of a run', () => {
  it.each([
    ['a push to the default branch', SIGNED, 'default'],
    ['a nightly run of it', { ...SIGNED, pipelineSource: 'schedule' }, 'default'],
    ['another branch', { ...SIGNED, ref: 'topic' }, 'other'],
    [
      "a merge request's pipeline, whatever its branch is called",
      { ...SIGNED, pipelineSource: 'merge_request_event' },
      'other',
    ],
    ["a pipeline that a merge request's started", { ...SIGNED, pipelineSource: 'parent_pipeline' }, 'other'],
    ['a kind of pipeline that is not known', { ...SIGNED, pipelineSource: 'ondemand_dast_scan' }, 'other'],
    ['a variable that names a merge request', { ...SIGNED, mergeRequestId: '7' }, 'other'],
    ["a fork's code in this project", { ...SIGNED, isOfFork: true }, 'other'],
    ['a tag called like the branch', { ...SIGNED, refType: 'tag' }, 'other'],
    ['a branch that is not protected', { ...SIGNED, refProtected: false }, 'other'],
    ['a token that does not say whether it is protected', { ...SIGNED, refProtected: undefined }, 'other'],
    ['a token that does not say the kind of pipeline', { ...SIGNED, pipelineSource: undefined }, 'other'],
    ['a token that does not tell a branch from a tag', { ...SIGNED, refType: undefined }, 'other'],
    ['no word of the default branch', { ...SIGNED, defaultBranch: undefined }, 'other'],
    ['no branch', { ...SIGNED, ref: undefined }, 'other'],
    [
      'variables of another project',
      { ...SIGNED, mismatch: { tokenProjectId: '42', claimedProjectId: '43' } },
      'other',
    ],
    ['variables alone', CLAIMED, 'default'],
    ['variables of a merge request', { ...CLAIMED, mergeRequestId: '7' }, 'other'],
    ['variables of a merge request’s pipeline', { ...CLAIMED, pipelineSource: 'merge_request_event' }, 'other'],
    ['variables of a tag', { ...CLAIMED, refType: 'tag' }, 'other'],
    ['variables without a branch, as older CI jobs send them', { ...CLAIMED, ref: undefined }, 'other'],
  ] as const)('%s: %3$s', (_what, context, line) => {
    const made = projectLineOf(context as JobContext, {});
    expect(made.line).toBe(line);
    expect(made.lineReason).toMatch(/^\w/);
  });

  it.each([
    ['nothing at all', {}, 'none', null],
    ['the default branch', { ref: 'main', defaultBranch: 'main' }, 'default', 'main'],
    ['another one', { ref: 'topic', defaultBranch: 'main' }, 'other', 'topic'],
    ['a branch alone', { ref: 'main' }, 'other', 'main'],
    ['the default branch’s name alone', { defaultBranch: 'main' }, 'other', null],
  ] as const)('where a request tells %s: %3$s', (_what, options, line, ref) => {
    expect(projectLineOf(null, options)).toMatchObject({ line, ref });
  });

  it('a request can’t say that a token’s branch is another one', () => {
    const topic = { ...SIGNED, ref: 'topic' };
    expect(projectLineOf(topic, { ref: 'main', defaultBranch: 'main' })).toMatchObject({ ref: 'topic', line: 'other' });
    const unprotected = { ...topic, refProtected: false };
    expect(projectLineOf(unprotected, { defaultBranch: 'topic' }).line).toBe('other');
  });
});

describe('the project of a run', () => {
  it.each([
    [
      'the token’s, whatever the request says',
      SIGNED,
      { project: 'mine' },
      'gitlab:https://gitlab.example:42',
      'id-token',
    ],
    ['the request’s before that of variables', CLAIMED, { project: 'mine' }, 'name:mine', 'request'],
    ['that of variables', CLAIMED, {}, 'gitlab:https://gitlab.example:42', 'claim'],
    [
      'the request’s',
      null,
      { project: 'gitlab:https://gitlab.example:42' },
      'name:gitlab:https://gitlab.example:42',
      'request',
    ],
  ] as const)('is %s', (_what, context, options, key, source) => {
    expect(projectLineOf(context, options).project).toMatchObject({ key, source });
  });

  it('is the manifest’s if nothing else names it; a renamed one keeps its key', () => {
    expect(projectLineOf(null, {}).project).toBeNull();
    const [before, after] = ['acme/shop', 'acme/store'].map((projectPath) =>
      projectLineOf({ ...SIGNED, projectPath }, {}),
    );
    expect(after?.project).toEqual({ ...before?.project, name: 'acme/store' });
  });
});
