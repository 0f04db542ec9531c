import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/app/config/config.js';
import { examine } from '../../src/app/doctor/doctor.js';
import type { Host } from '../../src/app/doctor/host.js';
import { OWN_RULE_FILES } from '../../src/app/own-rules.js';
import { Cli } from '../cli/run-cli.js';

const NOW = Date.UTC(2026, 10, 30);
const GIB = 1024 ** 3;
const folder = mkdtempSync(join(tmpdir(), 'pw-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FALCO = `rule_matching: all
json_output: true
rules_files:
${OWN_RULE_FILES.map((file) => `  - /etc/falco/packwarden/${basename(file)}`).join('\n')}
`;
const TEXTS: Readonly<Record<string, string>> = {
  '/etc/falco/falco.yaml': FALCO,
  ...Object.fromEntries(
    OWN_RULE_FILES.map((file) => [`/etc/falco/packwarden/${basename(file)}`, readFileSync(file, 'utf8')]),
  ),
};
const REDIS = {
  version: '7.0.15',
  nowMs: NOW,
  usedBytes: 1,
  maxBytes: 0,
  appendOnly: 'yes',
  appendSync: 'always',
  evictionPolicy: 'noeviction',
};
const ENGINE = { version: '27.0', cgroupVersion: '2', canLimit: true, missingImages: [] };
const READY = JSON.stringify({ parts: { redis: { ready: true }, alerts: { ready: true, canaryMs: 51 } } });

/** A machine where everything is well; `change` is what is not. */
function host(
  change: Partial<Host> & { readonly missing?: RegExp; readonly texts?: Record<string, string> } = {},
): Host {
  const { missing = /^$/, texts = {}, ...rest } = change;
  return {
    release: '6.1.0-28-amd64',
    arch: 'x64',
    isRoot: true,
    nowMs: () => NOW,
    readText: async (path) => texts[path] ?? (missing.test(path) ? null : (TEXTS[path] ?? null)),
    exists: async (path) => !missing.test(path),
    hasProgram: async (name) => !missing.test(name),
    freeBytes: async () => 500 * GIB,
    isWritable: async () => true,
    get: async (url) => ({
      status: 200,
      dateMs: NOW,
      text: url.includes('/readyz') ? READY : '{"falco_version":"0.45.0"}',
    }),
    engine: async () => ENGINE,
    redis: async () => REDIS,
    storeFault: async () => null,
    falcoVersion: async () => '0.42.1',
    ...rest,
  };
}

const down = async (): Promise<never> => {
  throw new Error('connect ECONNREFUSED');
};
const REDIS_URL = { PACKWARDEN_REDIS_URL: 'redis://redis.invalid:6379' };
const GRPC = { PACKWARDEN_FALCO_GRPC: 'unix:///run/falco/falco.sock' };
const S3 = {
  PACKWARDEN_STORE: 's3',
  PACKWARDEN_S3_ENDPOINT: 'https://s3.invalid',
  PACKWARDEN_S3_BUCKET: 'jobs',
  PACKWARDEN_S3_KEY_ID: 'id',
  PACKWARDEN_S3_SECRET: 'hunter2',
};
const FILE = { PACKWARDEN_FALCO_FILE: '/var/log/falco/events.json' };

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

  it('tells the canary, and which clocks agree', async () => {
    const checks = await examine(host(), loadConfig({ ...REDIS_URL, PACKWARDEN_DATA_DIR: '/data' }), 'all');
    const messages = Object.fromEntries(checks.map(({ name, message }) => [name, message]));
    expect(messages.service).toContain('its canary came back in 51 ms');
    expect(messages.clock).toBe('within 5 s of Redis and https://registry.npmjs.org/');
  });
});

const MISSING: readonly (readonly [
  title: string,
  on: Host,
  env: Record<string, string>,
  name: string,
  status: 'warn' | 'fail',
  words: string,
])[] = [
  ['an old kernel', host({ release: '5.10.0' }), {}, 'kernel', 'fail', 'needs 5.15'],
  ['a kernel of another processor', host({ arch: 'arm64' }), {}, 'kernel', 'fail', 'x86_64'],
  ['an older kernel, with Falco', host({ release: '5.4.0' }), FILE, 'kernel', 'warn', 'decoys'],
  ['no BTF', host({ missing: /btf/ }), {}, 'btf', 'fail', 'eBPF programs can'],
  ['no control groups', host({ missing: /cgroup/ }), {}, 'cgroups', 'fail', "can't be limited"],
  ['no witness', host({ missing: /packwarden-witness/ }), {}, 'witness', 'warn', 'not built'],
  ['no probe', host({ missing: /packwarden-probe/ }), {}, 'sensor', 'fail', 'not built'],
  ['no Docker', host({ engine: down }), {}, 'docker', 'fail', 'no Docker engine answers at /var/run/docker.sock'],
  [
    'an engine without limits',
    host({ engine: async () => ({ ...ENGINE, canLimit: false }) }),
    {},
    'docker',
    'fail',
    'limit memory',
  ],
  [
    'no images',
    host({ engine: async () => ({ ...ENGINE, missingImages: ['packwarden/sandbox-npm:1'] }) }),
    {},
    'images',
    'fail',
    'packwarden/sandbox-npm:1',
  ],
  [
    'an S3 store that does not answer',
    host({ storeFault: async () => 'the store (S3) can’t be reached' }),
    S3,
    'store',
    'fail',
    'bucket jobs at https://s3.invalid: the store (S3) can’t be reached',
  ],
  ['tarballs in Redis', host(), { PACKWARDEN_STORE: 'redis' }, 'store', 'warn', 'memory of Redis'],
  ['no Falco', host({ falcoVersion: down }), GRPC, 'falco', 'fail', 'no Falco answers over gRPC'],
  ['an old Falco', host({ falcoVersion: async () => '0.39.2' }), GRPC, 'falco-version', 'fail', 'older than 0.40'],
  [
    'the last Falco with gRPC',
    host({ falcoVersion: async () => '0.43.1' }),
    GRPC,
    'falco-version',
    'warn',
    'have no gRPC',
  ],
  [
    'no file of Falco',
    host({ missing: /events\.json/ }),
    FILE,
    'falco',
    'fail',
    '/var/log/falco/events.json does not exist',
  ],
  ['no configuration of Falco', host({ missing: /falco\.yaml/ }), FILE, 'falco-rules', 'warn', 'not known'],
  [
    'a configuration that is none',
    host({ texts: { '/etc/falco/falco.yaml': 'a: [' } }),
    FILE,
    'falco-rules',
    'fail',
    'not a valid configuration',
  ],
  [
    'a rule file that is not there',
    host({ missing: /packwarden_escape/ }),
    FILE,
    'falco-rules',
    'fail',
    'packwarden_escape.yaml',
  ],
  [
    'a rule file of another version',
    host({ texts: { '/etc/falco/packwarden/packwarden_network.yaml': '' } }),
    FILE,
    'falco-rules',
    'fail',
    'packwarden_network.yaml',
  ],
  [
    "Falco's own rule_matching",
    host({ texts: { '/etc/falco/falco.yaml': FALCO.replace('all', 'first') } }),
    FILE,
    'falco-matching',
    'fail',
    'hides the others',
  ],
  [
    'alerts in plain text',
    host({ texts: { '/etc/falco/falco.yaml': FALCO.replace('true', 'false') } }),
    FILE,
    'falco-json',
    'fail',
    'json_output',
  ],
  ['no redis-server', host({ missing: /redis-server/ }), {}, 'redis', 'fail', 'redis-server not found'],
  ['no Redis', host({ redis: down }), REDIS_URL, 'redis', 'fail', 'no Redis answers'],
  [
    'a Redis that keeps nothing',
    host({ redis: async () => ({ ...REDIS, appendOnly: 'no' }) }),
    REDIS_URL,
    'redis-persistence',
    'fail',
    'a restart loses',
  ],
  [
    'a Redis that keeps most',
    host({ redis: async () => ({ ...REDIS, appendSync: 'everysec' }) }),
    REDIS_URL,
    'redis-persistence',
    'warn',
    'last second',
  ],
  [
    'a Redis that tells nothing',
    host({ redis: async () => ({ ...REDIS, appendOnly: '' }) }),
    REDIS_URL,
    'redis-persistence',
    'warn',
    'does not say',
  ],
  [
    'a Redis that forgets',
    host({ redis: async () => ({ ...REDIS, evictionPolicy: 'allkeys-lru' }) }),
    REDIS_URL,
    'redis-eviction',
    'fail',
    'allkeys-lru',
  ],
  [
    'a full Redis',
    host({ redis: async () => ({ ...REDIS, usedBytes: 9, maxBytes: 10 }) }),
    REDIS_URL,
    'redis',
    'warn',
    '80 %',
  ],
  ['a full disk', host({ freeBytes: async () => GIB / 2 }), {}, 'disk', 'fail', '0.5 GiB free'],
  ['a small disk', host({ freeBytes: async () => 2 * GIB }), {}, 'disk', 'warn', '2.0 GiB free'],
  ['a folder of somebody else', host({ isWritable: async () => false }), {}, 'disk', 'fail', "can't write to /data"],
  ['a disk that can not be asked', host({ freeBytes: down }), {}, 'disk', 'fail', 'could not be checked'],
  [
    'a clock that is wrong',
    host({ nowMs: () => NOW - 120_000 }),
    {},
    'clock',
    'fail',
    '120 s behind https://registry.npmjs.org/',
  ],
  ['a clock that drifts', host({ nowMs: () => NOW + 8_000 }), {}, 'clock', 'warn', '8 s ahead of'],
  ['no openssl', host({ missing: /openssl/ }), {}, 'openssl', 'fail', 'openssl was not found'],
  ['no CA file', host(), { PACKWARDEN_CA_FILE: '/ca.pem' }, 'certificate PACKWARDEN_CA_FILE', 'fail', "can't be read"],
  [
    'a CA file that is none',
    host({ texts: { '/ca.pem': '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----' } }),
    { PACKWARDEN_CA_FILE: '/ca.pem' },
    'certificate PACKWARDEN_CA_FILE',
    'fail',
    'contains no certificate',
  ],
];

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
