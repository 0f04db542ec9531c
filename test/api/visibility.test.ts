import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { formatToken, parseTokens } from '../../src/api/auth/credentials.js';
import type { CorrelatedJob } from '../../src/gitlab/correlate/job.js';
import { type GitlabSection, offSection } from '../../src/gitlab/correlate/section.js';
import { GitlabError } from '../../src/gitlab/errors.js';
import type { JobContext } from '../../src/gitlab/identity/context.js';
import type { AlertQuery } from '../../src/gitlab/store/alerts.js';
import type { JobView } from '../../src/jobs/job.js';
import { project } from '../blobs/tar-writer.js';
import { ID, job, report } from './reports.js';
import { type Service, startService } from './service.js';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.e30.AAAA';
const PROTECTED = 'eyJhbGciOiJSUzI1NiJ9.e30.CCCC';
const CONTEXT: JobContext = {
  verified: true,
  instance: 'https://gitlab.example',
  projectId: '42',
  addresses: [],
  userId: '7',
};
const OWNER = 'gitlab:https://gitlab.example:project:42';

let service: Service;
/** What the correlation gives; tests change it. */
let section: GitlabSection;
let correlated: CorrelatedJob | undefined;
let queries: AlertQuery[] = [];

beforeAll(async () => {
  const lines = ['ci', 'other', 'root'].map((name) => formatToken(name, `${name}-token`));
  service = await startService({
    tokens: parseTokens(lines.join('\n')),
    administrators: ['root'],
    idTokens: {
      verify: async (token) => {
        if (token === JWT) return CONTEXT;
        if (token === PROTECTED) return { ...CONTEXT, refProtected: true };
        throw new GitlabError('bad-id-token', 'the ID token is not accepted');
      },
    },
    gitlab: {
      events: { path: '/gitlab/audit-events', receiver: undefined as never },
      alerts: {
        read: async (query) => {
          queries.push(query);
          return { alerts: [], next: '1-1' };
        },
      },
      correlation: {
        sectionOf: async (_id, of) => {
          correlated = of;
          return section;
        },
      },
    },
  });
});
afterAll(() => service.close());
beforeEach(() => {
  queries = [];
  section = offSection({ code: 'no-feed', message: 'x' }, CONTEXT);
});

const get = (path: string, token: string) => request(service.server).get(path).set('Authorization', `Bearer ${token}`);

describe('an ID token', () => {
  it('submits, owns the job with its project, and fixes the context; variables only add to it', async () => {
    const answer = await request(service.server)
      .post('/v1/jobs?ecosystem=npm')
      .set({ 'Content-Type': 'application/octet-stream', Authorization: `Bearer ${JWT}` })
      .set({ 'X-Packwarden-CI-Project-Id': '1', 'X-Packwarden-CI-Merge-Request-Id': '77' })
      .send(project());
    expect(answer.status).toBe(202);
    expect(service.queue.views.get(answer.body.id)).toMatchObject({
      owner: OWNER,
      context: { verified: true, projectId: '42', mergeRequestId: '77', mismatch: { claimedProjectId: '1' } },
    });
  });

  it('that is not accepted is 401, even where a token of the service has its shape', async () => {
    const answer = await get('/v1/jobs/x', 'eyJ9.e30.BBBB');
    expect([answer.status, answer.body.code]).toEqual([401, 'bad-id-token']);
  });

  it('without one, variables are claims', async () => {
    const answer = await request(service.server)
      .post('/monitor/project/npm')
      .set({ 'Content-Type': 'application/octet-stream', Authorization: 'Bearer ci-token' })
      .set({
        'X-Packwarden-CI-Server-Url': encodeURIComponent('https://gitlab.example'),
        'X-Packwarden-CI-Project-Id': '42',
      })
      .send(project());
    expect(service.queue.views.get(answer.body.id)).toMatchObject({
      owner: 'ci',
      context: { verified: false, projectId: '42' },
    });
  });
});

describe('who may read a job', () => {
  test.each<[string, string | null, string, number]>([
    ['its submitter', 'ci', 'ci-token', 200],
    ['another token', 'ci', 'other-token', 403],
    ['an administrator', 'ci', 'root-token', 200],
    ['its project', OWNER, JWT, 200],
    ['another project', 'gitlab:https://gitlab.example:project:421', JWT, 403],
    ['the project of that number of another GitLab', 'gitlab:https://other.example:project:42', JWT, 403],
    ['a token that is called like a project', OWNER, 'ci-token', 403],
  ])('%s', async (_what, owner, token, status) => {
    service.queue.views.set(ID, job({ owner }));
    expect((await get(`/v1/jobs/${ID}`, token)).status).toBe(status);
    expect((await get(`/?id=${ID}`, token)).status).toBe(status);
  });
});

describe('the part `gitlab` of a report', () => {
  const event = (tier: 'T3' | 'T6', entity: object) => ({
    ref: tier,
    tier,
    relation: 'correlated' as const,
    reason: 'x',
    window: 'during' as const,
    weight: 'high' as const,
    family: 'guard',
    score: 1,
    copies: 0,
    event: { type: 't', time: '2026-11-24T12:00:00.000Z', timeStatus: 'ok' as const, message: 'secret', entity },
  });
  const finished = (context: JobContext | null, owner = 'ci') =>
    service.queue.views.set(ID, job({ owner, state: 'finished', context, report: report() }));
  const read = async (token = 'ci-token') => (await get(`/v1/jobs/${ID}`, token)).body.gitlab as GitlabSection;

  it('is off for a job of which no CI job is known', async () => {
    finished(null);
    expect(await read()).toMatchObject({ status: 'off', reasons: [{ code: 'no-identity' }], context: null });
  });

  it('is asked for with the times and findings of the report; a claimed start reaches a day back at most', async () => {
    finished({ ...CONTEXT, startedAt: 0 });
    await read();
    const { submittedAt } = job();
    expect(correlated?.start).toBe(submittedAt - 24 * 3_600_000);
    expect(correlated?.end).toBe(Date.parse(report().finishedAt));
  });

  it('shows a project its own events, and of other projects that there was something', async () => {
    const events = [event('T3', { type: 'Project', id: '42' }), event('T6', { type: 'Project', id: '43' })];
    section = { ...section, status: 'waiting', events: [...events, event('T6', { type: 'User', id: '7' })] };
    finished(CONTEXT, OWNER);
    const messages = (await read(JWT)).events.map((shown) => shown.event.message);
    expect(messages).toEqual(['secret', undefined, 'secret']);
    expect((await read('root-token')).events.map((shown) => shown.event.message)).toEqual([
      'secret',
      'secret',
      'secret',
    ]);
  });

  it('opens nothing to a claim', async () => {
    const context = { ...CONTEXT, verified: false };
    section = { ...section, status: 'waiting', context, events: [event('T3', { type: 'Project', id: '42' })] };
    finished(context);
    expect((await read()).events).toMatchObject([{ tier: 'T3', event: { type: 't' } }]);
    expect(JSON.stringify(await read())).not.toContain('secret');
    expect(JSON.stringify(await read('root-token'))).toContain('secret');
  });
});

describe('the report of a project', () => {
  test.each<[string, JobView['state'], string, number]>([
    ['a job on a branch that everybody may push to', 'finished', JWT, 403],
    ['a job on a protected ref', 'finished', PROTECTED, 204],
    ['an administrator', 'finished', 'root-token', 204],
    ['the job that cancels it', 'installing', JWT, 202],
    ['the job that cancels it before it runs', 'queued', JWT, 204],
  ])('%s deletes it (%s): %s', async (_who, state, token, status) => {
    const found = job({ report: state === 'finished' ? report() : null, state, owner: OWNER });
    service.queue.views.set(ID, found);
    const answer = await request(service.server).delete(`/v1/jobs/${ID}`).set('Authorization', `Bearer ${token}`);
    expect(answer.status).toBe(status);
    expect(service.queue.views.has(ID)).toBe(status !== 204);
  });
});

describe('audit alerts', () => {
  test.each<[string, string, string, number, object | undefined]>([
    ['an administrator', 'root-token', '', 200, { since: 0, limit: 200 }],
    [
      'an administrator, one project',
      'root-token',
      '?project=acme/web&since=2026-11-24T00:00:00Z&limit=5',
      200,
      { project: 'acme/web', since: Date.parse('2026-11-24'), limit: 5 },
    ],
    ['a cursor', 'root-token', '?since=17-3', 200, { since: '17-3' }],
    ['a project, from a branch that everybody may push to', JWT, '', 403, undefined],
    ['a project, from a protected ref', PROTECTED, '', 200, { project: '42', instance: 'https://gitlab.example' }],
    ['another project', PROTECTED, '?project=43', 403, undefined],
    ['a token', 'ci-token', '?project=42', 403, undefined],
    ['no time', 'root-token', '?since=yesterday', 400, undefined],
    ['no number', 'root-token', '?limit=1e9', 400, undefined],
    ['two projects', 'root-token', '?project=1&project=2', 400, undefined],
  ])('%s', async (_what, token, query, status, asked) => {
    const answer = await get(`/v1/gitlab/alerts${query}`, token);
    expect(answer.status).toBe(status);
    if (asked !== undefined) expect(queries).toMatchObject([asked]);
    else expect(queries).toEqual([]);
  });
});
