import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
const QUIET = ['--disable-background-networking', '--disable-component-update'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SCREENSHOTS = 'build/screenshots';

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** A headless browser of this machine (`scripts/setup --only browser`). */
export function launchBrowser(): Promise<Browser> {
  const executablePath = EXECUTABLES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('no browser: run scripts/setup --only browser');
  return chromium.launch({ executablePath, args: [...ARGS, ...QUIET] });
}

/** A page that keeps what went wrong on it: script errors, refused by the policy, dialogs. */
export async function watchedPage(browser: Browser, options: { javaScriptEnabled?: boolean } = {}) {
  const context = await browser.newContext({ ...options, viewport: SIZES.desktop });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return { page, faults };
}

/** Takes the page at desktop and phone width, light and dark; returns where it is wider than its window. */
export async function photograph(page: Page, name: string): Promise<readonly string[]> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const tooWide: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const path = `${SCREENSHOTS}/${name}-${size}-${colorScheme}.png`;
      // A change of width sets bull-board's parts moving: they are shown where they end.
      await page.screenshot({ path, fullPage: true, animations: 'disabled' });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      if (Number(width) > viewport.width) tooWide.push(`${name}, ${size}: ${width} px`);
    }
  }
  return tooWide;
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Serious and critical faults that axe-core finds, light and dark. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // By the debugger, which the page's policy does not bind.
    await page.evaluate(AXE);
    const { violations } = (await page.evaluate('axe.run()')) as AxeResult;
    for (const { id, impact, nodes } of violations) {
      if (['serious', 'critical'].includes(impact)) faults.push(`${colorScheme} ${id}: ${nodes[0]?.html}`);
    }
  }
  return faults;
}
