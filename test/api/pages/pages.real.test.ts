import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobSpec, JobView } from '../../../src/jobs/job.js';
import { jobPackages } from '../../../src/jobs/packages/job-packages.js';
import type { Report } from '../../../src/report/report.js';
import { installed, reads, run } from '../../report/compare/runs.js';
import { accessibilityFaults, launchBrowser, photograph, watchedPage } from '../../support/browser.js';
import { egressRow, ID, job, ofProject } from '../reports.js';
import { type Service, startService } from '../service.js';
import { HOSTILE_TEXTS } from './report/hostile-report.js';

let service: Service;
let browser: Browser;
let url: string;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService(), launchBrowser()]);
  url = `http://127.0.0.1:${service.port}`;
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});
beforeEach(() => {
  service.queue.views.clear();
  service.queue.outlooks.clear();
  service.packages.jobs.clear();
});

const NAMES = [
  'acme/storefront',
  'acme/a-service-with-quite-a-long-name/frontend',
  'docs',
  ...HOSTILE_TEXTS.slice(0, 3),
];
const VERDICTS = ['clean', 'findings', 'clean', 'incomplete'] as const;
const REFS = ['main', 'feature/checkout-with-a-long-branch-name', 'refs/merge-requests/128/head', undefined];

function of<T>(list: readonly T[], number: number): T {
  return list[number % list.length] as T;
}

/** A job and its packages, as they are kept when it has ended. The last three of a list still run. */
async function keep(number: number, count: number): Promise<void> {
  const id = number.toString(16).padStart(8, '0').concat(ID.slice(8));
  const submittedAt = Date.now() - (count - number) * 47 * 60_000;
  const ref = of(REFS, number);
  const context = {
    verified: true,
    instance: 'https://gitlab.example',
    projectId: '42',
    addresses: [],
    ...(ref === undefined ? {} : { ref }),
  };
  const view: JobView = job({ id, submittedAt, context });
  if (number >= count - 3 && count > 3) {
    service.queue.views.set(id, { ...view, state: of(['queued', 'installing', 'importing'] as const, number) });
    return;
  }
  const report = ended(id, submittedAt, number);
  const spec: JobSpec = { ...view, blob: { key: id, bytes: 1, sha256: '' } };
  await service.packages.record(jobPackages(spec, report));
  service.queue.views.set(id, { ...view, state: report.status, report });
}

function ended(id: string, submittedAt: number, number: number): Report {
  const verdict = of(VERDICTS, number);
  const version = `1.${Math.floor(number / 7)}.0`;
  const hosts = ['telemetry.example', `host-${number}.example`];
  const isBad = verdict === 'findings';
  return run({
    id,
    verdict,
    status: verdict === 'incomplete' ? 'incomplete' : 'finished',
    incomplete: verdict === 'incomplete' ? [{ code: 'sensor-lost', message: 'the alert source was lost' }] : [],
    submittedAt: new Date(submittedAt).toISOString(),
    finishedAt: new Date(submittedAt + 4_000 * ((number % 40) + 1)).toISOString(),
    installed: [installed('@acme/widget', version), installed('left-pad', '1.3.0')],
    findings: isBad
      ? [
          reads('@acme/widget', version),
          reads('@acme/widget', version, { rule: 'Read of an SSH key', file: '/home/ci/.ssh/id_rsa' }),
        ]
      : [],
    egress: isBad ? hosts.map((host) => egressRow({ host, package: { name: '@acme/widget', version, path: [] } })) : [],
    whatChanged: ofProject(of(NAMES, number), 'nothing new'),
  });
}

async function look(path: string, name: string): Promise<string> {
  const { page, faults } = await watchedPage(browser);
  await page.goto(`${url}${path}`);
  expect(await photograph(page, name)).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);
  // The browser reports a page with status 404 as an error of its own.
  expect(faults.filter((fault) => !fault.includes('status of 404'))).toEqual([]);
  const text = String(await page.locator('main').innerText());
  expect(Buffer.byteLength(await page.content())).toBeLessThan(200_000);
  await page.close();
  return text;
}

describe.each([0, 1, 50, 10_000])('with %i jobs', (count) => {
  beforeEach(async () => {
    for (let number = 0; number < count; number += 1) await keep(number, count);
  });

  it('the start page', async () => {
    const text = await look('/', `home-${count}`);
    expect(text.includes('No jobs yet')).toBe(count === 0);
    expect(text.includes('Older jobs')).toBe(count > 25);
  });

  it('a package', async () => {
    const text = await look('/packages/@acme/widget', `package-${count}`);
    expect(text).toContain(count === 0 ? 'No job that you may read had this package' : '@acme/widget');
  });
});

describe('by hand', () => {
  it('a search, and a search that finds nothing', async () => {
    for (let number = 0; number < 50; number += 1) await keep(number, 50);
    await look('/?project=acme&verdict=clean&package=@acme/widget', 'search');
    expect(await look('/?package=unknown', 'search-nothing')).toContain('No job matches.');
  });

  it('a search needs no JavaScript, only the keyboard, and its address can be passed on', async () => {
    for (let number = 0; number < 60; number += 1) await keep(number, 60);
    const { page } = await watchedPage(browser, { javaScriptEnabled: false });
    await page.goto(url);
    await page.getByRole('searchbox', { name: 'Project' }).focus();
    await page.keyboard.type('storefront');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\?project=storefront&/);
    expect(await page.locator('table.jobs tbody tr').count()).toBe(10);
    await page.getByLabel('Verdict').selectOption('findings');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/verdict=findings.*#jobs$/);
    expect(await page.getByRole('searchbox', { name: 'Project' }).inputValue()).toBe('storefront');
    await page.getByRole('link', { name: 'All jobs' }).click();
    await page.getByRole('link', { name: 'Older jobs' }).click();
    await page.getByRole('link', { name: 'Newest jobs' }).waitFor();
    expect(await page.locator('table.jobs tbody tr').count()).toBe(25);
    await page.close();
  });

  it('a job that waits says where it stands, and no longer once it runs', async () => {
    service.queue.views.set(ID, job());
    service.queue.outlooks.set(ID, { before: 12, startsInMs: 360_000 });
    await look(`/jobs/${ID}`, 'waiting');
    const { page, faults } = await watchedPage(browser);
    await page.goto(`${url}/jobs/${ID}`);
    await page.getByText('12 jobs are ahead of this one; it will probably start in about 6 minutes.').waitFor();
    service.queue.change(job({ state: 'preparing' }));
    await page.getByRole('heading', { name: 'Running' }).waitFor();
    expect(await page.getByText('ahead of this one').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });
});
