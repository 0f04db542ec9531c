import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { makeDecoys } from '../../src/sandbox/decoys/make.js';

const HOME = '/home/ci';
const decoys = makeDecoys(randomBytes, HOME);
const content = (path: string): string => decoys.files.find((file) => file.path === `${HOME}/${path}`)?.content ?? '';

/** What a file holds in base64, as Docker's `auth` does. */
const unpacked = (text: string): string =>
  (text.match(/[\w+/]{24,}={0,2}/g) ?? []).map((word) => Buffer.from(word, 'base64').toString()).join(' ');

describe('a decoy', () => {
  it('is nowhere the same as in another job', () => {
    const other = makeDecoys(randomBytes, HOME);
    const values = ({ files, variables }: typeof decoys): string[] => [
      ...files.flatMap(({ secrets }) => secrets),
      ...variables.map(({ value }) => value),
    ];
    const ours = new Set(values(decoys));
    expect(values(other).filter((value) => ours.has(value))).toEqual([]);
  });

  it('holds the secret by which it is found again, long enough not to be met by chance', () => {
    for (const { path, content, secrets } of decoys.files) {
      for (const secret of secrets) {
        expect(`${content} ${unpacked(content)}`, path).toContain(secret);
        expect(secret.length, path).toBeGreaterThanOrEqual(16);
      }
    }
  });

  it('leads nowhere: its hosts end in .invalid', () => {
    const hosts = decoys.files.flatMap(
      ({ content }) => content.match(/(?<=\/\/|@|machine )[a-z0-9.-]+\.[a-z]+/g) ?? [],
    );
    expect(hosts.length).toBeGreaterThan(5);
    expect(hosts.filter((host) => !host.endsWith('.invalid'))).toEqual([]);
  });

  it.each(['id_rsa', 'id_ed25519'])('an SSH key is one that OpenSSH takes: %s', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'pw-key-'));
    try {
      writeFileSync(join(folder, 'key'), content(`.ssh/${name}`), { mode: 0o600 });
      expect(execFileSync('ssh-keygen', ['-y', '-f', join(folder, 'key')], { encoding: 'utf8' })).toMatch(
        /^ssh-ed25519 /,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['.aws/credentials', /^aws_access_key_id = AKIA[A-Z2-7]{16}$/m],
    ['.npmrc', /:_authToken=npm_\w{36}$/m],
    ['.git-credentials', /^https:\/\/ci:glpat-\w{20}@/],
    ['.netrc', /^machine \S+ login ci password glpat-\w{20}$/m],
    ['.config/gh/hosts.yml', /oauth_token: ghp_\w{36}$/m],
    ['.vault-token', /^hvs\.\w{90}$/],
  ])('%s looks as its kind does', (path, form) => {
    expect(content(path)).toMatch(form);
  });

  it('structured files parse', () => {
    const json = decoys.files.filter(({ path }) => /\.json$|keystore/.test(path));
    for (const { content } of json) expect(JSON.parse(content)).toBeTypeOf('object');
    expect(json.length).toBeGreaterThan(6);
    for (const path of ['.kube/config', '.config/gh/hosts.yml', '.yarnrc.yml']) {
      expect(parseYaml(content(path)), path).toBeTypeOf('object');
    }
  });

  it('stands in the variables that a CI job has', () => {
    const names = decoys.variables.map(({ variable }) => variable);
    expect(names).toEqual(expect.arrayContaining(['CI_JOB_TOKEN', 'NPM_TOKEN', 'AWS_SECRET_ACCESS_KEY']));
  });
});
