import { expect, test } from 'vitest';
import type { JobSummary } from '../../../src/jobs/job.js';
import { isBehind, type JobFilter, matches } from '../../../src/jobs/search/query.js';

const JOB: JobSummary = {
  id: '00000000-0000-4000-8000-000000000001',
  ecosystem: 'npm',
  owner: 'gitlab:https://gitlab.example:project:42',
  state: 'finished',
  submittedAt: 1_000,
  context: { verified: true, instance: 'https://gitlab.example', projectId: '42', userLogin: 'Anna', addresses: [] },
  verdict: 'clean',
  findings: 0,
  project: { id: null, name: 'Acme/Shop' },
  ref: 'main',
  durationMs: 5,
};

test.each<[string, JobFilter, Partial<JobSummary>, boolean]>([
  ['nothing asked', {}, {}, true],
  ['a part of the project, in another case', { project: 'acme/sh' }, {}, true],
  ['another project', { project: 'docs' }, {}, false],
  ['a project, of a job without one', { project: 'a' }, { project: null }, false],
  ['the verdict', { verdict: 'clean' }, {}, true],
  ['another verdict', { verdict: 'findings' }, {}, false],
  ['no verdict yet', { verdict: 'none' }, { verdict: null, state: 'queued' }, true],
  ['no verdict yet, of one that has ended', { verdict: 'none' }, {}, false],
  ['no verdict yet, of one that has ended and whose verdict was lost', { verdict: 'none' }, { verdict: null }, false],
  ['the submitter', { submitter: 'project:42' }, {}, true],
  ['the GitLab user', { submitter: 'anna' }, {}, true],
  ['nobody’s, of an open service', { submitter: 'anna' }, { owner: null, context: null }, false],
  ['project and another verdict', { project: 'shop', verdict: 'incomplete' }, {}, false],
  ['a pattern is no pattern', { project: '.*' }, {}, false],
])('%s', (_what, filter, changes, wanted) => expect(matches({ ...JOB, ...changes }, filter)).toBe(wanted));

test.each([
  [{ submittedAt: 1, id: 'b' }, true],
  [{ submittedAt: 2, id: 'a' }, true],
  [{ submittedAt: 2, id: 'b' }, false],
  [{ submittedAt: 2, id: 'c' }, false],
  [{ submittedAt: 3, id: 'a' }, false],
])('%j stands behind b of 2: %s', (job, behind) => expect(isBehind(job, { submittedAt: 2, id: 'b' })).toBe(behind));
