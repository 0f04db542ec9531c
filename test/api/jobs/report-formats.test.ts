import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FORMAT_NAMES } from '../../../src/report/formats/formats.js';
import { gitlabRoutes, section } from '../pages/report/sections.js';
import { finding, ID, job, report } from '../reports.js';
import { type Service, startService } from '../service.js';

let service: Service;
beforeAll(async () => {
  service = await startService({ gitlab: gitlabRoutes(section) });
});
afterAll(() => service.close());

const get = (query: string) =>
  request(service.server).get(`/v1/jobs/${ID}/report${query}`).set('Host', 'localhost:3000');

describe('GET /v1/jobs/:id/report', () => {
  test.each([
    ['text', 'text/plain'],
    ['json', 'application/json'],
    ['gitlab', 'application/json'],
    ['sarif', 'application/sarif+json'],
    ['junit', 'application/xml'],
    ['codequality', 'application/json'],
    ['cyclonedx', 'application/vnd.cyclonedx+json'],
  ])('%s is served as %s, with the verdict in a header', async (format, type) => {
    service.queue.views.set(
      ID,
      job({ state: 'finished', report: report({ verdict: 'findings', findings: [finding()] }) }),
    );
    const answer = await get(`?format=${format}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain(type);
    expect(answer.headers['content-disposition']).toMatch(/^inline; filename="[\w.-]+"$/);
    expect(answer.headers['packwarden-verdict']).toBe('findings');
  });

  test('names its page, and the file that the client names', async () => {
    service.queue.views.set(
      ID,
      job({ state: 'finished', report: report({ verdict: 'findings', findings: [finding()] }) }),
    );
    const { vulnerabilities } = (await get('?format=gitlab&file=apps%2Fweb%2Fyarn.lock')).body;
    expect(vulnerabilities[0].location.file).toBe('apps/web/yarn.lock');
    expect(vulnerabilities[0].details.report.href).toBe(`http://localhost:3000/jobs/${ID}`);
  });

  test('JSON is the same full report as GET /v1/jobs/:id, and the text contains the GitLab part', async () => {
    const { context } = section();
    service.queue.views.set(ID, job({ state: 'finished', report: report(), context }));
    const whole = (await request(service.server).get(`/v1/jobs/${ID}`)).body;
    expect(whole.gitlab.alerts).toHaveLength(1);
    expect((await get('?format=json')).body).toEqual(whole);
    expect((await get('')).body).toEqual(whole);
    expect((await get('?format=text')).text).toContain('GitLab: 1 event around this job, 1 alert: GitLab - CI/CD');
  });

  test('while the job runs: 409 with its state and when to ask again', async () => {
    service.queue.views.set(ID, job({ state: 'installing' }));
    const answer = await get('?format=gitlab');
    expect(answer.status).toBe(409);
    expect(answer.headers['retry-after']).toBe('3');
    expect(answer.body).toMatchObject({ status: 'error', code: 'not-finished', state: 'installing' });
  });

  test.each([
    ['?format=pdf', 'unknown-format'],
    ['?format=constructor', 'unknown-format'],
    ['?format=json&format=text', 'unknown-format'],
    ['?file=%2Fetc%2Fpasswd', 'malformed-request'],
    ['?file=a%0Ab', 'malformed-request'],
    [`?file=${'a'.repeat(300)}`, 'malformed-request'],
    ['?file=a&file=b', 'malformed-request'],
  ])('%s: 400', async (query, code) => {
    service.queue.views.set(ID, job({ state: 'finished', report: report() }));
    const answer = await get(query);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ status: 'error', code });
    if (code === 'unknown-format') expect(answer.body.known).toEqual(FORMAT_NAMES);
  });

  test('an unknown job, a wrong id and a wrong method are distinguished', async () => {
    const unknown = await request(service.server).get('/v1/jobs/1b0e9c36-4f27-4a3e-9f0e-2f4f3f0f8a11/report');
    const wrong = await request(service.server).get('/v1/jobs/nope/report');
    const posted = await request(service.server).post(`/v1/jobs/${ID}/report`);
    expect([unknown.status, wrong.status, posted.status]).toEqual([404, 400, 405]);
  });
});

describe('GET /v1/jobs/:id/verdict', () => {
  const verdict = (query = '') => request(service.server).get(`/v1/jobs/${ID}/verdict${query}`);

  test.each([
    ['?fail-on=WARNING', '1 findings 1 finding at or above WARNING\n'],
    ['', '1 findings 1 finding at or above WARNING\n'],
    ['?fail-on=critical', '0 findings nothing at or above CRITICAL\n'],
  ])('one line for a shell: exit code, verdict, reason%s', async (query, line) => {
    service.queue.views.set(
      ID,
      job({ state: 'finished', report: report({ verdict: 'findings', findings: [finding()] }) }),
    );
    const answer = await verdict(query);
    expect([answer.status, answer.text]).toEqual([200, line]);
    expect(answer.headers['content-type']).toContain('text/plain');
  });

  test('409 with the state while the job runs, 400 for a priority that is none', async () => {
    service.queue.views.set(ID, job({ state: 'importing' }));
    const running = await verdict();
    expect([running.status, running.body.state, running.headers['retry-after']]).toEqual([409, 'importing', '3']);
    const wrong = await verdict('?fail-on=HIGH');
    expect([wrong.status, wrong.body.code]).toEqual([400, 'unknown-priority']);
  });
});
