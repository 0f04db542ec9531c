import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatToken } from '../../../src/api/auth/credentials.js';
import { launchBrowser, photograph, watchedPage } from '../../support/browser.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { packProject } from '../../support/tarballs.js';

const folder = dataFolder();
let service: ServiceProcess;
let browser: Browser;
let id = '';

const as = (name: string) => ({ authorization: `Bearer ${name}-token` });
const ask = (path: string, name: string, method = 'GET') =>
  fetch(`${service.url}${path}`, { method, headers: as(name) });

/** What bull-board's own page reads. */
async function queue(): Promise<{ counts: Record<string, number>; isPaused: boolean; jobs: { id: string }[] }> {
  const { queues } = (await (
    await ask('/queues/api/queues?activeQueue=packwarden&status=prioritized', 'ops')
  ).json()) as {
    queues: Awaited<ReturnType<typeof queue>>[];
  };
  if (queues[0] === undefined) throw new Error('no queue');
  return queues[0];
}

beforeAll(async () => {
  const tokens = join(folder.path, 'tokens');
  writeFileSync(tokens, ['ci', 'ops'].map((name) => formatToken(name, `${name}-token`)).join('\n'));
  // Without a worker a job stays where it is.
  service = await ServiceProcess.start(
    { PACKWARDEN_DATA_DIR: folder.path, PACKWARDEN_TOKENS_FILE: tokens, PACKWARDEN_ADMINISTRATORS: 'ops' },
    'api',
  );
  browser = await launchBrowser();
  const body = await packProject({
    'package.json': { name: 'app', version: '1.0.0' },
    'packwarden.yaml': 'accept: [] # a note of the project',
  });
  const answer = await fetch(`${service.url}/v1/jobs`, {
    method: 'POST',
    headers: { ...as('ci'), 'content-type': 'application/gzip', 'idempotency-key': 'a-key-of-the-client' },
    body: new Uint8Array(body),
  });
  id = ((await answer.json()) as { id: string }).id;
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  folder.remove();
});

describe('the queue in a browser', () => {
  test('is for administrators', async () => {
    for (const path of ['/queues', '/queues/', '/queues/api/queues', '/queues/queue/packwarden']) {
      expect((await fetch(`${service.url}${path}`)).status).toBe(401);
      expect((await ask(path, 'ci')).status).toBe(403);
      expect((await ask(path, 'ops')).status).toBe(200);
    }
    const page = await (await ask('/queues/', 'ops')).text();
    const [, script = ''] = /src="(\/queues\/static\/js\/[^"]+)"/.exec(page) ?? [];
    expect((await ask(script, 'ops')).status).toBe(200);
    expect((await ask(script, 'ci')).status).toBe(403);
    expect((await fetch(service.url + script)).status).toBe(401);
    expect((await ask('/queues/static/..%2findex.ejs', 'ops')).status).toBe(404);
  });

  test('shows counts and jobs, and nothing that opens a door', async () => {
    expect(await queue()).toMatchObject({ counts: { prioritized: 1 }, isPaused: false, jobs: [{ id }] });
    const { job } = (await (await ask(`/queues/api/queues/packwarden/${id}`, 'ops')).json()) as {
      job: { data: object };
    };
    expect(job.data).toMatchObject({ id, owner: 'ci', baseline: 'the project brings one' });
    for (const path of ['', '/logs', '/flow']) {
      const answer = await ask(`/queues/api/queues/packwarden/${id}${path}`, 'ops');
      const text = await answer.text();
      for (const secret of ['ci-token', 'ops-token', 'a-key-of-the-client', 'a note of the project'])
        expect(text).not.toContain(secret);
    }
    expect((await ask('/queues/api/redis/stats', 'ops')).status).toBe(200);
  });

  test.each([
    ['PUT', '/queues/api/queues/pause'],
    ['PUT', '/queues/api/queues/packwarden/pause'],
    ['PUT', '/queues/api/queues/packwarden/obliterate'],
    ['PUT', '/queues/api/queues/packwarden/ID/clean'],
    ['PUT', '/queues/api/queues/packwarden/ID/retry'],
    ['PATCH', '/queues/api/queues/packwarden/ID/update-data'],
    ['POST', '/queues/api/queues/packwarden/add'],
    ['DELETE', '/queues/'],
  ])('changes nothing: %s %s', async (method, path) => {
    const answer = await ask(path.replace('ID', id), 'ops', method);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await queue()).toMatchObject({ counts: { prioritized: 1 }, isPaused: false, jobs: [{ id }] });
  });

  test('is drawn under our own policy, and asks nobody else', async () => {
    const policyOf = async (path: string) =>
      (await fetch(service.url + path, { headers: { ...as('ops'), accept: 'text/html' } })).headers.get(
        'content-security-policy',
      );
    // Its pages have a <base>; ours have none. Of ours the start page alone has a form.
    expect(await policyOf('/queues/')).toBe(
      (await policyOf('/projects'))?.replace("base-uri 'none'", "base-uri 'self'"),
    );
    const { page, faults } = await watchedPage(browser);
    await page.setExtraHTTPHeaders(as('ops'));
    const asked = new Set<string>();
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    await page.goto(service.url);
    await page.getByRole('link', { name: '/queues' }).click();
    await page.getByText('1 Job').first().waitFor({ timeout: 20_000 });
    expect(await photograph(page, 'queue-overview')).toEqual([]);
    await page.goto(`${service.url}/queues/queue/packwarden?status=prioritized`);
    await page.getByText(id).first().waitFor({ timeout: 20_000 });
    expect(await photograph(page, 'queue-jobs')).toEqual([]);
    expect([...asked]).toEqual([service.url]);
    // Native scrollbars that it would hide by an inline style stay.
    expect(faults.filter((fault) => !fault.startsWith('Applying inline style'))).toEqual([]);
  });

  test('says so while Redis is away', async () => {
    const [redis = 0] = await service.childPids('redis-server');
    process.kill(redis, 'SIGSTOP');
    try {
      expect((await ask('/queues/api/queues', 'ops')).status).toBe(503);
    } finally {
      process.kill(redis, 'SIGCONT');
    }
    await eventually('the queue is back', 20_000, async () => (await ask('/queues/api/queues', 'ops')).ok || undefined);
  });
});
