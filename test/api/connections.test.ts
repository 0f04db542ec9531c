import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hashToken } from '../../src/api/auth/credentials.js';
import { entry, project } from '../blobs/tar-writer.js';
import { RawClient, uploadHead } from './raw-client.js';
import { type Service, startService } from './service.js';

const MAX = 8 * 1024 ** 2;
const noise = Buffer.concat(Array.from({ length: 65_536 }, (_, i) => createHash('sha256').update(`${i}`).digest()));
/** Some 2 MB. */
const LARGE = project(entry({ path: 'noise', body: noise }));

let service: Service;

beforeEach(async () => {
  service = await startService({ maxUploadBytes: MAX });
});

afterEach(() => service.close());

/** One chunk of a chunked body. */
function chunk(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}

test('a client that goes away in the middle leaves nothing, and the next one is served', async () => {
  const client = new RawClient(service.port);
  client.send(uploadHead({ 'Content-Length': String(LARGE.length) }));
  client.send(LARGE.subarray(0, LARGE.length / 2));
  await vi.waitFor(async () => expect(await service.spooled()).toHaveLength(1), { timeout: 5_000 });
  client.socket.resetAndDestroy();
  await vi.waitFor(async () => expect(await service.spooled()).toEqual([]), { timeout: 5_000 });
  const next = new RawClient(service.port);
  next.send(uploadHead({ 'Content-Length': String(LARGE.length) }));
  next.send(LARGE);
  await next.until('"status":"ok"');
  next.socket.destroy();
  expect(service.log.join('')).not.toContain('request failed');
});

test('a client that goes away before its body begins leaves nothing', async () => {
  const client = new RawClient(service.port);
  const begun = new Promise<void>((resolve) => {
    service.queue.onPing = resolve;
  });
  client.send(uploadHead({ 'Content-Length': '1000' }));
  await begun;
  client.socket.resetAndDestroy();
  await vi.waitFor(() => expect(service.log.join('')).toContain('"status":null'), { timeout: 5_000 });
  await vi.waitFor(async () => expect(await service.spooled()).toEqual([]), { timeout: 5_000 });
  expect(service.queue.views.size).toBe(0);
});

test('a body that ends early by its length is no upload', async () => {
  const client = new RawClient(service.port);
  client.send(uploadHead({ 'Content-Length': '5000' }));
  client.send(project().subarray(0, 50));
  client.socket.end();
  await client.closed;
  await vi.waitFor(async () => expect(await service.spooled()).toEqual([]), { timeout: 5_000 });
  expect(service.queue.views.size).toBe(0);
});

test('a chunked body is taken', async () => {
  const client = new RawClient(service.port);
  client.send(uploadHead({ 'Transfer-Encoding': 'chunked' }));
  client.send(Buffer.concat([chunk(LARGE), Buffer.from('0\r\n\r\n')]));
  expect(await client.until('"status":"ok"')).toContain('HTTP/1.1 200');
  client.socket.destroy();
});

test('a chunked body over the limit is refused while it streams', async () => {
  const client = new RawClient(service.port);
  client.send(uploadHead({ 'Transfer-Encoding': 'chunked' }));
  const many = project(entry({ path: 'noise', body: Buffer.concat(Array.from({ length: 6 }, () => noise)) }));
  client.send(chunk(many));
  const answer = await client.until('}');
  expect(answer).toContain('HTTP/1.1 413');
  expect(answer).toContain('"code":"too-large"');
  await expect(service.spooled()).resolves.toEqual([]);
  client.socket.destroy();
});

describe('Expect: 100-continue', () => {
  test('a good upload is asked for, once, and taken', async () => {
    const client = new RawClient(service.port);
    client.send(uploadHead({ 'Content-Length': String(LARGE.length), Expect: '100-continue' }));
    await client.until('100 Continue');
    client.send(LARGE);
    const answer = await client.until('"status":"ok"');
    expect(answer.match(/100 Continue/g)).toHaveLength(1);
    client.socket.destroy();
  });

  test.each([
    { what: 'too large', headers: { 'Content-Length': String(MAX + 1) }, code: 413 },
    { what: 'of the wrong type', headers: { 'Content-Length': '10', 'Content-Type': 'text/html' }, code: 415 },
  ])('an upload that is $what is refused before its body', async ({ headers, code }) => {
    const client = new RawClient(service.port);
    client.send(uploadHead({ ...headers, Expect: '100-continue' }));
    const answer = await client.until('}');
    expect(answer).toContain(`HTTP/1.1 ${code}`);
    expect(answer).not.toContain('100 Continue');
    client.socket.destroy();
  });
});

describe('a client that goes on sending reads our answer and not a reset', () => {
  test.each([
    { what: '413', headers: { 'Content-Length': String(64 * 1024 ** 2) }, status: 413 },
    { what: '415', headers: { 'Content-Length': String(LARGE.length), 'Content-Type': 'text/html' }, status: 415 },
    { what: '400', headers: { 'Content-Length': String(LARGE.length), 'X-Body': 'not gzip' }, status: 400 },
  ])('$what', async ({ headers, status }) => {
    const client = new RawClient(service.port);
    client.send(uploadHead(headers));
    const body = headers['X-Body'] === undefined ? LARGE : noise.subarray(0, LARGE.length);
    for (let offset = 0; offset < body.length; offset += 65_536) client.send(body.subarray(offset, offset + 65_536));
    const answer = await client.until('"status":"error"');
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(answer).toMatch(/connection: close/i);
    if (Number(headers['Content-Length']) > body.length) client.socket.end();
    await client.closed;
  });

  test('401', async () => {
    await service.close();
    service = await startService({ tokens: [{ name: 'ci', digest: hashToken('right') }] });
    const client = new RawClient(service.port);
    client.send(uploadHead({ 'Content-Length': String(LARGE.length), Authorization: 'Bearer wrong' }));
    client.send(LARGE);
    expect(await client.until('"status":"error"')).toContain('HTTP/1.1 401');
    await client.closed;
  });
});

test('a refused client that never stops sending is cut off', { timeout: 15_000 }, async () => {
  const client = new RawClient(service.port);
  client.send(uploadHead({ 'Transfer-Encoding': 'chunked', 'Content-Type': 'text/html' }));
  const sending = setInterval(() => client.send(chunk(Buffer.alloc(1000))), 20);
  try {
    await client.until('HTTP/1.1 415');
    await client.closed;
  } finally {
    clearInterval(sending);
  }
});
