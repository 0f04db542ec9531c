import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_ARCHIVE_LIMITS } from '../../src/blobs/limits.js';
import { createSpool, type Spool } from '../../src/blobs/spool.js';
import { manifestOf } from '../../src/ecosystems/recognition/choose.js';
import { REFUSED, TAKEN } from './archive-tables/archive-table.js';

/** The table has archives with one entry more. */
const LIMITS = { ...DEFAULT_ARCHIVE_LIMITS, entries: 10_000 };

let folder: string;
let spool: Spool;
/** Reads even the smallest body as a stream. */
let streaming: Spool;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packwarden-blobs-'));
  spool = await createSpool({ folder, manifest: manifestOf('auto'), limits: LIMITS });
  streaming = await createSpool({
    folder,
    manifest: manifestOf('auto'),
    limits: { ...LIMITS, smallBytes: 0 },
  });
});

afterAll(async () => {
  await Promise.all([spool.close(), streaming.close()]);
  await rm(folder, { recursive: true });
});

/** The body in pieces of `size` bytes. */
function pieces(body: Buffer, size: number): Readable {
  const chunks: Buffer[] = [];
  for (let offset = 0; offset < body.length; offset += size) chunks.push(body.subarray(offset, offset + size));
  return Readable.from(chunks);
}

describe.each(REFUSED)('$what', ({ body, code, entry }) => {
  test(`is refused as ${code}, and nothing is left`, async () => {
    const refused = spool.put(randomUUID(), pieces(body(), 64 * 1024));
    await expect(refused).rejects.toMatchObject({ name: 'ArchiveError', code });
    if (entry !== undefined) await expect(refused).rejects.toMatchObject({ entry });
    await expect(readdir(folder)).resolves.toEqual([]);
  });
});

describe.each(TAKEN)('$what', ({ body }) => {
  test('is taken and given back byte for byte', async () => {
    const key = randomUUID();
    const sent = body();
    const stored = await spool.put(key, pieces(sent, 64 * 1024));
    expect(stored.bytes).toBe(sent.length);
    const kept = await (await spool.open({ key, ...stored })).toArray();
    expect(Buffer.concat(kept).equals(sent)).toBe(true);
    await spool.remove(key);
  });
});

// Each of some 200 bodies byte by byte.
const CUT_MS = 120_000;

test('the verdict depends neither on how the network cuts the body nor on how it is unpacked', {
  timeout: CUT_MS,
}, async () => {
  const small = [...REFUSED, ...TAKEN]
    .map((row) => ({ ...row, bytes: row.body() }))
    .filter((row) => row.bytes.length < 2000);
  expect(small.length).toBeGreaterThan(60);
  for (const { what, bytes, ...row } of small) {
    for (const store of [spool, streaming]) {
      const verdict = await store.put(randomUUID(), pieces(bytes, 1)).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      );
      expect([what, verdict]).toEqual([what, 'code' in row ? row.code : 'taken']);
    }
  }
});
