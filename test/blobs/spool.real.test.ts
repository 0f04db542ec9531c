import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { split } from '../../src/blobs/archive-tree.js';
import { rewritten } from '../../src/blobs/rewrite.js';
import { createSpool } from '../../src/blobs/spool.js';
import { TarReader } from '../../src/blobs/tar-reader.js';
import { manifestOf } from '../../src/ecosystems/recognition/choose.js';
import { seeded } from '../support/random.js';
import { TAKEN } from './archive-tables/archive-table.js';
import { checkArchive } from './check.js';
import { mutate } from './mutations.js';
import { entry, project } from './tar-writer.js';

const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packwarden-real-'));
});

afterEach(() => rm(folder, { recursive: true }));

test.skipIf(process.getuid?.() !== 0)('a full disk is told as such, leaves nothing, and passes', async () => {
  const small = join(folder, 'disk');
  await mkdir(small);
  await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small]);
  const spool = await createSpool({ folder: small, manifest: manifestOf('auto') });
  try {
    const noise = Buffer.concat(Array.from({ length: 32_768 }, (_, i) => createHash('sha256').update(`${i}`).digest()));
    const large = project(entry({ path: 'a', body: noise }));
    await expect(spool.put(randomUUID(), Readable.from([large]))).rejects.toMatchObject({ code: 'disk-full' });
    await expect(readdir(small)).resolves.toEqual([]);
    await expect(spool.put(randomUUID(), Readable.from([project()]))).resolves.toBeDefined();
  } finally {
    await spool.close();
    await run('umount', [small]);
  }
});

describe.each(TAKEN)('$what', ({ body }) => {
  test('is unpacked as in the sandbox: without a complaint, and only below its folder', async () => {
    const root = join(folder, 'root');
    await mkdir(root);
    const archive = await writtenAnew(body());
    const { stderr } = await run('tar', ['-xf', archive, '-C', root, '--no-same-owner']);
    // A time far ahead is a warning.
    expect(stderr.replace(/^.*s in the future$/gm, '').trim()).toBe('');
    expect((await readdir(folder)).sort()).toEqual(['a.tar', 'root']);
    const { stdout } = await run('find', [root, '-name', 'package.json']);
    expect(stdout).toContain('package.json');
    expect(await namesByGnuTar(archive)).toEqual(namesByTheReader(gunzipSync(body())));
  });
});

/** The plain tar that goes into the sandbox. */
async function writtenAnew(body: Buffer): Promise<string> {
  const archive = join(folder, 'a.tar');
  await writeFile(archive, rewritten(Readable.from([body])).tar);
  return archive;
}

const normal = (name: string) => split(name).join('/');

async function namesByGnuTar(archive: string): Promise<string[]> {
  const listed = await run('tar', ['-tf', archive, '--quoting-style=literal'], { maxBuffer: 16 * 1024 ** 2 });
  return listed.stdout.split('\n').filter(Boolean).map(normal);
}

function namesByTheReader(tar: Buffer): string[] {
  const names: string[] = [];
  const reader = new TarReader({
    entry: ({ path }) => normal(path) !== '' && names.push(normal(path)) === 0,
    body: () => undefined,
  });
  reader.push(tar);
  reader.finish();
  return names;
}

/** Every name in a tar, in order, as the check sees it; undefined where it refuses the archive. */
async function namesByTheCheck(tar: Buffer): Promise<string[] | undefined> {
  try {
    await checkArchive(gzipSync(tar));
    return namesByTheReader(tar);
  } catch (error) {
    expect(error).toMatchObject({ name: 'ArchiveError' });
    return undefined;
  }
}

test('what the check lets pass, GNU tar in the sandbox reads as the same names', async () => {
  const random = seeded(7);
  let compared = 0;
  for (let round = 0; round < 600; round++) {
    const tar = mutate(random);
    const names = await namesByTheCheck(tar);
    if (names === undefined) continue;
    expect(await namesByGnuTar(await writtenAnew(gzipSync(tar)))).toEqual(names);
    compared++;
  }
  expect(compared).toBeGreaterThan(100);
});
