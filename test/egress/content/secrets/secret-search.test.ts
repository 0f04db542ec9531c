import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SecretSearch } from '../../../../src/egress/content/secrets/secret-search.js';

const TOKEN = 'npm_Xk29fQpL7vRt3WsZ8yBnC4dMhJ6gUeA1oTiD';
const search = new SecretSearch([
  { name: 'npm token', value: TOKEN },
  { name: 'PyPI token', value: `pypi-AgEIcHlwaS5vcmc${'q7Zr2Lw9Tb4Ns8Vx1Kd6'.repeat(3)}` },
]);

const reversed = (text: string): string => [...text].reverse().join('');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const bytes = Buffer.from(`{"env":{"NPM_TOKEN":"${TOKEN}"}}`);

function inOnePass(content: Buffer): readonly string[] {
  const content1 = search.open();
  // In odd chunks, as they come through a pipe.
  for (let at = 0; at < content.length; at += 7) content1.push(content.subarray(at, at + 7));
  return content1.found().map(({ secret, encoding }) => `${secret}: ${encoding}`);
}

describe('a secret in a content is found in one pass', () => {
  it.each<[string, Buffer, string]>([
    ['as it is', bytes, 'plain'],
    ['in base64', Buffer.from(base64(`x${bytes}`)), 'base64'],
    ['backwards', Buffer.from(reversed(String(bytes))), 'plain in reverse'],
    ['in hexadecimal, backwards', Buffer.from(reversed(bytes.toString('hex'))), 'hex in reverse'],
    ['with each byte changed by exclusive or', bytes.map((byte) => byte ^ 0xa5) as Buffer, 'exclusive or'],
    ['with each byte shifted', bytes.map((byte) => (byte + 200) & 0xff) as Buffer, 'shifted bytes'],
    ['cut in two', Buffer.from(`a('${TOKEN.slice(0, 19)}');b('${TOKEN.slice(19)}')`), 'plain'],
  ])('%s', (_case, content, encoding) => {
    expect(inOnePass(content)).toEqual([`npm token: ${encoding}`]);
  });
});

describe('a secret in a content is found by decoding', () => {
  it.each<[string, Buffer, string]>([
    ['compressed', gzipSync(bytes), 'plain in gzip'],
    ['encoded twice', Buffer.from(`x=${base64(base64(String(bytes)))}`), 'base64 in base64'],
    ['as numbers', Buffer.from(`export default [${[...bytes].join(',')}]`), 'plain in numbers'],
    ['with dashes between its characters', Buffer.from([...TOKEN].join('-')), 'plain in spread'],
  ])('%s', async (_case, content, encoding) => {
    expect((await search.decoded(content)).map((trace) => `${trace.secret}: ${trace.encoding}`)).toEqual([
      `npm token: ${encoding}`,
    ]);
  });
});

it('what anybody may write is no secret', async () => {
  const rules = Buffer.from('regex = "pypi-AgEIcHlwaS5vcmc[A-Za-z0-9-_]{50,1000}|npm_[A-Za-z0-9]{36}|sk-ant-oat01-"');
  expect(inOnePass(rules)).toEqual([]);
  expect(await search.decoded(rules)).toEqual([]);
});
