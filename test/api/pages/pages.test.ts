import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { browse, startForReaders, words } from '../browsing.js';
import { ID, job, report } from '../reports.js';
import type { Service } from '../service.js';

let service: Service;

beforeAll(async () => {
  service = await startForReaders();
});

afterAll(() => service.close());

beforeEach(() => service.queue.views.clear());

describe('a job that runs', () => {
  test.each(['queued', 'preparing', 'installing', 'importing', 'draining'] as const)(
    '%s: names the step, is followed by a script, and loaded again without one',
    async (state) => {
      service.queue.views.set(ID, job({ owner: 'ci', state }));
      const { text } = await browse(service, `/jobs/${ID}`);
      expect(text).toMatch(new RegExp(`<li data-state="${state}" class="now" aria-current="step">`));
      expect(text).toMatch(/<script src="\/assets\/[0-9a-f]{12}\/live\.js" defer>/);
      expect(text).toContain('<noscript><meta http-equiv="refresh" content="3"></noscript>');
    },
  );
});

describe('a job that waits', () => {
  test.each([
    [{ before: 0, startsInMs: null }, 'This job is next.'],
    [{ before: 0, startsInMs: 0 }, 'This job is next: it starts when a running job has ended.'],
    [{ before: 1, startsInMs: null }, '1 job is ahead of this one.'],
    [{ before: 1, startsInMs: 20_000 }, '1 job is ahead of this one; it will probably start in about a minute.'],
    [{ before: 40, startsInMs: 600_000 }, '40 jobs are ahead of this one; it will probably start in about 10 minutes.'],
    [
      { before: 2_000, startsInMs: 36_000_000 },
      '2,000 jobs are ahead of this one; it will probably start in about 10 hours.',
    ],
  ])('%j: %s', async (outlook, sentence) => {
    service.queue.views.set(ID, job({ owner: 'ci' }));
    service.queue.outlooks.set(ID, outlook);
    const page = words((await browse(service, `/jobs/${ID}`)).text);
    expect(page).toContain(`Waiting Waiting for a worker. ${sentence}`);
    const { body } = await request(service.server).get(`/v1/jobs/${ID}`).set('Authorization', 'Bearer ci');
    expect(body).toMatchObject({ status: 'queued', queue: { before: outlook.before } });
    if (outlook.startsInMs === null) expect(body.queue.startsAt).toBeNull();
    else expect(Date.parse(body.queue.startsAt) - outlook.startsInMs).toBeLessThanOrEqual(Date.now());
    service.queue.outlooks.clear();
  });

  test('says nothing of a queue once it runs', async () => {
    service.queue.views.set(ID, job({ owner: 'ci', state: 'installing' }));
    service.queue.outlooks.set(ID, { before: 3, startsInMs: 1_000 });
    expect((await browse(service, `/jobs/${ID}`)).text).not.toContain('id="queue"');
    service.queue.outlooks.clear();
  });
});

describe('the start page', () => {
  const idOf = (digit: number) => `${digit}`.repeat(8).concat(ID.slice(8));

  beforeEach(() => {
    const clean = report();
    service.queue.views.set(idOf(1), job({ id: idOf(1), owner: 'ci', state: 'finished', report: clean }));
    service.queue.views.set(idOf(2), job({ id: idOf(2), owner: 'other', state: 'installing' }));
  });

  test('lists the own jobs, and for an administrator everybody’s', async () => {
    const own = (await browse(service, '/')).text;
    expect(own).toContain(`href="/jobs/${idOf(1)}"`);
    expect(own).not.toContain(idOf(2));
    expect(words(own)).toMatch(/11111111 clean – 1 min 30 s \d+ days? ago/);
    const all = (await browse(service, '/', 'ops')).text;
    expect(all).toContain(idOf(1));
    expect(words(all)).toMatch(/22222222 installing – other – \d+ days? ago/);
  });

  test('shows which part of the service is not ready, also while the queue is away', async () => {
    service.parts.docker = { ready: false, reason: 'the Docker engine does not answer' };
    service.queue.down = true;
    const { status, text } = await browse(service, '/');
    service.queue.down = false;
    delete service.parts.docker;
    expect(status).toBe(200);
    expect(words(text)).toContain('not ready docker : the Docker engine does not answer');
    expect(words(text)).toContain('The job queue does not answer right now.');
  });
});

describe('what belongs to pages', () => {
  test('style, scripts and icon need no credentials, may be kept for ever, and have one address each', async () => {
    service.queue.views.set(ID, job({ owner: 'ci' }));
    const { text } = await browse(service, `/jobs/${ID}`);
    const paths = [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(paths).toHaveLength(3);
    for (const path of paths) {
      const asset = await request(service.server).get(path);
      expect(asset.status).toBe(200);
      expect(asset.headers['cache-control']).toContain('immutable');
      expect(asset.headers['x-content-type-options']).toBe('nosniff');
      const stale = path.replace(/[0-9a-f]{12}/, 'a'.repeat(12));
      expect((await request(service.server).get(stale)).status).toBe(404);
    }
    expect((await request(service.server).get('/assets/x/..%2f..%2fpackage.json')).status).toBe(404);
  });

  test('a browser gets errors as pages and is asked for a password; the page needs one', async () => {
    service.queue.views.set(ID, job({ owner: 'ci' }));
    const html = { Accept: 'text/html' };
    const unknown = await request(service.server).get(`/jobs/${ID}`).set(html);
    expect(unknown.status).toBe(401);
    expect(unknown.headers['www-authenticate']).toContain('Basic');
    expect(unknown.text).toContain('<h1>Please sign in</h1>');
    service.queue.views.clear();
    const missing = await browse(service, `/jobs/${ID}`);
    expect([missing.status, missing.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(missing.text).toContain('There is no such job, or it has expired.');
    expect((await browse(service, '/jobs/x')).status).toBe(400);
  });

  test('an administrator may remove the jobs of others, another submitter may not', async () => {
    service.queue.views.set(ID, job({ owner: 'ci' }));
    const remove = (as: string) =>
      request(service.server).delete(`/v1/jobs/${ID}`).set('Authorization', `Bearer ${as}`);
    expect((await remove('other')).status).toBe(403);
    expect((await remove('ops')).status).toBe(204);
  });
});
