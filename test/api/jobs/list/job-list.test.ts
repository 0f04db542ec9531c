import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browse, startForReaders, words } from '../../browsing.js';
import { HOSTILE_TEXTS } from '../../pages/report/hostile-report.js';
import { ID, job, ofProject, report } from '../../reports.js';
import type { Service } from '../../service.js';

let service: Service;
const NOON = Date.parse('2026-11-21T12:00:00.000Z');

beforeAll(async () => {
  service = await startForReaders();
});
afterAll(() => service.close());
beforeEach(() => {
  service.queue.views.clear();
  service.queue.stops = false;
});

const idOf = (digit: number) => `${digit}`.repeat(8).slice(0, 8).concat(ID.slice(8));

/** A job of `ci` that has ended: the higher its digit, the later. */
function ended(digit: number, project: string, verdict: 'clean' | 'findings', names: readonly string[], owner = 'ci') {
  const id = idOf(digit);
  const installed = names.map((name) => {
    return { name, version: '1.0.0', folder: 'x', from: 'registry' as const, resolved: null, integrity: null };
  });
  const whatChanged = ofProject(project);
  const submittedAt = NOON + digit;
  const finishedAt = new Date(submittedAt + 12_000).toISOString();
  const made = report({ id, verdict, installed, whatChanged, finishedAt });
  service.queue.views.set(id, job({ id, owner, state: 'finished', submittedAt, report: made }));
}

const list = (query: string, as = 'ci') =>
  request(service.server)
    .get(`/v1/jobs${query}`)
    .set({ Authorization: `Bearer ${as}` });

describe('GET /v1/jobs', () => {
  beforeEach(() => {
    ended(1, 'acme/shop', 'clean', ['left-pad']);
    ended(2, 'acme/docs', 'findings', ['left-pad', '@evil/dep']);
    ended(3, 'acme/shop', 'findings', ['@evil/dep'], 'other');
    service.queue.views.set(idOf(4), job({ id: idOf(4), owner: 'ci', state: 'queued', submittedAt: NOON + 4 }));
  });

  it.each([
    ['', 'ci', [4, 2, 1]],
    ['', 'ops', [4, 3, 2, 1]],
    ['?project=SHOP', 'ci', [1]],
    ['?project=shop', 'ops', [3, 1]],
    ['?verdict=findings', 'ci', [2]],
    ['?verdict=none', 'ci', [4]],
    ['?package=left-pad', 'ci', [2, 1]],
    ['?package=%40evil%2Fdep', 'ci', [2]],
    ['?package=@evil/dep&project=docs', 'ops', [2]],
    ['?submitter=other', 'ops', [3]],
    ['?submitter=other', 'ci', []],
    ['?project=&verdict=&submitter=&package=', 'ci', [4, 2, 1]],
    ['?project=%20docs%20', 'ci', [2]],
  ])('%s as %s: %j', async (query, as, digits) => {
    const { status, body } = await list(query, as);
    expect(status).toBe(200);
    expect(body.jobs.map(({ id }: { id: string }) => id)).toEqual(digits.map(idOf));
    expect([body.next, body.end]).toEqual([null, 'end']);
  });

  it('pages, and keeps the filter on the page’s links', async () => {
    const first = await list('?limit=2');
    expect([first.body.jobs.length, first.body.end]).toEqual([2, 'full']);
    const second = await list(`?limit=2&before=${first.body.next}`);
    expect(second.body.jobs.map(({ id }: { id: string }) => id)).toEqual([idOf(1)]);
    for (let digit = 10; digit < 40; digit += 1) ended(digit, 'acme/many & more', 'clean', []);
    const { text } = await browse(service, '/?project=many&verdict=clean');
    const older = /href="(\/\?[^"#]+)#jobs" rel="next"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(older).toMatch(/^\/\?project=many&verdict=clean&before=\d+-/);
    const rest = words((await browse(service, older)).text);
    expect(rest.match(/acme\/many/g)).toHaveLength(5);
    expect(rest).toContain('Newest jobs');
  });

  it.each([
    ['?verdict=maybe', 'verdict must be one of clean, findings, incomplete, none'],
    ['?project=a&project=b', 'project must be a part of a name'],
    ['?project=a%00b', 'project must be a part of a name'],
    [`?submitter=${'x'.repeat(256)}`, 'submitter must be a part of a name'],
    ['?package=..%2F..%2Fetc', 'package must be the name of one package'],
    ['?package=a%2Fb', 'package must be the name of one package'],
    [`?package=${'x'.repeat(215)}`, 'package must be the name of one package'],
    ['?package=%E2%80%AEabc', 'package must be the name of one package'],
    ['?before=yesterday', 'before must be the value of next in the previous answer'],
    ['?before=1e9-x', 'before must be the value of next in the previous answer'],
    ['?limit=0', 'limit must be 1 to 200'],
    ['?limit=1000000', 'limit must be 1 to 200'],
  ])('%s is refused, also on the page', async (query, reason) => {
    const answer = await list(query);
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed-request']);
    expect(answer.body.reason).toContain(reason);
    if (query.includes('limit')) return;
    const page = await browse(service, `/${query}`);
    expect([page.status, words(page.text).toLowerCase().includes(reason.toLowerCase())]).toEqual([400, true]);
  });

  it('says 503 while the queue does not answer', async () => {
    service.queue.down = true;
    expect((await list('')).status).toBe(503);
    service.queue.down = false;
  });
});

describe('the start page', () => {
  it('explains an empty list: nothing yet, nothing that matches, nothing older, stopped on the way', async () => {
    const nothing = await browse(service, '/');
    expect(words(nothing.text)).toContain('No jobs yet. Submit a project above');
    expect(nothing.text).not.toContain('role="search"');
    ended(1, 'shop', 'clean', []);
    const unmatched = words((await browse(service, '/?package=left-pad')).text);
    expect(unmatched).toContain('No job of yours matches. Packages are searched by their full name');
    expect(unmatched).toContain('All jobs');
    expect(unmatched).not.toContain('What every version');
    const older = words((await browse(service, `/?before=1-${ID}`)).text);
    expect(older).toContain('There are no older jobs.');
    service.queue.stops = true;
    const stopped = words((await browse(service, '/?project=x')).text);
    expect(stopped).toMatch(/search stopped after 2,000 jobs.*Search older jobs/);
  });

  it('shows project, branch, verdict, duration and age, and to administrators the submitter', async () => {
    ended(1, 'acme/shop', 'clean', []);
    const context = {
      verified: true,
      instance: 'https://gitlab.example',
      projectId: '42',
      userLogin: 'anna',
      ref: 'refs/merge-requests/12/head',
      addresses: [],
    };
    service.queue.views.set(idOf(2), job({ id: idOf(2), owner: 'other', state: 'installing', context }));
    const own = (await browse(service, '/')).text;
    expect(words(own)).toMatch(/acme\/shop 11111111 clean – 12\.0 s \d+ days? ago/);
    expect(own).not.toContain('name="submitter"');
    const all = words((await browse(service, '/', 'ops')).text);
    expect(all).toMatch(/No project named 22222222 installing merge request 12 anna other – \d+ days? ago/);
  });

  it('keeps what was searched for in the form, as text, and lets forms send to itself alone', async () => {
    ended(1, HOSTILE_TEXTS[0], 'clean', []);
    const { text, headers } = await browse(service, `/?project=${encodeURIComponent('"><script>')}&verdict=clean`);
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;"');
    expect(text).toContain('<option value="clean" selected>');
    expect(headers['content-security-policy']).toContain("form-action 'self'");
    const other = await browse(service, `/jobs/${idOf(1)}`);
    expect(other.headers['content-security-policy']).toContain("form-action 'none'");
  });

  it('stays under 200 KB whatever the names are', async () => {
    for (let digit = 10; digit < 60; digit += 1) ended(digit, HOSTILE_TEXTS[digit % 9] ?? '', 'findings', []);
    const { text } = await browse(service, '/', 'ops');
    expect(Buffer.byteLength(text)).toBeLessThan(200_000);
    expect(text).not.toMatch(/<script>document|onmouseover='|\u202e/);
  });
});
