import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, launchBrowser, photograph, watchedPage } from '../../support/browser.js';
import { dataFolder, ServiceProcess } from '../../support/service-process.js';
import { packFolder, projectWithScript } from '../../support/tarballs.js';

const SAMPLE = fileURLToPath(new URL('../../../falco-test', import.meta.url));
const folder = dataFolder();
let service: ServiceProcess;
let browser: Browser;

beforeAll(async () => {
  service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: folder.path });
  await service.ready();
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
  folder.remove();
});

async function upload(page: Page, buffer: Buffer): Promise<void> {
  await page.goto(service.url);
  await page.getByText('New jobs run.').waitFor();
  await page.getByLabel('choose one').setInputFiles({ name: 'project.tgz', mimeType: 'application/gzip', buffer });
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForURL(/\/jobs\/[0-9a-f-]{36}$/);
}

// The script waits for ever, so that the page can't miss the state it is looked at in.
test('a job that runs is followed live, until its report is there', async () => {
  const { page, faults } = await watchedPage(browser);
  await upload(page, await projectWithScript('setInterval(() => {}, 1000);'));
  await page.locator('[data-state="installing"].now').waitFor({ timeout: 60_000 });
  expect(await photograph(page, 'running')).toEqual([]);
  await fetch(`${service.url}/v1${new URL(page.url()).pathname}`, { method: 'DELETE' });
  await page.getByText('It was cancelled.').first().waitFor({ timeout: 60_000 });
  expect(faults).toEqual([]);
});

test('upload, follow, read the report: in a browser, over the real service', async () => {
  const { page, faults } = await watchedPage(browser);
  await upload(page, await packFolder(SAMPLE));
  await page.getByRole('heading', { name: 'Findings', level: 1 }).waitFor({ timeout: 120_000 });

  const text = await page.locator('main').innerText();
  expect(text).toContain('1 package did things that an install should not do');
  expect(text).toMatch(/Installed because of\s+falco-test → left-pad-ng → evil-dep/);
  expect(text).toMatch(/snippets\.attacker\.invalid:80\s+refused/);
  expect(text).toMatch(/wget -qO-/);
  expect(await page.locator('tr.flagged').count()).toBeGreaterThan(0);
  expect(await page.locator('.timeline tbody tr').count()).toBe(8);
  expect(await photograph(page, 'report')).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.goto(service.url);
  await page.getByRole('row', { name: /findings/ }).waitFor();
  expect(await photograph(page, 'home')).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);

  await page.getByRole('searchbox', { name: 'Project' }).fill('falco-');
  await page.getByRole('searchbox', { name: 'Package' }).fill('evil-dep');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('row', { name: /falco-test .* findings/ }).waitFor();
  await page.getByRole('link', { name: 'What every version of evil-dep did' }).click();
  await page.getByText('1 version seen in 1 job of 1 project.').waitFor();
  await page
    .getByRole('row', { name: /Read of an SSH key ~\/\.ssh\/\S+|Read of an SSH key SSH key/ })
    .first()
    .waitFor();
  expect(await photograph(page, 'package')).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
});

test('a tarball that is refused says why on the page', async () => {
  const { page } = await watchedPage(browser);
  await page.goto(service.url);
  const nothing = { name: 'x.tgz', mimeType: 'application/gzip', buffer: Buffer.from('no archive') };
  await page.getByLabel('choose one').setInputFiles(nothing);
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('alert').filter({ hasText: 'Refused' }).waitFor({ timeout: 10_000 });
});
