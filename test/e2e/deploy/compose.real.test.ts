import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatToken } from '../../../src/api/auth/credentials.js';
import type { FullReport } from '../../../src/jobs/full-report.js';
import { entry, tarball } from '../../blobs/tar-writer.js';
import { eventually } from '../../support/service-process.js';

/** deploy/compose.yaml from nothing to a report, with the images that scripts/setup --only service has built. */
const FILE = fileURLToPath(new URL('../../../deploy/compose.yaml', import.meta.url));
const TOKEN = 'a-token-of-this-test';
/** The user of the API in its image. */
const API_USER = 10_001;
const secrets = mkdtempSync(join(tmpdir(), 'pw-compose-'));
let port: number;

const compose = (...args: readonly string[]): string =>
  execFileSync('docker-compose', ['-p', 'packwarden-test', '-f', FILE, ...args], {
    encoding: 'utf8',
    env: { ...process.env, PACKWARDEN_PORT: String(port), PACKWARDEN_SECRETS: secrets },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const found = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
  return found;
}

const healthOf = (name: string): string => {
  const id = compose('ps', '-q', name).trim();
  return execFileSync('docker', ['inspect', '--format', '{{.State.Health.Status}}', id], { encoding: 'utf8' }).trim();
};

const api = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...init.headers } });

beforeAll(async () => {
  port = await freePort();
  writeFileSync(join(secrets, 'tokens'), `${formatToken('ci', TOKEN)}\n`, { mode: 0o600 });
  chownSync(join(secrets, 'tokens'), API_USER, API_USER);
  compose('up', '-d');
}, 120_000);
afterAll(() => {
  compose('down', '--volumes', '--timeout', '20');
  rmSync(secrets, { recursive: true });
}, 120_000);

describe('docker-compose up', () => {
  it('every part becomes healthy, the worker by its canary', async () => {
    for (const name of ['redis', 'api', 'worker']) {
      await eventually(`${name} is healthy`, 120_000, () => healthOf(name) === 'healthy' || undefined).catch(
        (cause) => {
          throw new Error(compose('logs', '--tail', '30', name), { cause });
        },
      );
    }
  });

  it('lets in whoever has a token, and nobody else', async () => {
    const open = await fetch(`http://127.0.0.1:${port}/v1/projects`);
    expect([open.status, (await api('/v1/projects')).status]).toEqual([401, 200]);
    expect((await fetch(`http://127.0.0.1:${port}/cli.tgz`)).status).toBe(200);
  });

  it('watches a job from end to end, decoys too, and names who did it', async () => {
    const manifest = JSON.stringify({
      name: 'app',
      version: '1.0.0',
      scripts: { postinstall: `node -e "try { require('fs').readFileSync('/etc/shadow') } catch {}"` },
    });
    const sent = await api('/v1/jobs?ecosystem=npm', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(tarball(entry({ path: 'package.json', body: Buffer.from(manifest) }))),
    });
    const { id } = (await sent.json()) as { id: string };
    const report = await eventually('a report', 150_000, async () => {
      const job = (await (await api(`/v1/jobs/${id}`)).json()) as FullReport;
      return 'verdict' in job ? job : undefined;
    });
    expect(report.monitoring).toMatchObject({ proven: true, drops: 0, witness: { state: 'watching' } });
    expect([report.verdict, report.incomplete]).toEqual(['findings', []]);
    expect(report.findings.map(({ rule }) => rule)).toContain('Read of the password database');
  });
});
