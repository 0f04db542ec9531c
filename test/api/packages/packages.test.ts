import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobSpec } from '../../../src/jobs/job.js';
import { jobPackages } from '../../../src/jobs/packages/job-packages.js';
import type { Report } from '../../../src/report/report.js';
import { installed, reads, run } from '../../report/compare/runs.js';
import { browse, startForReaders, words } from '../browsing.js';
import { HOSTILE_TEXTS } from '../pages/report/hostile-report.js';
import { egressRow, ID, job } from '../reports.js';
import type { Service } from '../service.js';

let service: Service;
const NOON = Date.parse('2026-11-21T12:00:00.000Z');

beforeAll(async () => {
  service = await startForReaders();
});
afterAll(() => service.close());
beforeEach(() => {
  service.queue.views.clear();
  service.packages.jobs.clear();
  service.packages.isCut = false;
});

/** Keeps an ended job as the worker does: the higher its number, the later. */
async function keep(number: number, owner: string | null, changes: Partial<Report>): Promise<string> {
  const id = String(number).padStart(8, '0').concat(ID.slice(8));
  const submittedAt = NOON + number * 60_000;
  const report = run({ id, submittedAt: new Date(submittedAt).toISOString(), ...changes });
  const spec: JobSpec = { ...job({ id }), owner, submittedAt, blob: { key: id, bytes: 1, sha256: '' } };
  await service.packages.record(jobPackages(spec, report));
  service.queue.views.set(id, job({ id, owner, state: 'finished', submittedAt, report }));
  return id;
}

const ask = (path: string, as = 'ci') =>
  request(service.server)
    .get(path)
    .set({ Authorization: `Bearer ${as}` });

const NAME = '@evil/dep';
const quiet = { installed: [installed(NAME, '1.0.0')] };
const loud = {
  verdict: 'findings' as const,
  installed: [installed(NAME, '1.0.1')],
  findings: [reads(NAME, '1.0.1')],
  egress: [egressRow({ package: { name: NAME, version: '1.0.1', path: [] } })],
};

describe('GET /v1/packages/NAME', () => {
  it('lists every version, what each did, and in which jobs, newest first', async () => {
    const first = await keep(1, 'ci', quiet);
    const second = await keep(2, 'ci', loud);
    const third = await keep(3, 'ci', { ...loud, egress: [] });
    const { status, body } = await ask('/v1/packages/@evil/dep');
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: NAME, isCut: false });
    expect(body.versions.map(({ version }: { version: string }) => version)).toEqual(['1.0.1', '1.0.0']);
    const [loudOne, quietOne] = body.versions;
    expect(loudOne.actions).toEqual([
      {
        does: 'reads cloud credentials: ~/.aws/credentials (install)',
        kind: 'rule',
        what: 'Read of cloud credentials',
        where: '~/.aws/credentials',
        phase: 'install',
        jobs: 2,
        lastJob: third,
        onlyHere: true,
      },
      expect.objectContaining({ kind: 'host', what: 'x.attacker.invalid', jobs: 1, lastJob: second }),
    ]);
    expect(loudOne.jobs.map(({ job: id, actions }: { job: string; actions: number }) => [id, actions])).toEqual([
      [third, 1],
      [second, 2],
    ]);
    expect(quietOne).toMatchObject({ actions: [], jobs: [{ job: first, verdict: 'clean', actions: 0 }] });
  });

  it('takes a scope’s slash encoded, too', async () => {
    await keep(1, 'ci', quiet);
    expect((await ask('/v1/packages/%40evil%2Fdep')).body.name).toBe(NAME);
    expect((await browse(service, '/packages/@evil%2fdep')).status).toBe(200);
  });

  it('is of the reader’s own jobs; an administrator’s is of everybody’s', async () => {
    await keep(1, 'ci', quiet);
    const others = await keep(2, 'other', loud);
    const own = await ask('/v1/packages/@evil/dep');
    expect(own.body.versions).toHaveLength(1);
    expect(own.text).not.toMatch(/1\.0\.1|attacker/);
    expect(own.text).not.toContain(others);
    expect((await ask('/v1/packages/@evil/dep', 'ops')).body.versions).toHaveLength(2);
  });

  it('one that only others had is not there, in the same words as one that nobody had', async () => {
    await keep(1, 'other', loud);
    const [theirs, nobodys] = [await ask('/v1/packages/@evil/dep'), await ask('/v1/packages/nobody')];
    expect([theirs.status, theirs.body]).toEqual([404, nobodys.body]);
    expect(theirs.body.code).toBe('unknown-package');
  });

  it('does not believe the list of packages whose job it is', async () => {
    const others = await keep(1, 'other', loud);
    const kept = service.packages.jobs.get(others);
    if (kept !== undefined) await service.packages.record({ ...kept, owner: 'ci' });
    expect((await ask('/v1/packages/@evil/dep')).status).toBe(404);
  });

  it('forgets a job that is gone', async () => {
    const id = await keep(1, 'ci', quiet);
    service.queue.views.delete(id);
    expect((await ask('/v1/packages/@evil/dep')).status).toBe(404);
  });

  it.each([
    ['/packages/..%2f..%2fetc%2fpasswd', 400],
    ['/packages/%2e%2e%2fx', 400],
    ['/packages/@a%2f..', 400],
    ['/packages/a%00b', 400],
    ['/packages/a%0ab', 400],
    ['/packages/%E2%80%AEgnp', 400],
    ['/packages/scope/name', 400],
    ['/packages/@a/b%2Fc', 400],
    [`/packages/${'x'.repeat(215)}`, 400],
    ['/packages/%', 400],
    ['/packages/%ED%A0%80', 400],
    [`/packages/${'x'.repeat(214)}`, 404],
    ['/packages/constructor', 404],
    ['/packages/__proto__', 404],
    ['/packages/%E6%97%A5%E6%9C%AC', 404],
    ['/packages/%252e%252e', 404],
    ['/packages/@a/b/c', 404],
    ['/packages/', 404],
  ])('%s is %i, as JSON and as a page', async (path, status) => {
    expect((await ask(`/v1${path}`)).status).toBe(status);
    expect((await browse(service, path)).status).toBe(status);
  });

  it('says 503 while the queue does not answer', async () => {
    await keep(1, 'ci', quiet);
    service.queue.down = true;
    expect((await ask('/v1/packages/@evil/dep')).status).toBe(503);
    service.queue.down = false;
  });
});

describe('the page of a package', () => {
  it('shows the same, and what only one version did', async () => {
    await keep(1, 'ci', quiet);
    const id = await keep(2, 'ci', loud);
    const { text } = await browse(service, '/packages/@evil/dep');
    const page = words(text);
    expect(page).toContain('2 versions seen in 2 jobs.');
    expect(page).toMatch(/Read of cloud credentials no other version ~\/\.aws\/credentials install 1 of 1 00000002/);
    expect(page).toContain('asks x.attacker.invalid no other version');
    expect(page).toContain('Did nothing that a rule or the gateway reports, in 1 job watched to the end.');
    expect(text).toContain(`href="/jobs/${id}"`);
    expect(text).toContain('href="/v1/packages/@evil/dep"');
  });

  it('never calls quiet what was not watched to its end', async () => {
    await keep(1, 'ci', { ...quiet, verdict: 'incomplete', status: 'incomplete' });
    const page = words((await browse(service, '/packages/@evil/dep')).text);
    expect(page).toContain('Behaviour unknown: none of its jobs was watched to the end.');
  });

  it('is reached from the report’s findings and its list of packages, and from a search', async () => {
    const id = await keep(1, 'ci', loud);
    const report = (await browse(service, `/jobs/${id}`)).text;
    expect(report.match(/href="\/packages\/@evil\/dep"/g)?.length).toBeGreaterThanOrEqual(3);
    const found = (await browse(service, '/?package=@evil/dep')).text;
    expect(found).toContain('href="/packages/@evil/dep"');
  });

  it('stays under 200 KB whatever a package calls what it does, and says what is left out', async () => {
    for (let number = 0; number < 120; number += 1) {
      const by = { name: 'evil', version: `${number}.0.0`, path: [] };
      const text = HOSTILE_TEXTS[number % HOSTILE_TEXTS.length] ?? '';
      await keep(number, 'ci', {
        installed: [installed('evil', by.version)],
        findings: HOSTILE_TEXTS.map((rule) => reads('evil', by.version, { rule, file: text })),
        egress: Array.from({ length: 200 }, (_, at) => egressRow({ host: `${at}.${text}`, package: by })),
        project: { name: text, version: '1' },
      });
    }
    service.packages.isCut = true;
    const { text } = await browse(service, '/packages/evil');
    expect(Buffer.byteLength(text)).toBeLessThan(200_000);
    expect(words(text)).toMatch(/And \d+ more versions: all of them are in the JSON/);
    expect(words(text)).toContain('Only the newest 128 runs of a package are kept');
    expect(text).not.toMatch(/<script>document|onmouseover='|\u202e|<img/);
  });

  it('a name that could not be asked for is text, no link', async () => {
    const name = '../../etc/passwd';
    const id = await keep(1, 'ci', { verdict: 'findings', findings: [reads(name, '1.0.0')] });
    const { text } = await browse(service, `/jobs/${id}`);
    expect(text).toContain(name);
    expect(text).not.toContain('href="/packages/');
  });
});
