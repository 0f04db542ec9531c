import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/app/config/config.js';
import { examine } from '../../../src/app/doctor/doctor.js';
import type { Host } from '../../../src/app/doctor/host.js';
import { Cli } from '../../cli/run-cli.js';
import { down, FILE, GRPC, host, NOW, REDIS_URL, S3 } from './hosts.js';
import { MISSING } from './missing-parts.js';

const folder = mkdtempSync(join(tmpdir(), 'pw-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function notWell(on: Host, env: Record<string, string> = {}, role: 'all' | 'api' | 'worker' = 'all') {
  const checks = await examine(on, loadConfig({ PACKWARDEN_DATA_DIR: '/data', ...env }), role);
  return checks.filter(({ status }) => status !== 'pass');
}

describe('a machine where everything is well', () => {
  it.each([
    ['with the embedded sensor and a Redis of its own', {}],
    ['with Falco over gRPC, and another Redis', { ...GRPC, ...REDIS_URL }],
    ['with a file of Falco', FILE],
    ['with a bucket', S3],
    ['with a Falco that posts', { PACKWARDEN_FALCO_HTTP_SECRET: 'a-secret-of-this-test' }],
  ])('%s', async (_title, env) => {
    expect(await notWell(host(), env)).toEqual([]);
  });

  it('reports the canary, and which clocks agree', async () => {
    const checks = await examine(host(), loadConfig({ ...REDIS_URL, PACKWARDEN_DATA_DIR: '/data' }), 'all');
    const messages = Object.fromEntries(checks.map(({ name, message }) => [name, message]));
    expect(messages.service).toContain('its canary came back in 51 ms');
    expect(messages.clock).toBe('within 5 s of Redis and https://registry.npmjs.org/');
  });
});

describe('what is missing is named, with the way out, and nothing else', () => {
  it.each(MISSING)('%s', async (_title, on, env, name, status, words) => {
    const found = await notWell(on, env);
    expect(found).toEqual([expect.objectContaining({ name, status, message: expect.stringContaining(words) })]);
    expect(found[0]?.fix).toEqual(expect.stringMatching(/\w/));
  });

  it('no registry: then there is no clock to compare with either', async () => {
    const get: Host['get'] = async (url) => (url.includes('npmjs') ? down() : host().get(url));
    const found = await notWell(host({ get }));
    expect(found.map(({ name, status }) => [name, status])).toEqual([
      ['registry', 'fail'],
      ['clock', 'warn'],
    ]);
  });

  it('a service that is not ready, by its parts; or that does not run', async () => {
    const parts = { docker: { ready: false, reason: 'no engine' }, redis: { ready: true } };
    const get: Host['get'] = async (url) =>
      url.includes('/readyz') ? { status: 503, dateMs: NOW, text: JSON.stringify({ parts }) } : host().get(url);
    expect(await notWell(host({ get }))).toEqual([
      expect.objectContaining({
        name: 'service',
        status: 'fail',
        message: expect.stringContaining('docker: no engine'),
      }),
    ]);
    const away: Host['get'] = async (url) => (url.includes('/readyz') ? down() : host().get(url));
    expect(await notWell(host({ get: away }))).toEqual([expect.objectContaining({ name: 'service', status: 'warn' })]);
  });

  it('an API host needs no kernel, Docker or Falco', async () => {
    const bare = host({ release: '4.1', engine: down, falcoVersion: down, missing: /btf|cgroup|packwarden-/ });
    expect(await notWell(bare, { ...GRPC, ...REDIS_URL }, 'api')).toEqual([]);
  });

  it('certificates that have ended, or will soon', async () => {
    const pem = (days: number): string => {
      const key = join(folder, 'k.pem');
      const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x'];
      return execFileSync('openssl', [...args, '-keyout', key, '-days', String(days)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    };
    const of = async (days: number, more = '') => {
      const texts = { '/ca.pem': pem(days) + more };
      const found = await notWell(host({ texts, nowMs: () => Date.now() + 5 * 86_400_000, get: down }), {
        PACKWARDEN_CA_FILE: '/ca.pem',
      });
      return found.find(({ name }) => name.startsWith('certificate'))?.status;
    };
    expect([await of(1), await of(7), await of(90), await of(1, pem(90))]).toEqual([
      'fail',
      'warn',
      undefined,
      undefined,
    ]);
  });
});

it('packwarden doctor --json: the real machine, in the form that programs read', async () => {
  const env = {
    PACKWARDEN_DATA_DIR: folder,
    PACKWARDEN_DOCKER_SOCKET: join(folder, 'none.sock'),
    PACKWARDEN_REGISTRY: 'http://127.0.0.1:9/',
    PACKWARDEN_PORT: '9',
  };
  const { code, stdout } = await new Cli(['doctor', '--json'], env).ended;
  expect(code).toBe(1);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string }[] };
  const by = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
  expect(by).toMatchObject({ docker: 'fail', registry: 'fail', service: 'warn' });
});
