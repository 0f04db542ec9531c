import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outcomeOf } from '../../../src/report/verdict/outcome.js';
import { accessibilityFaults, launchBrowser, photograph, watchedPage } from '../../support/browser.js';
import { reportOf } from '../../support/client.js';
import { runningService } from '../../support/running-service.js';
import { packProject } from '../../support/tarballs.js';

const service = runningService();
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

/** A project with two dependencies of this version; `evil`'s script does this where it has one. */
function shop(version: string, script?: string): Promise<Buffer> {
  const scripts = script === undefined ? {} : { scripts: { postinstall: 'node setup.js' } };
  return packProject({
    'package.json': { name: 'shop', version: '1.0.0', dependencies: { evil: 'file:evil', quiet: 'file:quiet' } },
    'evil/package.json': { name: 'evil', version, ...scripts },
    'evil/index.js': 'module.exports = 1;',
    'evil/setup.js': script ?? '',
    'quiet/package.json': { name: 'quiet', version },
    'quiet/index.js': 'module.exports = 1;',
  });
}

const STEALS = "require('node:fs').readFileSync('/home/ci/.aws/credentials')";

async function run(tarball: Buffer, query: string) {
  const response = await fetch(`${service.url}/v1/jobs?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(tarball),
  });
  const { id } = (await response.json()) as { id: string };
  return reportOf(service.url, id);
}

const MAIN = 'project=acme/shop&ref=main&default-branch=main';
const TOPIC = 'project=acme/shop&ref=update-evil&default-branch=main';
const HEADLINE =
  '2 packages changed, 1 does something new: evil@1.0.1 now reads cloud credentials: AWS credentials (install)';

test('a dependency that turned bad between two versions is the first line of page, text and JSON', async () => {
  const first = await run(await shop('1.0.0'), MAIN);
  expect(first.whatChanged).toMatchObject({ compared: false, reason: { code: 'no-earlier-report' } });
  expect(first.verdict).toBe('clean');

  const bad = await run(await shop('1.0.1', STEALS), TOPIC);
  expect(bad.whatChanged).toMatchObject({ headline: HEADLINE, against: { job: first.id } });
  expect(bad.findings.filter(({ isNew }) => isNew !== true)).toEqual([]);
  expect(outcomeOf(bad, 'new').exitCode).toBe(1);

  const report = `${service.url}/v1/jobs/${bad.id}`;
  const text = await (await fetch(`${report}/report?format=text`)).text();
  expect(text).toMatch(/^What changed: 2 packages changed, 1 does something new: evil@1\.0\.1 now reads\n/);
  expect((await (await fetch(report)).text()).startsWith(`{"whatChanged":{"headline":"${HEADLINE}"`)).toBe(true);
  expect(await (await fetch(`${report}/verdict?fail-on=new`)).text()).toMatch(/^1 findings \d+ findings? that is new/);

  const { page, faults } = await watchedPage(browser);
  await page.goto(`${service.url}/jobs/${bad.id}`);
  expect((await page.locator('main').innerText()).split('\n')[0]).toContain(`What changed: ${HEADLINE}`);
  expect(await photograph(page, 'what-changed')).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByRole('link', { name: 'acme/shop' }).click();
  await page.getByRole('heading', { name: 'acme/shop', level: 1 }).waitFor();
  const project = await page.locator('main').innerText();
  expect(project).toContain(HEADLINE);
  expect(project).toMatch(/update-evil\s+other/);
  expect(await photograph(page, 'project')).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.goto(`${service.url}/projects`);
  await page.getByRole('row', { name: /acme\/shop/ }).waitFor();
  expect(await photograph(page, 'projects')).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(faults).toEqual([]);

  // Once it is on the default branch it is no longer new: there it is a finding that the project has.
  const merged = await run(await shop('1.0.1', STEALS), MAIN);
  expect(merged.whatChanged).toMatchObject({ headline: HEADLINE, against: { job: first.id } });
  const next = await run(await shop('1.0.2', STEALS), TOPIC);
  expect(next.whatChanged).toMatchObject({ against: { job: merged.id }, counts: { changed: 2, news: 0 } });
  expect(next.verdict).toBe('findings');
  expect(outcomeOf(next, 'new').exitCode).toBe(0);
});
