import { describe, expect, it } from 'vitest';
import { knownRegistries } from '../../../src/sandbox/host/way-out.js';

const PUBLIC = 'https://registry.npmjs.org/';
const CORP = { url: 'https://npm.corp.test/corp/', scopes: ['@corp'], authorization: 'Bearer x' };
const OPEN = { url: 'https://npm.corp.test/open/', scopes: ['@open'] };
const YARN = ['registry.yarnpkg.com'];

describe('what is asked for packages and nothing else', () => {
  it.each([
    ["the default registry, and the managers' own", PUBLIC, [], YARN, [PUBLIC, 'https://registry.yarnpkg.com/']],
    ['those beside it', PUBLIC, [OPEN, CORP], [], [PUBLIC, CORP.url, OPEN.url]],
    ['one that speaks no TLS', 'http://npm.corp.test/all/', [], [], ['http://npm.corp.test/all/']],
  ])('%s', (_what, registry, registries, publicHosts, urls) => {
    const known = knownRegistries({ registry, registries }, publicHosts);
    expect(known.map(({ url }) => url).sort()).toEqual([...urls].sort());
  });

  it('the default one, named with its credentials, has them', () => {
    const known = knownRegistries({ registry: CORP.url, registries: [CORP] }, ['npm.corp.test']);
    expect(known.find(({ url }) => url === CORP.url)?.authorization).toBe('Bearer x');
  });
});
