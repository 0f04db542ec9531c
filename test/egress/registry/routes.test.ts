import { describe, expect, it } from 'vitest';
import type { KnownRegistry } from '../../../src/egress/registry/known-registry.js';
import { packagesAsked } from '../../../src/egress/registry/package-asked.js';
import { registryAsked } from '../../../src/egress/registry/routes.js';

const HERE = { host: 'npm.test', port: 443 };
const NPM: KnownRegistry = { url: 'https://npm.test/repository/npm/', authorization: 'A' };
const HASH = '6e766187269db2e5f494786adc7c00c62acad006';

/** The credentials that a question below `/repository/npm/` is asked with; undefined where it is not passed on. */
const sentWith = (below: string, method = 'GET'): string | undefined =>
  registryAsked([NPM], HERE, method, `/repository/npm/${below}`)?.authorization;

describe('what an install asks of a registry is passed on with the credentials', () => {
  it.each([
    ["a package's document", 'left-pad'],
    ['one whose name has capitals, dots and tildes', 'JSON.stream_2~x'],
    ['one that is called as a part of a gem server', 'api'],
    ['one that is called as a route of another registry', 'auth'],
    ['of a scope, as npm writes it', '@corp%2fx'],
    ['of a scope, as pnpm writes it', '@corp%2Fx'],
    ['of a scope, with nothing encoded', '@corp/x'],
    ['of a scope, with all encoded', '%40corp%2Fx'],
    ['of a scope that begins with a hyphen', '@-x/debug'],
    ['of one version', 'left-pad/1.3.0'],
    ['of one version of a scope', '@corp%2fx/1.0.0-beta.1'],
    ['of the latest version', 'left-pad/latest'],
    ['a tarball', 'left-pad/-/left-pad-1.3.0.tgz'],
    ['of a scope', '@corp/x/-/x-1.0.0.tgz'],
    ['of a scope, encoded', '@corp%2fx/-/x-1.0.0.tgz'],
    ['of a scope, as Artifactory and GitLab name it', '@corp/x/-/@corp/x-1.0.0.tgz'],
    ['below its version, as Font Awesome and Gitea name it', '%40corp%2Fx/-/6.0.0/x-6.0.0.tgz'],
    ['of a version with metadata', 'x/-/x-1.0.0+build.5.tgz'],
    ['with the other ending', 'x/-/x-1.0.0.tar.gz'],
    ["of a package with a registry's word for a name", 'auth/-/auth-1.6.1.tgz'],
    ['of GitHub Packages', `download/@corp/x/1.0.0/${HASH}`],
    ['of cnpm', 'x/download/x-1.0.0.tgz'],
    ["a gem server's versions", 'versions'],
    ["a gem server's names", 'names'],
    ['what there is of a gem', 'info/rails'],
    ['what there is of a gem with all signs', 'info/_A-b.c'],
    ['the specifications', 'specs.4.8.gz'],
    ['the latest ones', 'latest_specs.4.8.gz'],
    ['the early ones', 'prerelease_specs.4.8.gz'],
    ['one specification', 'quick/Marshal.4.8/rails-7.0.0.gemspec.rz'],
    ['a gem', 'gems/nokogiri-1.16.0-x86_64-linux.gem'],
    ["a gem server's dependencies", 'api/v1/dependencies'],
    ['those of gems', 'api/v1/dependencies?gems=rails%2Crake,a-b'],
    ['those of gems as JSON', 'api/v1/dependencies.json?gems=rails'],
  ])('%s: %s', (_what, below) => {
    expect(sentWith(below)).toBe('A');
    expect(sentWith(below, 'HEAD')).toBe('A');
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'get'])
      expect(sentWith(below, method)).toBe(undefined);
  });
});

describe('anything else is not', () => {
  it.each([
    ['nothing', ''],
    ['who it is for', '-/whoami'],
    ['tokens', '-/npm/v1/tokens'],
    ['a search', '-/v1/search?text=x'],
    ['who it is for, in other letters', '%2d/whoami'],
    ['who it is for, behind an empty folder', '/-/whoami'],
    ['who it is for, behind a package', 'x/..%2f-%2fwhoami'],
    ['tags of a package', '-/package/x/dist-tags'],
    ['users of CouchDB', '_users'],
    ['a session of CouchDB', '_session'],
    ["Artifactory's settings with a token", 'auth/corp'],
    ['the same of a scope that looks like a version', 'auth/1.0.0'],
    ['the same of a scope with its sign', 'auth/@corp'],
    ['the same in other letters', 'AUTH/latest'],
    ['the same with a letter encoded', 'aut%68/corp'],
    ['the same with a dot behind', 'auth./1.0.0'],
    ['the same with a parameter', 'auth;x=1/1.0.0'],
    ['an index to be built', 'reindex'],
    ['a key of a gem server', 'api/v1/api_key'],
    ['a key in another form', 'API/v1/api_key.yaml'],
    ['an interface of tomorrow', 'api/v2/dependencies_and_keys'],
    ['dependencies of more than names', 'api/v1/dependencies?gems=x&sudo=root'],
    ['gems with a path in the name', 'api/v1/dependencies?gems=..%2f'],
    ['a folder above', '..'],
    ['a folder above and another', '../admin'],
    ['this folder', './x'],
    ['a folder above, for Tomcat and Jetty', '..;/..;/service/rest/v1/security/users'],
    ['the same with a parameter', '..;x=1/..;y=2/service/rest'],
    ['the same behind a package', 'x/..;/..;/service/rest/v1/script'],
    ['the same encoded', '..%3b/..%3b/service/rest'],
    ['a parameter of a package', 'left-pad;jsessionid=1'],
    ['a parameter of a tarball', 'x/-/x-1.0.0.tgz;/..;/..;/x'],
    ['an encoded folder above', '%2e%2e/admin'],
    ['half of it encoded', '.%2e/admin'],
    ['a folder above encoded twice', '%252e%252e/admin'],
    ['a folder above with an encoded slash', '..%2f..%2fadmin'],
    ['a folder above within a scope', '@corp%2f../x'],
    ['a folder above for a scope', '@../x'],
    ['a folder above in a tarball', 'x/-/../../../admin.tgz'],
    ['a folder above in a tarball of a scope', 'x/-/@../x.tgz'],
    ['a folder above in an encoded tarball', 'x/-/@corp%2f..%2fx.tgz'],
    ['a folder above of a gem', 'gems/../api/v1/api_key.gem'],
    ['a folder above where a gem is', 'info/..'],
    ['a specification elsewhere', 'quick/Marshal.4.8/..%2f..%2fapi_key.gemspec.rz'],
    ['a backslash', '..\\..\\admin'],
    ['an encoded backslash', '..%5c..%5cadmin'],
    ['an encoded slash in a name', 'a%2fb'],
    ['a slash encoded twice', '@corp%252fx'],
    ['two encoded slashes', '@corp%2f%2fx'],
    ['two slashes', '@corp//x'],
    ['a slash behind', 'left-pad/'],
    ['an overlong slash', '@corp%c0%afx'],
    ['a full-width slash', '@corp%ef%bc%8fx'],
    ['a broken encoding', '%zz'],
    ['half an encoding', 'x%2'],
    ['an encoded letter', 'left%2dpad'],
    ['an encoded end of a text', 'x%00'],
    ['an encoded end of a line', 'x%0d%0aPUT'],
    ['an end of a line', 'left-pad\n'],
    ['a tab', 'left\tpad'],
    ['a space', 'left pad'],
    ['a letter of another alphabet', 'l\u00e9ft'],
    ['a question about a package', 'left-pad?write=true'],
    ['a question about a tarball', 'x/-/x-1.0.0.tgz?sudo=root'],
    ['a fragment', 'left-pad#x'],
    ['a version that is none', 'x/users'],
    ['a file that is no tarball', 'x/-/x.json'],
    ['a file of a scope only', 'x/-/@corp.tgz'],
    ['a tarball that is hidden', 'x/-/.tgz'],
    ['a download with no hash', 'download/@corp/x/1.0.0/..'],
    ['a download with a short hash', `download/@corp/x/1.0.0/${HASH.slice(1)}`],
    ['a scope and nothing else', '@corp'],
  ])('%s: %s', (_what, below) => {
    expect(registryAsked([NPM], HERE, 'GET', `/repository/npm/${below}`)).toBeUndefined();
  });

  it.each([
    ['a path above', '/repository/x'],
    ['a path beside', '/repository/npmx/y'],
    ['the registry itself', '/repository/npm'],
    ['a detour to it', '/x/../repository/npm/left-pad'],
    ['its path in other letters', '/Repository/npm/left-pad'],
    ['its path encoded', '/repositor%79/npm/left-pad'],
    ['its path with a parameter', '/repository;x/npm/left-pad'],
    ['its path with two slashes', '//repository/npm/left-pad'],
    ['another site', 'http://evil.invalid/repository/npm/left-pad'],
    ['the site itself', 'https://npm.test/repository/npm/left-pad'],
    ['no path', 'repository/npm/left-pad'],
    ['nothing', ''],
  ])('%s: %s', (_what, path) => {
    expect(registryAsked([NPM], HERE, 'GET', path)).toBeUndefined();
  });

  it.each([
    ['npm.test', 8443],
    ['evil.npm.test', 443],
  ])('another host or port: %s:%i', (host, port) => {
    expect(registryAsked([NPM], { host, port }, 'GET', '/repository/npm/x')).toBeUndefined();
  });
});

describe('a tarball that lies on a registry’s host, at an address of its own', () => {
  const open = (path: string) => registryAsked([{ url: 'https://npm.test/' }], HERE, 'GET', path);

  it.each(['/files/shared.tgz', '/generic/team/x-1.0.0.tar.gz'])(
    'is given where nobody’s credentials are sent: %s',
    (path) => {
      expect(open(path)).toBeDefined();
      expect(registryAsked([NPM], HERE, 'GET', path)).toBeUndefined();
    },
  );

  it.each(['/files/../x.tgz', '/files/x.tgz?d=1', '/files/%2e%2e/x.tgz', '/files/x.zip', '//x.tgz', '/.x.tgz'])(
    'but not %s',
    (path) => {
      expect(open(path)).toBeUndefined();
    },
  );
});

describe('where several registries stand on one host', () => {
  const registries: readonly KnownRegistry[] = [
    { url: 'https://npm.test/npm/', authorization: 'A' },
    { url: 'https://npm.test/npm/team', authorization: 'B' },
    { url: 'https://npm.test/open/' },
    { url: 'https://npm.test/npm/' },
  ];
  const sent = (path: string) => registryAsked(registries, HERE, 'GET', path);

  it.each([
    ['the one with the longer URL is asked', '/npm/team/x', 'B'],
    ['also where the other one would have a package', '/npm/team/1.0.0', 'B'],
    ['the one that is named first, of two with one URL', '/npm/x', 'A'],
    ['one without credentials gets none', '/open/x', undefined],
  ])('%s: %s', (_what, path, authorization) => {
    expect(sent(path)).toBeDefined();
    expect(sent(path)?.authorization).toBe(authorization);
  });

  it.each(['/npm/team/auth/x', '/npm/team/-/whoami', '/open/-/whoami'])(
    'what the nearest one is not asked, no other one is: %s',
    (path) => {
      expect(sent(path)).toBeUndefined();
    },
  );
});

describe('the kinds of registries', () => {
  const asked = (url: string, path: string) => registryAsked([{ url, authorization: 'A' }], HERE, 'GET', path);
  const GROUP = 'https://npm.test/api/v4/groups/my-group/-/packages/npm/';
  const TARBALL = '@corp/x/-/@corp/x-1.0.0.tgz';

  it.each([
    ['a group of GitLab', GROUP, '/api/v4/groups/my-group/-/packages/npm/@corp%2fx'],
    ['its tarballs at the projects', GROUP, `/api/v4/projects/17/packages/npm/${TARBALL}`],
    ['those of an instance', 'https://npm.test/api/v4/packages/npm', `/api/v4/projects/17/packages/npm/${TARBALL}`],
    ['a project', 'https://npm.test/api/v4/projects/17/packages/npm/', `/api/v4/projects/17/packages/npm/${TARBALL}`],
    ['GitHub Packages', 'https://npm.test', `/download/@corp/x/1.0.0/${HASH}`],
    [
      'Azure',
      'https://npm.test/org/_packaging/feed/npm/registry/',
      '/org/_packaging/feed/npm/registry/x/-/x-1.0.0.tgz',
    ],
    ['Artifactory', 'https://npm.test/artifactory/api/npm/repo/', `/artifactory/api/npm/repo/${TARBALL}`],
    ['a name with a space', 'https://npm.test/My Feed/npm/', '/My%20Feed/npm/x'],
  ])('%s: %s', (_what, url, path) => {
    expect(asked(url, path)?.authorization).toBe('A');
  });

  it.each([
    ["GitLab's projects", GROUP, '/api/v4/projects/17'],
    ['their packages', GROUP, '/api/v4/projects/17/packages/npm/@corp%2fx'],
    ['their files', GROUP, '/api/v4/projects/17/repository/files/x/-/x-1.0.0.tgz'],
    ['a project by its name', GROUP, `/api/v4/projects/corp%2fx/packages/npm/${TARBALL}`],
    ['a detour', GROUP, `/api/v4/projects/17/../18/packages/npm/${TARBALL}`],
    [
      "another project's tarballs",
      'https://npm.test/api/v4/projects/17/packages/npm/',
      `/api/v4/projects/18/packages/npm/${TARBALL}`,
    ],
    ["Artifactory's credentials", 'https://npm.test/artifactory/api/npm/', '/artifactory/api/npm/auth'],
    ['those of a registry', 'https://npm.test/artifactory/api/npm/repo/', '/artifactory/api/npm/repo/auth/corp'],
  ])('%s are not read with the credentials: %s', (_what, url, path) => {
    expect(asked(url, path)).toBeUndefined();
  });
});

it('a long path takes no long time', () => {
  const started = performance.now();
  for (const part of ['a', '.', 'a.', '1.', '@a/', 'a/-/', '%2f']) {
    expect(sentWith(part.repeat(16_000 / part.length).concat('!'))).toBeUndefined();
  }
  expect(performance.now() - started).toBeLessThan(1_000);
});

describe('the package that a route is about', () => {
  const registry = { url: 'https://r.example/npm/' };
  it.each([
    ['left-pad', ['left-pad document']],
    ['left-pad/1.0.0', ['left-pad document 1.0.0']],
    ['@a%2fb', ['@a/b document']],
    ['%40a/b/latest', ['@a/b document latest']],
    ['left-pad/-/left-pad-1.0.0.tgz', ['left-pad package 1.0.0']],
    ['left-pad/-/1.0.0-x/y.tgz', ['left-pad package 1.0.0-x/y']],
    ['@a/b/-/b-1.0.0.tgz', ['@a/b package 1.0.0']],
    ['@a/b/-/@a/b-1.0.0.tgz', ['@a/b package 1.0.0']],
    ['left-pad/download/left-pad-1.0.0.tgz', ['left-pad package 1.0.0']],
    [`download/@a/b/1.0.0/${'0'.repeat(40)}`, ['@a/b package 1.0.0']],
    ['info/rack', ['rack document']],
    ['gems/rack-test-2.1.0.gem', ['rack-test package 2.1.0']],
    ['gems/nokogiri-1.16.0-x86_64-linux.gem', ['nokogiri package 1.16.0-x86_64-linux']],
    ['quick/Marshal.4.8/rack-3.0.0.gemspec.rz', ['rack document 3.0.0']],
    ['api/v1/dependencies?gems=rack,rake%2Crack', ['rack document', 'rake document']],
    ['api/v1/dependencies', []],
    ['versions', []],
    ['specs.4.8.gz', []],
  ])('%s', (path, expected) => {
    const asked = packagesAsked(registry, `/npm/${path}`);
    expect(asked.map(({ name, kind, version }) => [name, kind, ...(version ? [version] : [])].join(' '))).toEqual(
      expected,
    );
  });
});
