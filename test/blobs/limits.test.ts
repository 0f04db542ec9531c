import { expect, test } from 'vitest';
import { ArchiveCheck } from '../../src/blobs/archive.js';
import { type ArchiveLimits, DEFAULT_ARCHIVE_LIMITS } from '../../src/blobs/limits.js';
import { manifestOf } from '../../src/ecosystems/recognition/choose.js';
import { entry, file, folder, pax, project } from './tar-writer.js';

async function check(body: Buffer, limits: Partial<ArchiveLimits>): Promise<void> {
  const archive = new ArchiveCheck(manifestOf('auto'), { ...DEFAULT_ARCHIVE_LIMITS, ...limits });
  try {
    await archive.write(body);
    await archive.end();
  } finally {
    archive.close();
  }
}

const files = (count: number) => Array.from({ length: count }, (_, i) => file(`f${i}`));

/** A setting, an archive at the limit and one beyond it; the manifest is an entry, too. */
const LIMITS = [
  { what: 'entries', limits: { entries: 5 }, at: project(...files(4)), beyond: project(...files(5)) },
  {
    what: 'folders that paths imply',
    limits: { entries: 5 },
    at: project(file('a/b/c/f')),
    beyond: project(file('a/b/c/d/f')),
  },
  {
    what: 'headers of the same file',
    limits: { entries: 5 },
    at: project(...Array.from({ length: 4 }, () => file('f'))),
    beyond: project(...Array.from({ length: 5 }, () => file('f'))),
  },
  { what: 'depth', limits: { depth: 3 }, at: project(file('a/b/f')), beyond: project(file('a/b/c/f')) },
  {
    what: 'size',
    limits: { unpackedBytes: 10_240 },
    at: project(entry({ path: 'f', body: Buffer.alloc(7_680) })),
    beyond: project(entry({ path: 'f', body: Buffer.alloc(8_192) })),
  },
] as const;

test.each(LIMITS)('the limit of $what is the one that is set', async ({ limits, at, beyond }) => {
  await expect(check(at, limits)).resolves.toBeUndefined();
  await expect(check(beyond, limits)).rejects.toThrow(/PACKWARDEN_MAX_(ENTRIES|DEPTH|UNPACKED_BYTES)/);
});

test('many small files that are alike are no bomb, one large file of zeros is', async () => {
  const alike = Array.from({ length: 3_000 }, (_, i) => [
    pax({ path: `d/${i}`, mtime: '1700000000.5' }),
    file('x', 'class A; end'),
  ]);
  const limits = { ratioFloorBytes: 1024 ** 2, ratio: 20 };
  await expect(check(project(folder('d'), ...alike.flat()), limits)).resolves.toBeUndefined();
  const zeros = entry({ path: 'zeros', body: Buffer.alloc(4 * 1024 ** 2) });
  await expect(check(project(zeros), limits)).rejects.toMatchObject({ code: 'bomb', entry: 'zeros' });
});
