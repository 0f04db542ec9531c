import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Job } from './harness.js';
import { get, open, read, untilKept, workshop } from './harness.js';

const shop = workshop();

/** A registry that is led by whatever a client says, as badly configured ones are: what it gives tells what it was asked with. */
async function gullible(): Promise<Job> {
  const registry = await shop.registry();
  const path = registry.publish('x', '1.0.0');
  registry.trick = ({ path: asked, headers }, response) => {
    const { host: _host, connection: _connection, ...said } = headers;
    if (asked === path || asked === '/x/1.0.0') return undefined;
    response.writeHead(200, { 'cache-control': 'public, max-age=300', 'content-type': 'application/json' });
    response.end(JSON.stringify({ asked, said }));
    return true;
  };
  return { registry, cache: await shop.cache() };
}

const TRIES: readonly (readonly [what: string, headers: IncomingHttpHeaders])[] = [
  ['another host', { host: 'evil.invalid' }],
  [
    'a host behind a proxy',
    { 'x-forwarded-host': 'evil.invalid', 'x-forwarded-proto': 'http', forwarded: 'host=evil.invalid' },
  ],
  ['another path', { 'x-original-url': '/evil', 'x-rewrite-url': '/evil' }],
  ['another method', { 'x-http-method-override': 'PUT' }],
  ['a part', { range: 'bytes=0-3', 'if-range': '"x"' }],
  ['an encoding that others do not read', { 'accept-encoding': 'br, zstd' }],
  ['no encoding', { 'accept-encoding': 'identity' }],
  ['what it has already', { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() }],
  ['what is kept only', { 'cache-control': 'only-if-cached, no-store', pragma: 'no-cache' }],
  ['another form', { accept: 'text/html, application/vnd.evil+json' }],
  ['another language', { 'accept-language': 'xx' }],
  ['a session', { cookie: 'session=1', 'npm-session': 'evil', referer: 'https://evil.invalid/' }],
  ['another program', { 'user-agent': 'evil' }],
];

describe('what a job sends does not change what another one gets', () => {
  it.each(TRIES)('a document asked for with %s', async (_what, headers) => {
    const innocent = await gullible();
    const expected = (await get({ ...innocent, cache: await shop.cache() }, '/x')).bytes.toString();
    const attacker = { ...innocent, way: {} };
    const own = await get(attacker, '/x', headers);
    expect(own.status).toBe(200);
    expect(own.bytes.toString()).toBe(expected);
    expect((await untilKept(innocent, '/x')).bytes.toString()).toBe(expected);
  });

  it.each(TRIES)('a tarball asked for with %s', async (_what, headers) => {
    const innocent = await gullible();
    const bytes = innocent.registry.bytesOf('x', '1.0.0');
    const own = await get({ ...innocent, way: {} }, '/x/-/x-1.0.0.tgz', headers);
    expect([own.status, own.bytes.equals(bytes)]).toEqual([200, true]);
    expect((await untilKept(innocent, '/x/-/x-1.0.0.tgz')).bytes.equals(bytes)).toBe(true);
  });

  it('credentials of its own are for the caller to pass on: the answer is not cached, and no cached answer is given', async () => {
    const innocent = await gullible();
    await untilKept(innocent, '/x');
    expect(await open(innocent, '/x', { authorization: 'Bearer stolen' })).toBeUndefined();
  });

  it.each([
    '/x?evil',
    '/x/-/x-1.0.0.tgz?x=/x/-/x-1.0.0.tgz',
    '/x#evil',
    '/y/../x',
    '/y/..%2fx',
    '/..%2f..%2fx',
    '/y/./x',
    '/y/%2e%2e/x',
    '/y/..;/x',
    '/y%252f..%252fx',
    '/y\\..\\x',
    '//x',
    '/x//y',
    '/x/',
    '/%78',
    '/x%00',
    '/x%0d%0aevil',
    '/x y',
    '/ü',
    '',
    'http://evil.invalid/x',
  ])('the path %j, which servers read in more ways than one, is nothing for the cache', async (path) => {
    const innocent = await gullible();
    expect(await open(innocent, path)).toBeUndefined();
    expect(innocent.registry.asked).toEqual([]);
  });

  it.each([
    ['/@a/b', '/@a%2fb'],
    ['/@a%2fb', '/@a%2Fb'],
    ['/@a/b', '/%40a/b'],
    ['/x', '/X'],
    ['/a/b', '/a%2fb'],
  ])('%s and %s are kept apart: whether they are the same is for the registry to say', async (one, other) => {
    const innocent = await gullible();
    await untilKept(innocent, one);
    expect((await get(innocent, other)).bytes.toString()).toContain(JSON.stringify(other));
  });
});

describe('a private registry', () => {
  const ALICE = 'Bearer alice';
  const BOB = 'Bearer bob';

  async function company(): Promise<Job> {
    const registry = await shop.registry();
    const job = { registry, cache: await shop.cache() };
    registry.publish('secret', '1.0.0');
    registry.trick = ({ headers }, response) => {
      if (headers.authorization === ALICE) return undefined;
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end('{}');
      return true;
    };
    return job;
  }
  /** As a gateway asks it that has these credentials. */
  const as = (job: Job, authorization: string): Job => ({
    ...job,
    authorization,
    way: {},
    ask: (question, signal) =>
      job.registry.ask({ ...question, headers: { ...question.headers, authorization } }, signal),
  });

  it.each(['/secret', '/secret/-/secret-1.0.0.tgz'])(
    'what it told one reader is not given to another: %s',
    async (path) => {
      const job = await company();
      await untilKept(as(job, ALICE), path);
      for (const other of [as(job, BOB), { ...job, way: {} }]) {
        expect((await get(other, path)).status).toBe(401);
      }
      expect((await untilKept(as(job, ALICE), path)).status).toBe(200);
    },
  );

  it('nor while the one reader still downloads it', async () => {
    const job = await company();
    const path = '/secret/-/secret-1.0.0.tgz';
    const [alice, bob] = await Promise.all([open(as(job, ALICE), path), open(as(job, BOB), path)]);
    if (alice === undefined || bob === undefined) throw new Error('nothing for the cache');
    expect((await read(alice)).status).toBe(200);
    expect((await read(bob)).status).toBe(401);
  });

  it('nor to whom knows the hash of its bytes, by another registry that names it', async () => {
    const job = await company();
    const path = '/secret/-/secret-1.0.0.tgz';
    await untilKept(as(job, ALICE), path);
    const other = await shop.registry();
    other.publish('secret', '1.0.0', job.registry.bytesOf('secret', '1.0.0'));
    await untilKept({ ...job, registry: other }, '/secret');
    other.trick = ({ path: asked }, response) => {
      if (asked !== path) return undefined;
      response.writeHead(404).end('{}');
      return true;
    };
    expect((await get({ ...job, registry: other }, path)).status).toBe(404);
  });

  it('keeps what says that it is for one reader, apart from what is for all', async () => {
    const job = await company();
    job.registry.documentAge = 'private, max-age=300';
    await untilKept(as(job, ALICE), '/secret');
    expect(job.registry.count('/secret')).toBeGreaterThan(0);
  });
});
