import { describe, expect, it } from 'vitest';
import { privateRegistries } from '../../src/sandbox/way-out.js';

const PUBLIC = 'https://registry.npmjs.org/';
const CORP = { url: 'https://npm.corp.test/corp/', scopes: ['@corp'], authorization: 'Bearer x' };
const OPEN = { url: 'https://npm.corp.test/open/', scopes: ['@open'] };

describe('the gateway stands in for', () => {
  it.each([
    ['no registry, where none wants credentials', PUBLIC, [OPEN], []],
    ['one that does, and no other one elsewhere', PUBLIC, [CORP], [CORP.url]],
    ['those beside it that want none', PUBLIC, [OPEN, CORP], [OPEN.url, CORP.url]],
    ['the default one beside it', 'https://npm.corp.test/all/', [CORP], [CORP.url, 'https://npm.corp.test/all/']],
    ['none on another port', 'https://npm.corp.test:8443/all/', [CORP], [CORP.url]],
    ['none without TLS', 'http://npm.corp.test/all/', [CORP], [CORP.url]],
  ])('%s', (_what, registry, registries, urls) => {
    expect(privateRegistries({ registry, registries }).map(({ url }) => url)).toEqual(urls);
  });
});
