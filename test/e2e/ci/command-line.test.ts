import { createHash } from 'node:crypto';
import { chmodSync, readdirSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashToken } from '../../../src/api/auth/credentials.js';
import { report } from '../../api/reports.js';
import { type Service, startService } from '../../api/service.js';
import { packClient } from '../../cli/client-package.js';
import { folderOf } from '../../cli/run-cli.js';
import { eventually } from '../../support/service-process.js';
import { type CiJob, componentJob, includedJob, runJob } from './template.js';

/** Where the jobs of ci/ and templates/ get the command from that they run beside the job's ID token. */
const tools = folderOf({});
let client: Buffer;
let service: Service;
let url: string;

beforeAll(async () => {
  client = packClient(join(tools.path, 'cli.tgz'));
  service = await startService({ commandLine: client, tokens: [{ name: 'ci', digest: hashToken('a-token') }] });
  url = `http://127.0.0.1:${service.port}`;
});
afterAll(async () => {
  await service.close();
  tools.remove();
});

const integrity = (bytes: Buffer): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** A checkout that would run its own program wherever a name is looked up in it. */
function hostileCheckout() {
  const trap = '#!/bin/sh\necho RAN-THE-CHECKOUT >&2\nexit 0\n';
  const programs = ['packwarden', 'node', 'npx', 'npm', 'tar', 'mktemp'].map((name) => `node_modules/.bin/${name}`);
  const checkout = folderOf({
    'package.json': { name: 'app', version: '1.0.0', bin: { packwarden: 'node_modules/.bin/packwarden' } },
    '.npmrc': 'registry=http://127.0.0.1:9/\nnode-options=--require=./trap.cjs\nscript-shell=./trap\n',
    'node_modules/packwarden/package.json': { name: 'packwarden', version: '99.0.0', bin: 'x' },
    'trap.cjs': 'console.error("RAN-THE-CHECKOUT")',
    ...Object.fromEntries(programs.map((name) => [name, trap])),
  });
  for (const name of programs) chmodSync(join(checkout.path, name), 0o755);
  return checkout;
}

const JOBS: readonly (readonly [string, (inputs: Record<string, string>) => CiJob])[] = [
  ['ci/packwarden.gitlab-ci.yml', () => includedJob('ci/packwarden.gitlab-ci.yml')],
  ['templates/packwarden.yml', (inputs) => componentJob('templates/packwarden.yml', inputs)],
];

describe.each(JOBS)('%s', (_name, template) => {
  async function run(address: string, pinned: string) {
    const checkout = hostileCheckout();
    const temporary = folderOf({});
    service.queue.specs.length = 0;
    const started = runJob(template({ url: address, 'cli-integrity': pinned, 'retry-for': '5' }), checkout.path, {
      PACKWARDEN_URL: address,
      PACKWARDEN_CLI_INTEGRITY: pinned,
      PACKWARDEN_RETRY_FOR: '5',
      PACKWARDEN_TOKEN: 'a-token',
      TMPDIR: temporary.path,
    });
    const id = await eventually('a job or the end', 15_000, () =>
      started.child.exitCode === null ? service.queue.specs[0]?.id : 'none',
    );
    const view = service.queue.views.get(id);
    if (view !== undefined) service.queue.views.set(id, { ...view, state: 'finished', report: report({ id }) });
    const { code, output } = await started.ended;
    const left = readdirSync(temporary.path);
    checkout.remove();
    temporary.remove();
    return { code, output, left };
  }

  it.each([
    ['as it is', ''],
    ['pinned', 'pinned'],
  ])("runs the service's command line and no file of the checkout: %s", async (_title, pin) => {
    const { code, output, left } = await run(url, pin === '' ? '' : integrity(client));
    expect([code, output]).toEqual([0, expect.stringContaining('verdict clean')]);
    expect(output).not.toContain('RAN-THE-CHECKOUT');
    expect(left).toEqual([]);
  });

  it('runs nothing if the hash is not the pinned one', async () => {
    const { code, output } = await run(url, integrity(Buffer.from('another')));
    expect([code, output]).toEqual([2, expect.stringContaining('PACKWARDEN_CLI_INTEGRITY says sha512-')]);
    expect(service.queue.specs).toEqual([]);
  });

  it('fails at once if the service has none', async () => {
    const without = await startService();
    const { code, output } = await run(`http://127.0.0.1:${without.port}`, '');
    expect([code, output]).toEqual([2, expect.stringContaining('/cli.tgz: the service answers 404')]);
    await without.close();
  });

  it('retries while a service is briefly unreachable', async () => {
    let refusals = 2;
    const front = createServer((incoming, outgoing) => {
      if (incoming.url === '/cli.tgz' && refusals > 0) {
        refusals -= 1;
        outgoing.writeHead(503).end();
        return;
      }
      const { method, headers, url: path } = incoming;
      const onward = request({ port: service.port, host: '127.0.0.1', method, headers, path }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { code, output } = await run(`http://127.0.0.1:${(front.address() as AddressInfo).port}`, '');
    front.closeAllConnections();
    front.close();
    expect([code, output]).toEqual([0, expect.stringContaining('it answers 503; retrying in 1 s')]);
  });
});
