import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Host } from '../../../src/app/doctor/host.js';
import { OWN_RULE_FILES } from '../../../src/app/own-rules.js';

export const NOW = Date.UTC(2026, 10, 30);
export const GIB = 1024 ** 3;

export const FALCO = `rule_matching: all
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
export const REDIS = {
  version: '7.0.15',
  nowMs: NOW,
  usedBytes: 1,
  maxBytes: 0,
  appendOnly: 'yes',
  appendSync: 'always',
  evictionPolicy: 'noeviction',
};
export const ENGINE = { version: '27.0', cgroupVersion: '2', canLimit: true, missingImages: [] };
export const READY = JSON.stringify({ parts: { redis: { ready: true }, alerts: { ready: true, canaryMs: 51 } } });

/** A machine where everything is well; `change` is what is not. */
export function host(
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

export const down = async (): Promise<never> => {
  throw new Error('connect ECONNREFUSED');
};
export const REDIS_URL = { PACKWARDEN_REDIS_URL: 'redis://redis.invalid:6379' };
export const GRPC = { PACKWARDEN_FALCO_GRPC: 'unix:///run/falco/falco.sock' };
export const S3 = {
  PACKWARDEN_STORE: 's3',
  PACKWARDEN_S3_ENDPOINT: 'https://s3.invalid',
  PACKWARDEN_S3_BUCKET: 'jobs',
  PACKWARDEN_S3_KEY_ID: 'id',
  PACKWARDEN_S3_SECRET: 'hunter2',
};
export const FILE = { PACKWARDEN_FALCO_FILE: '/var/log/falco/events.json' };
