import { randomBytes } from 'node:crypto';
import { readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkedStream } from '../../src/stores/checked-stream.js';
import { type S3Access, S3Store, s3Client } from '../../src/stores/s3-store.js';
import { describeContract } from './contract.js';
import { BUCKET, CREDENTIALS, type S3Server, s3Server } from './s3-server.js';

let server: S3Server;
let store: S3Store;
const clients: ReturnType<typeof s3Client>[] = [];

function storeAt(access: Partial<S3Access> = {}, bucket = BUCKET): S3Store {
  const client = s3Client({
    endpoint: server.endpoint,
    region: 'us-east-1',
    ...CREDENTIALS,
    ...access,
  });
  clients.push(client);
  return new S3Store({ client, bucket, prefix: 'pw/reports/', suffix: '.gz' });
}

beforeAll(async () => {
  server = await s3Server();
  store = storeAt();
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await server.close();
});
beforeEach(async () => {
  server.mood = 'well';
  await server.empty();
});

describe('a bucket as a store', () => {
  describeContract(() => store);

  // By hand: the server of the other tests can't give the second half of a list.
  it('lists more objects than one answer holds', async () => {
    const page = (name: string, more: string) =>
      `<ListBucketResult><Contents><Key>pw/reports/${name}.gz</Key></Contents>${more}</ListBucketResult>`;
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>';
    const paging = createServer(({ url = '' }, answer) =>
      answer.end(url.includes('continuation-token=next') ? page('day/b', '') : page('day/a', more)),
    );
    await new Promise<void>((resolve) => paging.listen(0, '127.0.0.1', resolve));
    const listed: string[] = [];
    const { port } = paging.address() as AddressInfo;
    for await (const { key } of storeAt({ endpoint: `http://127.0.0.1:${port}` }).list()) listed.push(key);
    expect(listed).toEqual(['day/a', 'day/b']);
    paging.closeAllConnections();
    paging.close();
  });
});

/** Everything that a store is asked, and its fault. */
async function askedEverything(spoiled: S3Store): Promise<readonly string[]> {
  const path = join(tmpdir(), `pw-taken-${process.pid}`);
  await writeFile(path, randomBytes(300_000));
  const errors: unknown[] = [];
  const asked = [
    () => spoiled.put('day/x', Buffer.from('x')),
    () => spoiled.take('day/x', { path, bytes: 300_000, sha256: '0'.repeat(64) }),
    () => spoiled.open('day/x'),
    () => spoiled.remove('day/x'),
    async () => {
      for await (const _ of spoiled.list()) throw new Error('an object in a store that is away');
    },
  ];
  for (const ask of asked)
    await ask().then(
      () => errors.push('no error'),
      (error) => errors.push(error),
    );
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  for (const error of errors) expect(error).toMatchObject({ name: 'StoreError', code: 'store-unavailable' });
  return [...errors.map((error) => (error as Error).message), (await spoiled.fault()) ?? 'no fault'];
}

describe('a bucket that can’t be used is told as such, without a secret', () => {
  it.each<[string, () => S3Store, RegExp]>([
    ['no server', () => storeAt({ endpoint: 'http://127.0.0.1:1' }), /can’t be reached \(ECONNREFUSED\)/],
    ['no such host', () => storeAt({ endpoint: 'http://s3.invalid' }), /can’t be reached \((ENOTFOUND|EAI_AGAIN)\)/],
    ['an unknown key id', () => storeAt({ keyId: 'nobody' }), /refuses the credentials .*InvalidAccessKeyId/],
    ['a wrong secret', () => storeAt({ secret: 'hunter2' }), /refuses the credentials .*SignatureDoesNotMatch/],
    ['no such bucket', () => storeAt({}, 'elsewhere'), /no such bucket/],
    ['a server that never answers', () => storeAt({ silenceMs: 500 }), /does not answer in time/],
  ])('%s', { timeout: 60_000 }, async (what, make, message) => {
    if (what.includes('never')) server.mood = 'silent';
    const spoiled = make();
    for (const text of await askedEverything(spoiled)) {
      expect(text).toMatch(message);
      expect(text).not.toMatch(/nobody|hunter2|S3RVER|127\.0\.0\.1/);
    }
  });
});

describe('half an object is never taken for the whole', () => {
  const content = randomBytes(400_000);

  it('when the connection breaks', async () => {
    await store.put('day/x', content);
    server.mood = 'half';
    await expect(store.open('day/x').then(buffer)).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('when the server has no more of it', async () => {
    await store.put('day/x', content);
    const folder = join(server.folder, 'pw/reports/day');
    for (const name of await readdir(folder)) {
      if ((await stat(join(folder, name))).size === content.length) await truncate(join(folder, name), 200_000);
    }
    const expected = { bytes: content.length, sha256: '' };
    await expect(store.open('day/x').then((body) => buffer(checkedStream(body, expected)))).rejects.toMatchObject({
      code: 'object-damaged',
      message: expect.stringContaining('200000 bytes instead of 400000'),
    });
  });
});
