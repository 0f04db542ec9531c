import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { REFUSED } from '../../blobs/archive-tables/archive-table.js';
import { file, project } from '../../blobs/tar-writer.js';
import { type Service, startService } from '../service.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MAX = 1024 ** 2;
let service: Service;

beforeAll(async () => {
  service = await startService({ maxUploadBytes: MAX });
});

afterAll(() => service.close());

beforeEach(() => {
  service.queue.views.clear();
});

function upload(body: Buffer, path = '/monitor/project/npm', type = 'application/octet-stream') {
  return request(service.server)
    .post(path)
    .set('Content-Type', type)
    .serialize(() => body as never)
    .send(body);
}

test("Package Hunter's upload: 200 with status and id, and the job is queued with its tarball", async () => {
  const answer = await upload(project());
  expect(answer.status).toBe(200);
  expect(answer.text).toBe(`{"status":"ok","id":"${answer.body.id}"}`);
  expect(answer.body.id).toMatch(UUID);
  expect(service.queue.views.get(answer.body.id)).toMatchObject({ ecosystem: 'npm', owner: null, state: 'queued' });
  await expect(service.spooled()).resolves.toContain(`${answer.body.id}.tgz`);
});

test('/v1 answers 202 with the address of the job', async () => {
  const answer = await upload(project(), '/v1/jobs?ecosystem=npm');
  expect(answer.status).toBe(202);
  expect(answer.headers.location).toBe(`/v1/jobs/${answer.body.id}`);
  expect(answer.body).toEqual({ id: expect.stringMatching(UUID), status: 'queued', ecosystem: 'npm' });
});

test.each([
  ['/v1/jobs?ecosystem=npm&egress=none', 'none'],
  ['/v1/jobs?ecosystem=npm&egress=registry', 'registry'],
  ['/monitor/project/npm?egress=none', 'none'],
  ['/monitor/project/npm', undefined],
])('%s: the job may reach %s', async (path, egress) => {
  expect((await upload(project(), path)).status).toBeLessThan(300);
  expect(service.queue.specs.at(-1)?.egress).toBe(egress);
});

test.each([
  ['/v1/jobs?check-needed=true', true],
  ['/v1/jobs?check-needed=false', false],
  ['/v1/jobs', undefined],
])('%s: which scripts are needed is asked for: %s', async (path, checkNeeded) => {
  expect((await upload(project(), path)).status).toBeLessThan(300);
  expect(service.queue.specs.at(-1)?.checkNeeded).toBe(checkNeeded);
});

test.each(['/v1/jobs', '/monitor/project/npm'])(
  '%s: 429 while as many jobs of the submitter wait as may',
  async (path) => {
    const before = await service.spooled();
    service.queue.full = null;
    const answer = await upload(project(), path);
    service.queue.full = undefined;
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('10');
    expect(answer.body).toMatchObject({
      code: 'queue-full',
      reason: expect.stringContaining('5 of your jobs are already waiting'),
    });
    expect(await service.spooled()).toEqual(before);
  },
);

test.each(['1', '', 'true&check-needed=true'])('check-needed=%s: 400', async (value) => {
  const answer = await upload(project(), `/v1/jobs?check-needed=${value}`);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'malformed-request', reason: 'check-needed must be true or false' });
});

test.each([
  ['run=build', { run: ['build'] }],
  ['run=build,test:unit, build&passes=1', { run: ['build', 'test:unit'], passes: 1 }],
  ['passes=2', { passes: 2 }],
  ['', {}],
])('%s: what is exercised is asked for', async (query, wanted) => {
  expect((await upload(project(), `/v1/jobs?${query}`)).status).toBeLessThan(300);
  const { run, passes } = service.queue.specs.at(-1) ?? {};
  expect({ run, passes }).toEqual({ run: undefined, passes: undefined, ...wanted });
});

test.each([
  ['run=', /^run must be 1 to 10 names of scripts/],
  ['run=a,,b', /^run must be/],
  ['run=--help', /^run must be/],
  ['run=a%20b', /^run must be/],
  ['run=a%00', /^run must be/],
  ['run=a&run=b', /^run must be/],
  [`run=${Array.from({ length: 11 }, (_, at) => `s${at}`).join(',')}`, /^run must be/],
  [`run=${'x'.repeat(101)}`, /^run must be/],
  ['passes=0', /^passes must be 1, or 2/],
  ['passes=3', /^passes must be/],
  ['passes=1&passes=2', /^passes must be/],
])('%s: 400', async (query, reason) => {
  const answer = await upload(project(), `/v1/jobs?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'malformed-request', reason: expect.stringMatching(reason) });
});

test.each(['/v1/jobs?ecosystem=npm&egress=open', '/monitor/project/npm?egress=open'])(
  '%s: 403, more than the service permits; nothing is kept',
  async (path) => {
    const before = await service.spooled();
    const answer = await upload(project(), path);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ status: 'error', code: 'egress-not-permitted' });
    expect(answer.body.reason).toContain('registry or less');
    await expect(service.spooled()).resolves.toEqual(before);
  },
);

test.each(['all', '', 'OPEN', 'none&egress=none'])('egress=%s: 400 with the known modes', async (mode) => {
  const answer = await upload(project(), `/v1/jobs?ecosystem=npm&egress=${mode}`);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'unknown-egress', known: ['none', 'registry', 'open'] });
});

test.each(['application/octet-stream', 'application/gzip', 'application/x-gzip', 'Application/GZIP; charset=binary'])(
  'the type %s is taken',
  async (type) => {
    expect((await upload(project(), undefined, type)).status).toBe(200);
  },
);

describe('refused, with JSON, and nothing is kept', () => {
  const rows = REFUSED.map(({ what, body, code, entry }) => ({ what, body, code, entry }));

  test.each(rows.filter((row) => row.code !== 'too-many-entries'))('$what: $code', async ({ body, code, entry }) => {
    const before = await service.spooled();
    const bytes = body();
    const answer = await upload(bytes);
    const malformed = ['empty-body', 'not-gzip', 'corrupt-gzip', 'not-tar', 'truncated', 'no-manifest', 'bad-manifest'];
    expect(answer.status).toBe(malformed.includes(code) ? 400 : 422);
    expect(answer.body).toMatchObject({ status: 'error', code, reason: expect.any(String) });
    if (entry !== undefined) expect(answer.body.reason).toContain(`entry "${entry}"`);
    expect(answer.text).not.toMatch(/\/tmp|\.[jt]s:|node_modules\/(tar|express)/);
    expect(service.queue.views.size).toBe(0);
    await expect(service.spooled()).resolves.toEqual(before);
  });

  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/html',
    'application/json',
    '',
  ])('the type %j: 415', async (type) => {
    const answer = await upload(project(), undefined, type);
    expect(answer.status).toBe(415);
    expect(answer.body.reason).toContain('application/octet-stream');
  });

  test('a content encoding: 415', async () => {
    const answer = await upload(project()).set('Content-Encoding', 'gzip');
    expect(answer.status).toBe(415);
  });

  test('without an ecosystem the package manager is detected from the project', async () => {
    const answer = await upload(project(), '/v1/jobs');
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ ecosystem: 'auto' });
  });

  test.each([
    '/monitor/project/cobol',
    '/monitor/project/__proto__',
    '/v1/jobs?ecosystem=cobol',
    '/v1/jobs?ecosystem=npm&ecosystem=npm',
  ])('%s: 404 with the list of known ecosystems', async (path) => {
    const answer = await upload(project(), path);
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({
      status: 'error',
      code: 'unknown-ecosystem',
      known: ['auto', 'npm', 'yarn', 'pnpm', 'bundler', 'bun'],
    });
  });

  test('a body that announces more than the limit: 413', async () => {
    const answer = await upload(Buffer.alloc(MAX + 1, 1));
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ status: 'error', code: 'too-large' });
  });
});

describe('while Redis does not answer', () => {
  test('nothing is taken: 503, and it works again afterwards', async () => {
    const before = await service.spooled();
    service.queue.down = true;
    const refused = await upload(project());
    const asked = await request(service.server).get('/?id=0b0e9c36-4f27-4a3e-9f0e-2f4f3f0f8a11');
    service.queue.down = false;
    expect([refused.status, asked.status]).toEqual([503, 503]);
    expect(refused.headers['retry-after']).toBeDefined();
    expect(refused.body).toEqual({ status: 'error', code: 'queue-unavailable', reason: expect.any(String) });
    expect(refused.text).not.toContain('6379');
    await expect(service.spooled()).resolves.toEqual(before);
    expect((await upload(project())).status).toBe(200);
  });

  test('a tarball whose job could not be queued is not kept', async () => {
    const before = await service.spooled();
    service.queue.failsToAdd = true;
    const refused = await upload(project(file('a')));
    service.queue.failsToAdd = false;
    expect(refused.status).toBe(503);
    await expect(service.spooled()).resolves.toEqual(before);
  });
});
