import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults, launchBrowser, photograph, watchedPage } from '../../../support/browser.js';
import { finding, ID, job, report } from '../../reports.js';
import { type Service, startService } from '../../service.js';
import { hostileReport } from './hostile-report.js';
import { CONTEXT, gitlabRoutes, hostileSection } from './sections.js';

let service: Service;
let browser: Browser;
let url: string;

beforeAll(async () => {
  [service, browser] = await Promise.all([startService({ gitlab: gitlabRoutes(hostileSection) }), launchBrowser()]);
  url = `http://127.0.0.1:${service.port}`;
});

afterAll(async () => {
  await browser?.close();
  await service?.close();
});

test('10,000 hostile findings: nothing of them runs, nothing is wider than a phone, interactive within a second', async () => {
  service.queue.views.set(ID, job({ state: 'finished', report: hostileReport(), context: CONTEXT }));
  const { page, faults } = await watchedPage(browser);
  // The browser itself has to be warm.
  await page.goto(`${url}/`);
  await page.goto(`${url}/jobs/${ID}`);
  // From the navigation on, in milliseconds: the server's part is in it.
  const interactive = Number(await page.evaluate('performance.getEntriesByType("navigation")[0].domInteractive'));
  expect(interactive).toBeLessThan(1_000);
  expect(await page.title()).toMatch(/^findings: .* – Packwarden$/);
  expect(await page.evaluate('document.querySelectorAll("main script, main img, main b").length')).toBe(0);
  expect(await photograph(page, 'hostile')).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
});

test.each(['clean', 'incomplete'] as const)('a report that is %s: light, dark, wide, narrow', async (verdict) => {
  const incomplete =
    verdict === 'clean' ? [] : [{ code: 'sensor-lost', message: 'the alert source was lost during the job' }];
  const status = verdict === 'clean' ? 'finished' : 'incomplete';
  service.queue.views.set(
    ID,
    job({ state: status, report: report({ status, verdict, incomplete, log: 'added 3 packages' }) }),
  );
  const { page, faults } = await watchedPage(browser);
  await page.goto(`${url}/jobs/${ID}`);
  expect(await photograph(page, verdict)).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
});

test('what to do next is copied by a button, and on paper nothing stays folded', async () => {
  const evil = finding({ package: { name: 'evil-dep', version: '1.0.0', path: ['app', 'left-pad-ng', 'evil-dep'] } });
  const full = report({ verdict: 'findings', findings: [evil], log: 'added 3 packages' });
  service.queue.views.set(ID, job({ state: 'finished', report: full }));
  const { page, faults } = await watchedPage(browser);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${url}/jobs/${ID}`);
  await page.getByRole('link', { name: 'What to do next' }).click();
  await page.getByRole('button', { name: 'Copy' }).first().click();
  await page.getByRole('button', { name: 'Copied' }).waitFor({ timeout: 5_000 });
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('npm uninstall left-pad-ng');
  const isShown = () => page.evaluate('document.querySelector("pre.log").checkVisibility()');
  expect(await isShown()).toBe(false);
  await page.emulateMedia({ media: 'print' });
  expect(await isShown()).toBe(true);
  expect(faults).toEqual([]);
});

test('everything is reached with the keyboard, the content by the first link', async () => {
  service.queue.views.set(ID, job({ state: 'finished', report: report({ log: 'added 3 packages' }) }));
  const { page } = await watchedPage(browser);
  await page.goto(`${url}/jobs/${ID}`);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  expect(new URL(page.url()).hash).toBe('#main');
  for (let presses = 0; presses < 50; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate('document.activeElement.localName')) === 'summary') break;
  }
  await page.keyboard.press('Enter');
  await page.getByText('added 3 packages').waitFor({ state: 'visible', timeout: 5_000 });
});

test('without JavaScript a running job is loaded again, and a report is read', async () => {
  service.queue.views.set(ID, job({ state: 'installing' }));
  const { page } = await watchedPage(browser, { javaScriptEnabled: false });
  await page.goto(`${url}/jobs/${ID}`);
  await page.getByRole('link', { name: 'reload now' }).waitFor({ timeout: 5_000 });
  service.queue.views.set(ID, job({ state: 'finished', report: report() }));
  await page.getByRole('heading', { name: 'Clean' }).waitFor({ timeout: 10_000 });
});

test('the reference of the interface', async () => {
  const { page, faults } = await watchedPage(browser);
  await page.goto(`${url}/docs`);
  await page.getByRole('heading', { name: 'HTTP API' }).waitFor();
  expect(await photograph(page, 'docs')).toEqual([]);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
});
