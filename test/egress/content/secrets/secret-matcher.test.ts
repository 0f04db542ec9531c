import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FRAGMENT, SecretMatcher } from '../../../../src/egress/content/secrets/secret-matcher.js';

const TOKEN = 'npm_Xk29fQpL7vRt3WsZ8yBnC4dMhJ6gUeA1oTiD';
const AWS = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYzQ8aVb2Lk9';
const matcher = new SecretMatcher([
  { name: 'npm token', value: TOKEN },
  { name: 'AWS credentials', value: AWS },
]);

const b64 = (text: string) => Buffer.from(text).toString('base64');
const hex = (text: string) => Buffer.from(text).toString('hex');

function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

const FOUND: readonly [what: string, text: string, secret: string, encoding: string][] = [
  ['the value', `token=${TOKEN}&x=1`, 'npm token', 'plain'],
  ['in upper case', TOKEN.toUpperCase(), 'npm token', 'plain'],
  ['its middle alone', TOKEN.slice(10, 10 + FRAGMENT), 'npm token', 'plain'],
  ['with JSON around it', JSON.stringify({ env: { NPM_TOKEN: TOKEN } }), 'npm token', 'plain'],
  ['with specials', AWS, 'AWS credentials', 'plain'],
  ['hexadecimal', hex(TOKEN), 'npm token', 'hex'],
  ['hexadecimal, upper case', hex(TOKEN).toUpperCase(), 'npm token', 'hex'],
  ['base64', b64(TOKEN), 'npm token', 'base64'],
  ['base64 after one byte', b64(`x${TOKEN}`), 'npm token', 'base64'],
  ['base64 after two bytes', b64(`xy${TOKEN}tail`), 'npm token', 'base64'],
  ['base64 in a file', b64(`//npm.corp.invalid/:_authToken=${TOKEN}\n`), 'npm token', 'base64'],
  ['base64url', Buffer.from(`??>${AWS}`).toString('base64url'), 'AWS credentials', 'base64'],
  ['base64 in lower case', b64(`GET ${AWS}`).toLowerCase(), 'AWS credentials', 'base64'],
  ['base32', base32(TOKEN), 'npm token', 'base32'],
  ...[1, 2, 3, 4].map(
    (shift) => [`base32 after ${shift} bytes`, base32('x'.repeat(shift) + TOKEN), 'npm token', 'base32'] as const,
  ),
].map((row) => [...row] as [string, string, string, string]);

describe('a secret is known', () => {
  it.each(FOUND)('%s', (_what, text, secret, encoding) => {
    expect(matcher.traces(text)).toContainEqual({ secret, encoding });
  });

  it.each(FOUND)('%s, byte by byte', (_what, text, secret, encoding) => {
    const scan = matcher.open();
    const traces = [...Buffer.from(text, 'latin1')].flatMap((byte) => [...scan.push(Uint8Array.of(byte))]);
    expect(traces).toContainEqual({ secret, encoding });
  });

  it('whatever stood before it', () => {
    for (let before = 0; before < 40; before += 1) {
      const scan = matcher.open();
      scan.push(randomBytes(before));
      expect(scan.push(Buffer.from(TOKEN))).toContainEqual({ secret: 'npm token', encoding: 'plain' });
    }
  });
});

describe('nothing is seen in', () => {
  it.each([
    ['nothing', ''],
    ['a part too short to tell', TOKEN.slice(0, FRAGMENT - 1)],
    ['another token of the same kind', 'npm_0000aaaabbbbccccddddeeeeffff11112222'],
    ['the prefix alone', 'npm_npm_npm_npm_npm_'],
    ['a megabyte of noise', randomBytes(2 ** 20).toString('latin1')],
    ['a megabyte of base64', randomBytes(2 ** 20).toString('base64')],
    ['a megabyte of hexadecimal', randomBytes(2 ** 19).toString('hex')],
    ['the value backwards', [...TOKEN].reverse().join('')],
  ])('%s', (_what, text) => {
    expect(matcher.traces(text)).toEqual([]);
  });

  it('what every key file begins with', () => {
    const head = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW';
    const key = (body: string) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
    const keys = new SecretMatcher([
      { name: 'SSH key', value: key(`${head}\nk3Jd8sLq0ZxYw7vBnM2hTgRfEoPiUaS5lKjHcXz`) },
    ]);
    expect(keys.traces(key(`${head}\nW9pQa2Vb7Xc1Ze5Rt3Yu8Io0Lk6Jh4Gf2DsAq`))).toEqual([]);
    expect(keys.traces('k3Jd8sLq0ZxYw7vBnM2hTg')).toHaveLength(1);
  });
});

it('two secrets may hold the same value: the first one stands for both', () => {
  const twins = new SecretMatcher([
    { name: 'one', value: TOKEN },
    { name: 'two', value: TOKEN },
  ]);
  expect(twins.traces(TOKEN)).toEqual([{ secret: 'one', encoding: 'plain' }]);
});

it.each(['', 'short', 'aaaaaaaaaaaaaaaaaaaaaaaa'])('the value %j could be met by chance: an error', (value) => {
  expect(() => new SecretMatcher([{ name: 'weak', value }])).toThrow(expect.objectContaining({ code: 'weak-secret' }));
});

it('time grows with the text, not with the secrets', () => {
  const many = new SecretMatcher(
    Array.from({ length: 60 }, (_, i) => ({ name: `s${i}`, value: randomBytes(30).toString('base64') })),
  );
  const text = randomBytes(2 ** 21);
  const time = (one: SecretMatcher) => {
    const began = performance.now();
    one.open().push(text);
    return performance.now() - began;
  };
  time(matcher);
  time(many);
  expect(time(many)).toBeLessThan(10 * time(matcher) + 50);
});
