import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parentDomain } from '../../../src/egress/content/data-names.js';
import { HostNameStats } from '../../../src/egress/content/host-name-stats.js';

const chunks = (text: string, size: number) => text.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
const times = (count: number, make: (i: number) => string) => Array.from({ length: count }, (_, i) => make(i));
const sha = (i: number) => createHash('sha1').update(String(i)).digest('hex');
const secret = createHash('sha512').update('a').digest('hex');
const base32 = (bytes: Buffer) => [...bytes].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte & 31]).join('');

function judge(names: readonly string[]) {
  const book = new HostNameStats(() => 1);
  for (const name of names) book.note(name, { via: 'dns' });
  return book.dataNames();
}

const DATA: readonly [what: string, names: readonly string[], parent: string][] = [
  ['hexadecimal in 30-byte labels', chunks(secret, 30).map((part, i) => `${part}.${i}.x.evil.invalid`), 'evil.invalid'],
  ['several labels in one name', [`${chunks(secret, 30).slice(0, 3).join('.')}.evil.invalid`], 'evil.invalid'],
  ['base32, numbered', times(8, (i) => `${i}-${base32(randomBytes(30))}.t.evil.invalid`), 'evil.invalid'],
  [
    'a token in base32, four labels of which one has hardly a digit',
    // The npm decoy of a job, as its python tunnel sent it.
    [
      'f4xw44dnfzrw64tqfzuw45tbnruwil.0.evil.invalid',
      'z2l5qxk5dikrxwwzlohvxha3k7onve.30.evil.invalid',
      'y2cijjvwumswi5teqyzzinitqolikb.60.evil.invalid',
      'atkssrkbcwqsd2hbltgulplafa.90.evil.invalid',
    ],
    'evil.invalid',
  ],
  ['small pieces', chunks(secret.repeat(2), 10).map((part, i) => `${part}.${i}.evil.invalid`), 'evil.invalid'],
  ['below a country', times(6, (i) => `${sha(i)}.evil.co.uk`), 'evil.co.uk'],
  ['a flood of words', times(220, (i) => `word${i}.evil.invalid`), 'evil.invalid'],
  [
    'behind a thousand other parents',
    [...times(1_000, (i) => `a.site${i}.invalid`), ...times(6, (i) => `${sha(i)}.evil.invalid`)],
    'evil.invalid',
  ],
  [
    'before a thousand other parents',
    [...times(6, (i) => `${sha(i)}.evil.invalid`), ...times(1_000, (i) => `a.site${i}.invalid`)],
    'evil.invalid',
  ],
];

const HONEST: readonly [what: string, names: readonly string[]][] = [
  ['registries', ['registry.npmjs.org', 'registry.yarnpkg.com', 'npm.pkg.github.com', 'registry.npmmirror.com']],
  ['CDN hosts', ['d1a2b3c4.cloudfront.net', 'd111111abcdef8.cloudfront.net', 'dualstack.j.sni.global.fastly.net']],
  ['several CDN hosts', times(10, (i) => `d${i}a2b3c4e5f6g7.cloudfront.net`)],
  ['load balancers', times(3, (i) => `a1b2c3d4e5f6a7b8c9${i}-123456789.us-east-1.elb.amazonaws.com`)],
  ['one content hash', [`${sha(1)}.ipfs.example.org`]],
  ['one content id', ['bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi.ipfs.dweb.link']],
  ['one digest, again and again', times(500, () => `${sha(1)}.example.org`)],
  [
    'GitHub',
    [
      'api.github.com',
      'codeload.github.com',
      'objects.githubusercontent.com',
      'raw.githubusercontent.com',
      'release-assets.githubusercontent.com',
      'github-production-release-asset-2e65be.s3.amazonaws.com',
    ],
  ],
  ['cloud computers', times(12, (i) => `ec2-52-23-${i}-17.compute-1.amazonaws.com`)],
  [
    'browsers of a test runner',
    ['cdn.playwright.dev', 'playwright.download.prss.microsoft.com', 'storage.googleapis.com', 'edgedl.me.gvt1.com'],
  ],
  [
    'a search domain behind every host',
    ['registry.npmjs.org.corp.example', 'github.com.corp.example', 'nodejs.org.corp.example'],
  ],
  [
    'long words',
    [
      'internationalization.example.org',
      'elasticloadbalancing.example.org',
      'vscodeextensions2024.example.org',
      'objectstorageservice.example.org',
      'accountmanagement.example.org',
      'secondarydatacenter02.example.org',
    ],
  ],
  ['addresses', times(300, (i) => `10.0.${i % 250}.${(i * 7) % 250}`)],
  ['versions and platforms', times(12, (i) => `node-v24-linux-x64-glibc2-${i}.mirror.example.org`)],
];

describe('names that carry data', () => {
  it.each(DATA)('%s', (_what, names, parent) => {
    const [found, ...more] = judge(names);
    expect(more).toEqual([]);
    expect(found?.parent).toBe(parent);
    expect(names).toContain(found?.example);
    expect(found?.names).toBeGreaterThan(0);
  });

  it('a long one is certain, and counted', () => {
    expect(judge(times(40, (i) => `${sha(i)}.${i}.evil.invalid`))).toEqual([
      expect.objectContaining({ names: 40, payload: 40 * 40, severity: 'certain' }),
    ]);
  });
});

describe('honest names', () => {
  it.each(HONEST)('%s', (_what, names) => {
    expect(judge(names)).toEqual([]);
  });
});

it.each([
  ['evil.invalid', 'evil.invalid'],
  ['a.b.evil.invalid', 'evil.invalid'],
  ['a.b.evil.co.uk', 'evil.co.uk'],
  ['evil.uk', 'evil.uk'],
  ['localhost', 'localhost'],
  ['10.1.2.3', '10.1.2.3'],
  ['fd00::1', 'fd00::1'],
])('the parent of %s is %s', (host, parent) => expect(parentDomain(host)).toBe(parent));
