import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSpool, type Spool } from '../../src/blobs/spool.js';
import { manifestOf } from '../../src/ecosystems/recognition/choose.js';
import { entry, file, folder as folderEntry, project, tarball } from './tar-writer.js';

const LIMIT = 64 * 1024;
/** Does not compress, so that the archive is as large as its content. */
const noise = (bytes: number) =>
  Buffer.concat(Array.from({ length: bytes / 32 }, (_, i) => createHash('sha256').update(`${i}`).digest()));

let folder: string;
let spool: Spool;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packwarden-spool-'));
  spool = await createSpool({ folder, manifest: manifestOf('auto'), maxBytes: LIMIT });
});

afterEach(async () => {
  await spool.close();
  await rm(folder, { recursive: true });
});

test('a blob has the size and SHA-256 of what was sent, and only its owner can read it', async () => {
  const key = randomUUID();
  const body = project(file('a', 'b'));
  const sha256 = createHash('sha256').update(body).digest('hex');
  await expect(spool.put(key, Readable.from([body]))).resolves.toEqual({ bytes: body.length, sha256, baseline: null });
  expect((await stat(join(folder, `${key}.tgz`))).mode & 0o777).toBe(0o600);
});

describe('some files of a blob as text', () => {
  const read = async (body: Buffer, paths: readonly string[], maxBytes = 1024) => {
    const key = randomUUID();
    await spool.put(key, Readable.from([body]));
    return spool.readFiles(key, { paths, maxBytes });
  };

  test.each([
    ['as tar -C DIR . writes them', './'],
    ['as npm pack writes them', 'package/'],
    ['at the top', ''],
  ])('%s', async (_how, prefix) => {
    const folderOf = prefix === './' ? '' : prefix;
    const body = tarball(file(`${prefix}package.json`, '{}'), file(`${prefix}yarn.lock`, 'é'), file(`${prefix}z`, ''));
    await expect(read(body, [`${folderOf}yarn.lock`, `${folderOf}none`])).resolves.toEqual(
      new Map([[`${folderOf}yarn.lock`, 'é']]),
    );
  });

  test('what is too large, or no file, is left out', async () => {
    const body = project(file('yarn.lock', 'x'.repeat(2_000)), folderEntry('Gemfile.lock/'));
    await expect(read(body, ['yarn.lock', 'Gemfile.lock'])).resolves.toEqual(new Map());
  });

  test('without the blob there is nothing to read', async () => {
    await expect(spool.readFiles(randomUUID(), { paths: [], maxBytes: 1 })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

test('a missing spool folder is made, for its owner alone', async () => {
  const made = join(folder, 'new', 'spool');
  await (await createSpool({ folder: made, manifest: manifestOf('auto') })).close();
  expect((await stat(made)).mode & 0o777).toBe(0o700);
});

test('a body over the limit is refused while it streams', async () => {
  const whole = project(entry({ path: 'a', body: noise(10 * LIMIT) }));
  await expect(spool.put(randomUUID(), Readable.from(split(whole)))).rejects.toMatchObject({ code: 'too-large' });
  await expect(readdir(folder)).resolves.toEqual([]);
});

function* split(body: Buffer): Generator<Buffer> {
  for (let offset = 0; offset < body.length; offset += 4096) yield body.subarray(offset, offset + 4096);
}

test('a body as large as the limit is taken, one byte more is not', async () => {
  const body = project(entry({ path: 'a', body: noise(LIMIT / 2) }));
  const exact = await createSpool({ folder, manifest: manifestOf('auto'), maxBytes: body.length });
  const less = await createSpool({ folder, manifest: manifestOf('auto'), maxBytes: body.length - 1 });
  await expect(exact.put(randomUUID(), Readable.from([body]))).resolves.toMatchObject({ bytes: body.length });
  await expect(less.put(randomUUID(), Readable.from([body]))).rejects.toMatchObject({ code: 'too-large' });
  await Promise.all([exact.close(), less.close()]);
});

test('a sender that goes away leaves nothing', async () => {
  const body = new PassThrough();
  const stored = spool.put(randomUUID(), body);
  body.write(project(entry({ path: 'a', body: noise(LIMIT / 2) })).subarray(0, 10_000));
  setImmediate(() => body.destroy(new Error('aborted')));
  await expect(stored).rejects.toMatchObject({ name: 'BlobError', code: 'aborted' });
  await expect(readdir(folder)).resolves.toEqual([]);
});

test('a refusal does not wait for the rest of the body, and leaves the body open for an answer', async () => {
  const body = new PassThrough();
  body.write('this is not gzip, and more may come');
  await expect(spool.put(randomUUID(), body)).rejects.toMatchObject({ code: 'not-gzip' });
  expect(body.destroyed).toBe(false);
});

describe.each([
  '../../etc/passwd',
  '/etc/passwd',
  '',
  '.',
  'a',
  `${randomUUID()}/x`,
  `${randomUUID()}\0`,
  randomUUID().toUpperCase(),
])('the key %j', (key) => {
  test('is refused everywhere', async () => {
    const body = Readable.from([project()]);
    await expect(spool.put(key, body)).rejects.toMatchObject({ code: 'bad-key' });
    await expect(spool.open({ key, bytes: 1, sha256: 'ab' })).rejects.toMatchObject({ code: 'bad-key' });
    await expect(spool.remove(key)).rejects.toMatchObject({ code: 'bad-key' });
  });
});

test('a blob that is not there: opening says so, removing does not mind', async () => {
  await expect(spool.open({ key: randomUUID(), bytes: 1, sha256: 'ab' })).rejects.toMatchObject({
    name: 'BlobError',
    code: 'not-found',
  });
  await expect(spool.remove(randomUUID())).resolves.toBeUndefined();
});

test('many uploads at once are each kept', async () => {
  const keys = Array.from({ length: 40 }, () => randomUUID());
  await Promise.all(keys.map((key, i) => spool.put(key, Readable.from([project(file(`f${i}`))]))));
  expect((await readdir(folder)).sort()).toEqual(keys.map((key) => `${key}.tgz`).sort());
});

test('with less room on the disk than is wanted nothing is taken in, and that is said', async () => {
  const full = await createSpool({ folder, manifest: manifestOf('auto'), minFreeBytes: 2 ** 60 });
  await expect(full.put(randomUUID(), Readable.from([project()]))).rejects.toMatchObject({ code: 'disk-full' });
  expect(await full.fault()).toMatch(/^\d+ MiB are free on the disk of .*, and 1099511627776 are required$/);
  expect(await spool.fault()).toBeNull();
  expect(await readdir(folder)).toEqual([]);
  await full.close();
});

test('the sweep removes what is old and owned by no job, and nothing else', async () => {
  const [alive, dead, young] = [randomUUID(), randomUUID(), randomUUID()] as const;
  for (const key of [alive, dead, young]) await spool.put(key, Readable.from([project()]));
  const abandoned = `${randomUUID()}.part`;
  await writeFile(join(folder, abandoned), 'half an upload');
  await writeFile(join(folder, 'notes.txt'), 'of somebody else');
  const old = new Date('2026-01-01T00:00:00Z');
  for (const name of [`${alive}.tgz`, `${dead}.tgz`, abandoned, 'notes.txt'])
    await utimes(join(folder, name), old, old);
  await expect(spool.sweep(new Set([alive]), old.getTime() + 1)).resolves.toBe(2);
  expect((await readdir(folder)).sort()).toEqual([`${alive}.tgz`, `${young}.tgz`, 'notes.txt'].sort());
});
