import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/app/config/config.js';
import { readRegistries } from '../../../src/app/config/registries.js';

const folder = mkdtempSync(join(tmpdir(), 'packwarden-registries-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string): string {
  files += 1;
  const path = join(folder, `${files}`);
  writeFileSync(path, content);
  return path;
}
const token = file('npm_secret\n');

describe('the file of registries', () => {
  it('gives URL, scopes and the header that the gateway adds', () => {
    const path = file(`registries:
      - { url: https://npm.corp.example/npm/, scopes: ['@corp', '@team.x'], token_file: ${token} }
      - { url: https://basic.example/, username: ci, password_file: ${token} }
      - { url: http://open.example:4873/ }`);
    expect(readRegistries(path)).toEqual([
      { url: 'https://npm.corp.example/npm/', scopes: ['@corp', '@team.x'], authorization: 'Bearer npm_secret' },
      { url: 'https://basic.example/', scopes: [], authorization: 'Basic Y2k6bnBtX3NlY3JldA==' },
      { url: 'http://open.example:4873/', scopes: [] },
    ]);
    expect(readRegistries(undefined)).toEqual([]);
  });

  it.each([
    ['that is not there', '/nonexistent/registries.yaml', 'ENOENT'],
    ['of no YAML', file('{'), 'PACKWARDEN'],
    ['of nothing', file('registries: []'), 'registries'],
    ['with a misspelt key', file('registries: [{ url: https://a.example/, tokenfile: x }]'), 'tokenfile'],
    ['with no URL', file('registries: [{ scopes: ["@a"] }]'), 'url'],
    ['with a scope that is none', file('registries: [{ url: https://a.example/, scopes: ["corp"] }]'), 'scopes'],
    [
      'with a scope that npm can not be told',
      file('registries: [{ url: https://a.example/, scopes: ["@a_b"] }]'),
      'scopes',
    ],
    ['with a name and no password', file('registries: [{ url: https://a.example/, username: ci }]'), 'password_file'],
    ['with credentials in the URL', file('registries: [{ url: "https://ci:pw@a.example/" }]'), 'into a file'],
    [
      'with credentials over http',
      file(`registries: [{ url: "http://a.example/", token_file: ${token} }]`),
      'only sent over https',
    ],
    [
      'with a token that is not there',
      file('registries: [{ url: https://a.example/, token_file: /nonexistent }]'),
      'ENOENT',
    ],
    [
      'with two lines of token',
      file(`registries: [{ url: https://a.example/, token_file: ${file('a\nb')} }]`),
      'one line',
    ],
  ])('%s is an error that names it', (_what, path, why) => {
    expect(() => readRegistries(path)).toThrow(ConfigError);
    expect(() => readRegistries(path)).toThrow('PACKWARDEN_REGISTRIES_FILE');
    expect(() => readRegistries(path)).toThrow(why);
  });
});
