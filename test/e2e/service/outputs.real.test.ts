import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { receiver } from '../../outputs/receiver.js';
import { reportOf, submit } from '../../support/client.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { projectWithScript } from '../../support/tarballs.js';

/** A service that notifies a webhook, and a Falcosidekick that answers 500 for as long as a test wants. */
const data = dataFolder();
let service: ServiceProcess;
let hook: Awaited<ReturnType<typeof receiver>>;
let sidekick: Awaited<ReturnType<typeof receiver>>;
let sidekickStatus = 500;

const start = (): Promise<ServiceProcess> =>
  ServiceProcess.start({
    PACKWARDEN_DATA_DIR: data.path,
    PACKWARDEN_PUBLIC_URL: 'https://packwarden.example',
    PACKWARDEN_WEBHOOK_URL: `${hook.url}/hook`,
    PACKWARDEN_WEBHOOK_SECRET_FILE: join(data.path, 'secret'),
    PACKWARDEN_FORWARD_URL: sidekick.url,
  });

beforeAll(async () => {
  hook = await receiver(() => ({ status: 200 }));
  sidekick = await receiver(() => ({ status: sidekickStatus }));
  writeFileSync(join(data.path, 'secret'), 'a secret of thirty characters!\n');
  service = await start();
  await service.ready();
});
afterAll(async () => {
  await service?.stop();
  hook.close();
  sidekick.close();
  data.remove();
});

const metric = async (name: string): Promise<string | undefined> =>
  (await (await fetch(`${service.url}/metrics`)).text()).split('\n').find((line) => line.startsWith(name));

it('notifies each receiver once, independently of the other, also across a restart', async () => {
  const id = await submit(service.url, await projectWithScript(''));
  const report = await reportOf(service.url, id);
  await eventually('the webhook', 30_000, () => hook.received.length > 0 || undefined);
  const document = JSON.parse(hook.received[0]?.body ?? '');
  expect(document).toMatchObject({ id, verdict: report.verdict, report: `https://packwarden.example/jobs/${id}` });
  await eventually('a try', 30_000, () => sidekick.received.length > 0 || undefined);
  expect(await metric('packwarden_outputs{output="falco",state="waiting"}')).toMatch(/ 1$/);

  await service.stop();
  sidekickStatus = 200;
  sidekick.received.length = 0;
  service = await start();
  await eventually('what had waited', 60_000, () => sidekick.received.length > 0 || undefined);
  await eventually(
    'none waits',
    30_000,
    async () => / 0$/.test((await metric('packwarden_outputs{output="falco",state="waiting"}')) ?? '') || undefined,
  );
  const rules = sidekick.received.map(({ body }) => JSON.parse(body).rule as string);
  expect(rules).toEqual([...report.findings.map(({ rule }) => rule), 'Packwarden verdict']);
  expect(hook.received).toHaveLength(1);
});
