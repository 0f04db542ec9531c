import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { describe, expect, test } from 'vitest';
import { rewritten } from '../../src/blobs/rewrite.js';
import { FOREIGN, sparse } from './archive-tables/foreign-table.js';
import { base256 } from './archive-tables/refused-row.js';
import { END, entry, file, folder, gnuLong, hardLink, pax, project, symlink, tarball } from './tar-writer.js';

async function rewrite(body: Buffer): Promise<Buffer> {
  return Buffer.concat(await rewritten(Readable.from([body])).tar.toArray());
}

interface Found {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly time: number;
  readonly target: string;
  readonly content: string;
}

/** The entries as node-tar reads them; a warning of it is an error. */
async function entriesOf(body: Buffer): Promise<Found[]> {
  const found: Promise<Found>[] = [];
  const parser = new Parser({ strict: true, onReadEntry: (read) => found.push(describeEntry(read)) });
  const ended = new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
  parser.end(await rewrite(body));
  await ended;
  return Promise.all(found);
}

async function describeEntry(read: ReadEntry): Promise<Found> {
  const { path, type, mode = 0, mtime, linkpath: target = '' } = read;
  const content = (await read.collect()).map(String).join('');
  return { path, type, mode, time: (mtime?.getTime() ?? 0) / 1000, target, content };
}

describe('what is written for the sandbox', () => {
  test('has the names, kinds, contents and targets of the archive', async () => {
    const long = `${'lang/'.repeat(40)}名前`;
    const target = `${'d/'.repeat(70)}x`;
    const body = tarball(
      folder('./'),
      folder('./d/'),
      file('.//d/./f', 'x'.repeat(513)),
      gnuLong('L', long),
      file('short', 'long'),
      pax({ linkpath: target }),
      symlink('s', 'short'),
      hardLink('./h', './d/f'),
      file('package.json', '{}'),
    );
    const found = await entriesOf(body);
    expect(found.map(({ path, type, target: to, content }) => [path, type, to, content])).toEqual([
      ['d', 'Directory', '', ''],
      ['d/f', 'File', '', 'x'.repeat(513)],
      [long, 'File', '', 'long'],
      ['s', 'SymbolicLink', target, ''],
      ['h', 'Link', 'd/f', ''],
      ['package.json', 'File', '', '{}'],
    ]);
  });

  test.each([
    ['a folder that nobody may enter', '5', 0, 0o700],
    ['a folder that nobody may write', '5', 0o555, 0o755],
    ['a file that nobody may read', '0', 0, 0o600],
    ['a file that nobody may write', '0', 0o444, 0o644],
    ['a program with a setuid bit', '0', 0o4755, 0o755],
  ])('%s can be worked with', async (_what, type, mode, written) => {
    const [found] = await entriesOf(tarball(entry({ path: 'x', type, mode })));
    expect(found?.mode).toBe(written);
  });

  test.each([
    ['now', file('x'), 0],
    ['with a fraction', Buffer.concat([pax({ mtime: '1700000000.9' }), file('x')]), 1_700_000_000],
    ['before 1970', Buffer.concat([pax({ mtime: '-86400.25' }), file('x')]), 0],
    ['before 1970 in base 256', entry({ path: 'x', mtime: base256(-1n) }), 0],
    ['in 2107', entry({ path: 'x', mtime: 4_323_369_600 }), 4_323_369_600],
    ['in the year 36812', entry({ path: 'x', mtime: base256(2n ** 40n) }), 8_589_934_591],
    ['that is none', Buffer.concat([pax({ mtime: 'x' }), entry({ path: 'x', mtime: 7 })]), 7],
  ])('a time %s is one that every tar takes', async (_what, bytes, time) => {
    const [found] = await entriesOf(tarball(bytes));
    expect(found?.time).toBe(time);
  });

  test('a file with holes keeps its map', async () => {
    const written = (await rewrite(project(sparse('dir/tool')))).toString('latin1');
    expect(written).toContain(' GNU.sparse.name=dir/tool\n');
    expect(written).toContain(' GNU.sparse.realsize=4099\n');
    expect(written).toContain('1\n4096\n3\n');
  });

  test('is nothing of what other programs add', async () => {
    const records = { 'SCHILY.xattr.user.a': 'b', uid: '1902123456', comment: 'c', atime: '1' };
    const written = await rewrite(project(pax(records), file('a')));
    expect(written.toString('latin1')).not.toMatch(/xattr|1902123456|comment|atime/);
  });
});

test.each(FOREIGN)('$what: node-tar reads what is written without a warning', async ({ body }) => {
  await expect(entriesOf(body())).resolves.not.toEqual([]);
});

test.each([
  ['the gzip data', gzipSync(file('a', 'b')).subarray(0, 40), 'truncated'],
  ['the tar', gzipSync(file('a', 'b').subarray(0, 700)), 'truncated'],
  ['everything', Buffer.from('no gzip'), 'corrupt-gzip'],
  ['nothing', Buffer.alloc(0), 'truncated'],
])('damage of %s is an error of the stream', async (_what, body, code) => {
  await expect(rewrite(body)).rejects.toMatchObject({ name: 'ArchiveError', code });
});

test('an archive that can not be read is an error of the stream', async () => {
  const broken = new Readable({ read: () => broken.destroy(new Error('disk gone')) });
  await expect(rewritten(broken).tar.toArray()).rejects.toThrow('disk gone');
});

test('who stops reading closes the archive', async () => {
  const sent = project(entry({ path: 'large', body: randomBytes(4 * 1024 ** 2) }));
  const body = Readable.from(Array.from({ length: 100 }, (_, i) => sent.subarray(i * 40_000, (i + 1) * 40_000)));
  const { tar: written } = rewritten(body);
  await once(written, 'readable');
  written.destroy();
  await expect.poll(() => body.destroyed).toBe(true);
});

test('the end is two blocks of zeros, whatever the archive has there', async () => {
  const written = await rewrite(gzipSync(file('a')));
  expect(written.subarray(-1024).equals(END)).toBe(true);
});
