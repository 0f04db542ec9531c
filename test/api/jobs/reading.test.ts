import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { reportSchema } from '../../../src/report/report.js';
import { ALERT, finding, ID, job, report } from '../reports.js';
import { type Service, startService } from '../service.js';

let service: Service;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service.close());

beforeEach(() => {
  service.queue.views.clear();
});

function get(path: string) {
  return request(service.server).get(path);
}

describe("Package Hunter's GET /?id=", () => {
  test.each(['queued', 'preparing', 'installing', 'importing', 'draining'] as const)('%s is pending', async (state) => {
    service.queue.views.set(ID, job({ state }));
    expect((await get(`/?id=${ID}`)).text).toBe(`{"id":"${ID}","status":"pending"}`);
  });

  test('clean is finished with no alerts', async () => {
    service.queue.views.set(ID, job({ state: 'finished', report: report() }));
    const answer = await get(`/?id=${ID}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(answer.text).toBe(`{"id":"${ID}","status":"finished","result":[]}`);
  });

  test('findings are finished with the decoded gRPC messages, and observations are not among them', async () => {
    const full = report({
      verdict: 'findings',
      findings: [finding()],
      observations: [finding({ priority: 'NOTICE' })],
    });
    service.queue.views.set(ID, job({ state: 'finished', report: full }));
    const answer = await get(`/?id=${ID}`);
    expect(answer.body).toEqual({ id: ID, status: 'finished', result: [ALERT] });
    expect(answer.text).toContain('"time":{"seconds":"1637339716","nanos":457772674}');
  });

  test('incomplete is an error with its reasons and whatever alerts came: never an empty finished', async () => {
    const reasons = [
      { code: 'sensor-lost', message: 'the sensor was lost' },
      { code: 'install-timeout', message: 'the install hung' },
    ];
    const full = report({ status: 'incomplete', verdict: 'incomplete', incomplete: reasons, findings: [finding()] });
    service.queue.views.set(ID, job({ state: 'incomplete', report: full }));
    const answer = await get(`/?id=${ID}`);
    expect(answer.body).toEqual({
      id: ID,
      status: 'error',
      message: 'the sensor was lost; the install hung',
      result: [ALERT],
    });
  });

  test('without an id: 200 and an error in JSON, which clients take as a sign of life', async () => {
    for (const accept of ['*/*', 'application/json', '']) {
      const answer = await get('/').set('Accept', accept);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ status: 'error', reason: expect.any(String) });
    }
  });

  test('a browser gets a page that runs and loads nothing but our own files', async () => {
    const answer = await get('/').set('Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'self'; script-src 'self';/,
    );
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    expect(answer.headers.vary).toContain('Accept');
    expect(answer.text).toContain('<title>Packwarden</title>');
  });
});

describe('/v1/jobs/:id', () => {
  test('shows the state until there is a report', async () => {
    service.queue.views.set(ID, job({ state: 'installing' }));
    const answer = await get(`/v1/jobs/${ID}`);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      id: ID,
      status: 'installing',
      ecosystem: 'npm',
      submittedAt: '2026-11-21T09:59:00.000Z',
    });
  });

  test('shows the full report at the end', async () => {
    const full = report({ verdict: 'findings', findings: [finding()] });
    service.queue.views.set(ID, job({ state: 'finished', report: full }));
    const answer = await get(`/v1/jobs/${ID}`);
    expect(reportSchema.parse(answer.body)).toEqual(full);
  });

  test('an id in upper case is the same id', async () => {
    service.queue.views.set(ID, job());
    expect((await get(`/v1/jobs/${ID.toUpperCase()}`)).body.id).toBe(ID);
  });

  test('DELETE removes a waiting or finished job', async () => {
    service.queue.views.set(ID, job());
    const answer = await request(service.server).delete(`/v1/jobs/${ID}`);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await get(`/v1/jobs/${ID}`)).status).toBe(404);
  });

  test('DELETE cancels a running job', async () => {
    service.queue.views.set(ID, job({ state: 'installing' }));
    const answer = await request(service.server).delete(`/v1/jobs/${ID}`);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ id: ID, status: 'cancelling' });
  });
});

describe('refused', () => {
  test.each([
    ['GET', `/?id=${ID}`, 404, 'unknown-job'],
    ['GET', `/v1/jobs/${ID}`, 404, 'unknown-job'],
    ['DELETE', `/v1/jobs/${ID}`, 404, 'unknown-job'],
    ['GET', '/?id=', 400, 'malformed-id'],
    ['GET', '/?id=x', 400, 'malformed-id'],
    ['GET', `/?id=${ID}&id=${ID}`, 400, 'malformed-id'],
    ['GET', `/?id=${ID}'--`, 400, 'malformed-id'],
    ['GET', '/v1/jobs/..%2f..%2fetc', 400, 'malformed-id'],
    ['GET', '/v1/jobs/%zz', 400, 'malformed-request'],
    ['DELETE', '/v1/jobs/x', 400, 'malformed-id'],
    ['GET', '/nothing/here', 404, 'unknown-route'],
    ['GET', '/v1', 404, 'unknown-route'],
    ['GET', '/monitor/project/npm', 405, 'method-not-allowed'],
    ['PUT', '/monitor/project/npm', 405, 'method-not-allowed'],
    ['POST', '/', 405, 'method-not-allowed'],
    ['DELETE', '/v1/jobs', 405, 'method-not-allowed'],
    ['PATCH', `/v1/jobs/${ID}`, 405, 'method-not-allowed'],
    ['POST', '/healthz', 405, 'method-not-allowed'],
  ] as const)('%s %s: %i %s', async (method, path, status, code) => {
    const client = request(service.server);
    const answer = await client[method.toLowerCase() as Lowercase<typeof method>](path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status: 'error', code, reason: expect.any(String) });
    expect(answer.text).not.toMatch(/at .*\.[jt]s|node_modules|\/tmp/);
    if (status === 405) expect(answer.headers.allow).toMatch(/GET|POST/);
  });
});

describe('health', () => {
  test('alive whatever else is broken', async () => {
    service.queue.down = true;
    const answer = await get('/healthz');
    service.queue.down = false;
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok' }]);
  });

  test('ready only when every part is, and it says which is not and why', async () => {
    const ready = await get('/readyz');
    expect([ready.status, ready.body.ready]).toEqual([200, true]);
    service.parts.docker = { ready: false, reason: 'the Docker engine does not answer' };
    const broken = await get('/readyz');
    delete service.parts.docker;
    expect(broken.status).toBe(503);
    expect(broken.body).toEqual({
      status: 'not-ready',
      ready: false,
      parts: { redis: { ready: true }, docker: { ready: false, reason: 'the Docker engine does not answer' } },
    });
  });
});

test('every answer, errors included, is guarded against browsers and names its request', async () => {
  for (const path of ['/', '/healthz', '/nothing', `/?id=${ID}`]) {
    const { headers } = await get(path);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-powered-by']).toBeUndefined();
    const logged = service.log
      .map((line) => JSON.parse(line))
      .find((line) => line.requestId === headers['x-request-id']);
    expect(logged).toMatchObject({ msg: 'request', method: 'GET', durationMs: expect.any(Number) });
  }
});
