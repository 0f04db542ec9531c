import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, configReference, loadConfig } from '../../../src/app/config/config.js';
import { maskedConfig } from '../../../src/app/config/masked-config.js';

const folder = mkdtempSync(join(tmpdir(), 'packwarden-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const S3 = {
  PACKWARDEN_STORE: 's3',
  PACKWARDEN_S3_ENDPOINT: 'https://s3.invalid',
  PACKWARDEN_S3_BUCKET: 'jobs',
  PACKWARDEN_S3_KEY_ID: 'id',
  PACKWARDEN_S3_SECRET: 'hunter2',
};

describe('the configuration', () => {
  it('is safe by default: loopback, registry egress, findings from WARNING', () => {
    const config = loadConfig({});
    expect(config.PACKWARDEN_HOST).toBe('127.0.0.1');
    expect(config.PACKWARDEN_EGRESS).toBe('registry');
    expect(config.PACKWARDEN_FAIL_ON).toBe('WARNING');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('reads a file, and lets the environment win', () => {
    const path = file('config.yaml', 'PACKWARDEN_PORT: 4000\nPACKWARDEN_GRACE_S: 3\n');
    const config = loadConfig({ PACKWARDEN_CONFIG: path, PACKWARDEN_PORT: '5000' });
    expect([config.PACKWARDEN_PORT, config.PACKWARDEN_GRACE_S]).toEqual([5000, 3]);
  });

  it.each([
    ['a port that is no number', { PACKWARDEN_PORT: 'http' }, 'PACKWARDEN_PORT'],
    ['a misspelt variable', { PACKWARDEN_PROT: '1' }, 'PACKWARDEN_PROT'],
    ['an unknown egress mode', { PACKWARDEN_EGRESS: 'everything' }, 'PACKWARDEN_EGRESS'],
    [
      'an issuer on whose instance any project could submit',
      { PACKWARDEN_GITLAB_ISSUERS: 'https://gitlab.com' },
      'may submit',
    ],
    [
      'everybody on a shared instance',
      { PACKWARDEN_GITLAB_ISSUERS: 'https://gitlab.com', PACKWARDEN_GITLAB_PROJECTS: 'https://GitLab.com/' },
      'name groups',
    ],
    [
      'a group of an instance that is no issuer',
      { PACKWARDEN_GITLAB_ISSUERS: 'https://gitlab.com', PACKWARDEN_GITLAB_PROJECTS: 'https://gitlab.example/acme' },
      'any of the issuers',
    ],
    [
      'a maximum that is narrower than the mode',
      { PACKWARDEN_EGRESS: 'open', PACKWARDEN_EGRESS_MAX: 'registry' },
      'PACKWARDEN_EGRESS_MAX',
    ],
    ['an upstream proxy of another kind', { PACKWARDEN_UPSTREAM_PROXY: 'socks5://proxy:1080' }, 'PACKWARDEN_UPSTREAM'],
    [
      'two ways for the same alerts',
      { PACKWARDEN_FALCO_GRPC: 'unix:///f.sock', PACKWARDEN_FALCO_FILE: '/f.json' },
      'PACKWARDEN_FALCO_GRPC and PACKWARDEN_FALCO_FILE',
    ],
    ['an unknown store', { PACKWARDEN_STORE: 'tape' }, 'PACKWARDEN_STORE'],
    [
      'a bucket of which nothing is known',
      { PACKWARDEN_STORE: 's3' },
      'needs PACKWARDEN_S3_ENDPOINT, PACKWARDEN_S3_BUCKET, PACKWARDEN_S3_CREDENTIALS_FILE',
    ],
    ['a key without its secret', { ...S3, PACKWARDEN_S3_SECRET: undefined }, 'PACKWARDEN_S3_CREDENTIALS_FILE'],
    ['two keys', { ...S3, PACKWARDEN_S3_CREDENTIALS_FILE: '/run/secrets/s3' }, 'set only one of them'],
    ['a bucket with a path', { ...S3, PACKWARDEN_S3_BUCKET: 'a/b' }, 'PACKWARDEN_S3_BUCKET'],
    ['a prefix without its slash', { ...S3, PACKWARDEN_S3_PREFIX: 'jobs' }, 'end with a slash'],
    ['an unknown priority', { PACKWARDEN_FAIL_ON: 'LOUD' }, 'PACKWARDEN_FAIL_ON'],
    ['an open door without credentials', { PACKWARDEN_HOST: '0.0.0.0' }, 'PACKWARDEN_TOKENS_FILE'],
    ['a file that is not there', { PACKWARDEN_CONFIG: '/nonexistent/config.yaml' }, '/nonexistent/config.yaml'],
    ['a file that is a list', { PACKWARDEN_CONFIG: file('list.yaml', '- a\n') }, 'must map'],
    ['files that fill the memory', { PACKWARDEN_MEMORY_BYTES: '1073741824' }, 'PACKWARDEN_DISK=volume'],
    [
      'a /tmp that fills the memory',
      { PACKWARDEN_DISK: 'volume', PACKWARDEN_TMP_BYTES: '4294967296' },
      'PACKWARDEN_TMP_BYTES = 4294967296 must stay below',
    ],
    ['a cache of next to nothing', { PACKWARDEN_CACHE_BYTES: '1' }, 'PACKWARDEN_CACHE_BYTES'],
    ['a home of nothing', { PACKWARDEN_HOME_BYTES: '0' }, 'PACKWARDEN_HOME_BYTES'],
    ['archives of no entries', { PACKWARDEN_MAX_ENTRIES: '0' }, 'PACKWARDEN_MAX_ENTRIES'],
    ['paths deeper than a path can be', { PACKWARDEN_MAX_DEPTH: '5000' }, 'PACKWARDEN_MAX_DEPTH'],
    ['a size that is no number', { PACKWARDEN_MAX_UNPACKED_BYTES: '2 GiB' }, 'PACKWARDEN_MAX_UNPACKED_BYTES'],
    ['an unknown place for it', { PACKWARDEN_DISK: 'tape' }, 'PACKWARDEN_DISK'],
  ])('refuses %s and says which', (_title, env, named) => {
    expect(() => loadConfig(env)).toThrow(ConfigError);
    expect(() => loadConfig(env)).toThrow(named);
  });

  it('takes a project larger than memory where it is on a disk', () => {
    const config = loadConfig({ PACKWARDEN_DISK: 'volume', PACKWARDEN_HOME_BYTES: String(20 * 1024 ** 3) });
    expect(config.PACKWARDEN_HOME_BYTES).toBe(20 * 1024 ** 3);
  });

  it('lets a whole checkout in by default', () => {
    expect(loadConfig({}).PACKWARDEN_MAX_ENTRIES).toBeGreaterThan(200_000);
  });

  it('shows no password', () => {
    const config = loadConfig({ PACKWARDEN_REDIS_URL: 'redis://user:hunter2@redis.example:6379' });
    expect(JSON.stringify(maskedConfig(config))).not.toContain('hunter2');
  });

  it('shows no password of the upstream proxy', () => {
    const config = loadConfig({ PACKWARDEN_UPSTREAM_PROXY: 'http://ci:hunter2@proxy.example:3128' });
    expect(maskedConfig(config)).toMatchObject({ PACKWARDEN_UPSTREAM_PROXY: 'http://***@proxy.example:3128' });
  });

  it('shows no secret of a bucket', () => {
    expect(JSON.stringify(maskedConfig(loadConfig(S3)))).not.toContain('hunter2');
  });

  it('explains every variable', () => {
    for (const { name, meaning } of configReference()) expect(meaning, name).not.toBe('');
  });
});
