import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from '../test/support/browser.js';
import { reportOf, submit } from '../test/support/client.js';
import { dataFolder, ServiceProcess } from '../test/support/service-process.js';
import { packFolder } from '../test/support/tarballs.js';

/**
 * npm run screenshots: detonates falco-test/ in a service of its own and photographs the report's page for the README.
 * Needs what `npm run setup` and `scripts/setup --only browser` install.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = `${ROOT}docs/images`;
const SIZE = { width: 1280, height: 860 };

async function photographReport(url: string, id: string): Promise<void> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' });
    await page.goto(`${url}/jobs/${id}`);
    await page.getByRole('heading', { name: 'Findings', level: 1 }).waitFor();
    await page.screenshot({ path: `${FOLDER}/report.png`, animations: 'disabled' });
  } finally {
    await browser.close();
  }
}

const folder = dataFolder();
const service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: folder.path });
try {
  await service.ready();
  const id = await submit(service.url, await packFolder(`${ROOT}falco-test`));
  await reportOf(service.url, id);
  mkdirSync(FOLDER, { recursive: true });
  await photographReport(service.url, id);
  console.log(`${FOLDER}/report.png`);
} finally {
  await service.stop();
  folder.remove();
}
