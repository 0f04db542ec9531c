import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { hashToken } from '../../../src/api/auth/credentials.js';
import type { ProjectIndex } from '../../../src/jobs/projects/ports.js';
import { summaryOf } from '../../../src/report/compare/summary.js';
import { project as tarball } from '../../blobs/tar-writer.js';
import { installed, reads, run } from '../../report/compare/runs.js';
import { browse, words } from '../browsing.js';
import { MemoryProjects } from '../memory-projects.js';
import { HOSTILE_TEXTS } from '../pages/report/hostile-report.js';
import { finding, ID, job, report } from '../reports.js';
import { type Service, startService } from '../service.js';

const SHOP = 'a'.repeat(32);
const OTHERS = 'b'.repeat(32);
const projects: ProjectIndex = new MemoryProjects();
let service: Service;

beforeAll(async () => {
  service = await startService({
    tokens: ['ci', 'other', 'ops'].map((name) => ({ name, digest: hashToken(name) })),
    administrators: ['ops'],
    projects,
  });
  for (let minute = 0; minute < 3; minute += 1) await keep(SHOP, 'ci', 'shop', minute);
  await keep(OTHERS, 'other', HOSTILE_TEXTS[0], 0);
});
afterAll(() => service.close());
beforeEach(() => service.queue.views.clear());

async function keep(id: string, owner: string, name: string, minute: number): Promise<void> {
  const submittedAt = Date.parse(`2026-11-21T10:0${minute}:00.000Z`);
  const made = run({
    id: `00000000-0000-4000-8000-0000000000${id.slice(0, 1)}${minute}`,
    submittedAt: new Date(submittedAt).toISOString(),
    installed: [installed('evil', '1.0.0')],
    findings: [reads('evil', '1.0.0'), reads(HOSTILE_TEXTS[1], HOSTILE_TEXTS[2], { file: HOSTILE_TEXTS[3] })],
  });
  await projects.record(
    { id, owner, name, source: 'manifest', lastRunAt: submittedAt },
    {
      job: made.id,
      project: id,
      submittedAt,
      part: name,
      ref: 'main',
      line: 'default',
      verdict: 'findings',
      findings: 2,
      headline: `${name} changed`,
    },
    summaryOf(made),
  );
}

const ask = (path: string, as = 'ci') =>
  request(service.server)
    .get(path)
    .set({ Authorization: `Bearer ${as}` });

describe('GET /v1/projects', () => {
  it('lists the reader’s own; an administrator’s list is everybody’s', async () => {
    const names = async (as: string) =>
      (await ask('/v1/projects', as)).body.projects.map(({ id }: { id: string }) => id);
    expect(await names('ci')).toEqual([SHOP]);
    expect(await names('ops')).toEqual([SHOP, OTHERS]);
  });

  it('a project: its runs, newest first and paged, and what its packages do, since when', async () => {
    const first = await ask(`/v1/projects/${SHOP}?limit=2`);
    expect(first.body.runs.map(({ submittedAt }: { submittedAt: string }) => submittedAt.slice(11, 16))).toEqual([
      '10:02',
      '10:01',
    ]);
    const second = await ask(`/v1/projects/${SHOP}?limit=2&before=${first.body.next}`);
    expect([second.body.runs.length, second.body.next]).toEqual([1, null]);
    expect(first.body.parts[0]).toMatchObject({ part: 'shop', line: 'default', packages: 1 });
    expect(first.body.parts[0].behaviours).toContainEqual(
      expect.objectContaining({
        package: 'evil',
        does: 'reads cloud credentials: ~/.aws/credentials (install)',
        since: expect.objectContaining({ version: '1.0.0' }),
      }),
    );
  });

  it.each([
    ['somebody else’s', `/v1/projects/${OTHERS}`, 403, 'forbidden'],
    ['one that is not there', `/v1/projects/${'c'.repeat(32)}`, 404, 'unknown-project'],
    ['no id', '/v1/projects/..%2fx', 400, 'malformed-id'],
    ['no time', `/v1/projects/${SHOP}?before=yesterday`, 400, 'malformed-request'],
    ['too many', `/v1/projects/${SHOP}?limit=100000`, 400, 'malformed-request'],
    ['none', `/v1/projects/${SHOP}?limit=0`, 400, 'malformed-request'],
    ['two limits', `/v1/projects/${SHOP}?limit=1&limit=2`, 400, 'malformed-request'],
  ])('%s: %s is %i', async (_what, path, status, code) => {
    const answer = await ask(path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    const page = await browse(service, path.replace('/v1', ''));
    expect(page.status).toBe(status);
  });

  it('only GET', async () => {
    const posted = await request(service.server).post(`/v1/projects/${SHOP}`).set({ Authorization: 'Bearer ci' });
    expect(posted.status).toBe(405);
  });
});

describe('the pages of projects', () => {
  it('list and project, with untrusted input shown as text', async () => {
    const list = await browse(service, '/projects', 'ops');
    const page = await browse(service, `/projects/${OTHERS}`, 'ops');
    for (const { status, text } of [list, page]) {
      expect(status).toBe(200);
      expect(text).not.toMatch(/<script>document|onmouseover='|\u202e/);
    }
    const own = words((await browse(service, `/projects/${SHOP}`)).text);
    expect(own).toContain('What the packages of shop do');
    expect(own).toContain('reads cloud credentials: ~/.aws/credentials (install)');
    expect(own).toContain('shop changed');
  });
});

describe('a submission names its project', () => {
  const send = (query: string, as = 'ci', headers: Record<string, string> = {}) =>
    request(service.server)
      .post(`/v1/jobs${query}`)
      .set({ Authorization: `Bearer ${as}`, 'Content-Type': 'application/octet-stream', ...headers })
      .send(tarball());

  it('by parameters', async () => {
    service.queue.views.set(ID, job({ owner: 'ci', state: 'finished', report: report() }));
    const answer = await send(`?project=shop&part=web&ref=main&default-branch=main&compare=${ID}`);
    expect(answer.status).toBe(202);
    expect(service.queue.specs.at(-1)?.project).toEqual({
      project: { source: 'request', key: 'name:shop', name: 'shop' },
      part: 'web',
      ref: 'main',
      line: 'default',
      lineReason: 'it is the default branch',
      compare: ID,
    });
  });

  it('by a CI job’s variables', async () => {
    const variables = {
      'X-Packwarden-CI-SERVER-URL': 'https%3A%2F%2Fgitlab.example',
      'X-Packwarden-CI-PROJECT-ID': '42',
      'X-Packwarden-CI-COMMIT-REF-NAME': 'main',
      'X-Packwarden-CI-DEFAULT-BRANCH': 'main',
    };
    await send('', 'ci', variables);
    expect(service.queue.specs.at(-1)?.project).toMatchObject({ project: { source: 'claim' }, line: 'default' });
    await send('', 'ci', { ...variables, 'X-Packwarden-CI-MERGE-REQUEST-ID': '7' });
    expect(service.queue.specs.at(-1)?.project).toMatchObject({ line: 'other' });
  });

  it.each([
    ['another one’s job', `?compare=${ID}`, 403, 'forbidden'],
    ['a job that is not there', '?compare=11111111-1111-4111-8111-111111111111', 404, 'unknown-job'],
    ['no id', '?compare=latest', 400, 'malformed-id'],
    ['an empty name', '?project=', 400, 'malformed-request'],
    ['a name with a line break', '?ref=a%0ab', 400, 'malformed-request'],
    ['two names', '?project=a&project=b', 400, 'malformed-request'],
    ['a name without end', `?project=${'x'.repeat(256)}`, 400, 'malformed-request'],
  ])('%s is refused: %s %i', async (_what, query, status, code) => {
    service.queue.views.set(ID, job({ owner: 'other', state: 'finished', report: report() }));
    const before = service.queue.specs.length;
    const answer = await send(query);
    expect([answer.status, answer.body.code, service.queue.specs.length]).toEqual([status, code, before]);
  });
});

describe('what changed, in a report', () => {
  const told = (compared: boolean) => ({
    headline: compared
      ? '1 package changed, 1 does something new: evil@1.0.1 now has a postinstall script'
      : 'Not compared with an earlier report: x',
    compared,
    reason: compared ? null : ({ code: 'no-earlier-report', message: 'x' } as const),
    against: compared ? { job: ID, submittedAt: '2026-11-20T10:00:00.000Z' } : null,
    project: { id: SHOP, name: 'shop', line: 'default' as const, lineReason: 'it is the default branch' },
    counts: { added: 0, removed: 0, changed: 1, news: 1 },
    added: [],
    removed: [],
    changed: [
      { name: 'evil', from: ['1.0.0'], to: ['1.0.1'], news: ['has a postinstall script'], otherContent: false },
    ],
    unchanged: [],
    notes: [],
  });
  const show = (compared: boolean, isNew = false) => {
    const made = finding(isNew ? { isNew: true } : {});
    const full = { whatChanged: told(compared), ...report({ verdict: 'findings', findings: [made] }) };
    service.queue.views.set(ID, job({ owner: 'ci', state: 'finished', report: full }));
  };

  test('is the first line of page and text, and the first member of JSON', async () => {
    show(true, true);
    const page = words((await browse(service, `/jobs/${ID}`)).text.split('<main')[1] ?? '');
    expect(page).toMatch(
      /^[^>]*> What changed: 1 package changed, 1 does something new: evil@1\.0\.1 now has a postinstall script/,
    );
    expect(page).toMatch(/evil@1\.0\.1 changed 1\.0\.0 → 1\.0\.1 has a postinstall script/);
    const text = (await ask(`/v1/jobs/${ID}/report?format=text`)).text;
    expect(text).toMatch(
      /^What changed: 1 package changed, 1 does something new: evil@1\.0\.1 now has a\n {2}postinstall script\nVerdict: FINDINGS/,
    );
    expect(text).toContain('(install) NEW\n');
    const json = (await ask(`/v1/jobs/${ID}/report?format=json`)).text;
    expect(json).toMatch(/^\{\s*"whatChanged": \{\s*"headline": "1 package changed/);
    expect(Object.keys((await ask(`/v1/jobs/${ID}`)).body)[0]).toBe('whatChanged');
  });

  test('against another job that the reader chooses, on the page and in JSON', async () => {
    const EARLIER = '33333333-3333-4333-8333-333333333333';
    const now = run({
      id: ID,
      verdict: 'findings',
      installed: [installed('evil', '1.0.1')],
      findings: [reads('evil', '1.0.1')],
    });
    const before = run({ id: EARLIER, installed: [installed('evil', '1.0.0')] });
    service.queue.views.set(ID, job({ owner: 'ci', state: 'finished', report: now }));
    service.queue.views.set(EARLIER, job({ id: EARLIER, owner: 'ci', state: 'finished', report: before }));
    const { body } = await ask(`/v1/jobs/${ID}?compare=${EARLIER}`);
    expect(body.whatChanged.headline).toBe(
      '1 package changed, 1 does something new: evil@1.0.1 now reads cloud credentials: ~/.aws/credentials (install)',
    );
    expect([body.verdict, body.findings[0].isNew]).toEqual(['findings', true]);
    const page = words((await browse(service, `/jobs/${ID}?compare=${EARLIER}`)).text);
    expect(page).toMatch(/What changed: 1 package changed, 1 does something new: evil@1\.0\.1/);
    expect(page).toContain('Compare with another job');
  });

  it.each<[string, string, Parameters<typeof job>[0], number, string]>([
    ['another one’s', ID, { owner: 'other', state: 'finished', report: run() }, 403, 'forbidden'],
    ['one without a report', ID, { owner: 'ci', state: 'queued' }, 409, 'not-finished'],
    ['one that is not there', '11111111-1111-4111-8111-111111111111', {}, 404, 'unknown-job'],
    ['no id', 'latest', {}, 400, 'malformed-id'],
  ])('is not shown against %s', async (_what, other, view, status, code) => {
    const OWN = '33333333-3333-4333-8333-333333333333';
    service.queue.views.set(OWN, job({ id: OWN, owner: 'ci', state: 'finished', report: run({ id: OWN }) }));
    service.queue.views.set(ID, job(view));
    const answer = await ask(`/v1/jobs/${OWN}?compare=${other}`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test('why it was not compared stands under the verdict', async () => {
    show(false);
    const text = (await ask(`/v1/jobs/${ID}/report?format=text`)).text;
    expect(text).toMatch(/^Verdict: FINDINGS.*\n {2}Not compared with an earlier report: x\n/);
    expect(words((await browse(service, `/jobs/${ID}`)).text)).toContain(
      'With --fail-on new every finding counts as new',
    );
  });

  test.each([
    ['nothing that is new', true, false, '0 findings nothing that is new, at or above WARNING\n'],
    ['something that is', true, true, '1 findings 1 finding that is new, at or above WARNING\n'],
    [
      'nothing to compare with: all is new',
      false,
      false,
      '1 findings 1 finding at or above WARNING, all taken as new: there is no earlier report to compare with\n',
    ],
  ])('fail-on=new with %s', async (_what, compared, isNew, line) => {
    show(compared, isNew);
    expect((await ask(`/v1/jobs/${ID}/verdict?fail-on=new`)).text).toBe(line);
  });
});
