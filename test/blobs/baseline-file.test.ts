import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ArchiveCheck } from '../../src/blobs/archive.js';
import { DEFAULT_ARCHIVE_LIMITS } from '../../src/blobs/limits.js';
import type { Manifest } from '../../src/blobs/manifest.js';
import { MAX_BASELINE_BYTES, type ProjectText } from '../../src/blobs/project-text.js';
import { manifestOf } from '../../src/ecosystems/recognition/choose.js';
import { END, entry, file, folder, hardLink, MANIFEST, pax, project, symlink, tarball } from './tar-writer.js';

const NAME = 'packwarden.yaml';
const OURS = 'accept: []\n';
const THEIRS = 'accept: [theirs]\n';
const nested = file('package/package.json', '{}');
const ours: ProjectText = { text: OURS };

const rows: readonly [string, Buffer, ProjectText | null, Manifest?][] = [
  ['there is none', project(), null],
  ['beside the manifest', project(file(NAME, OURS)), ours],
  ['before the manifest', tarball(file(NAME, OURS), MANIFEST), ours],
  ['beside a Gemfile', tarball(file('Gemfile', 'x'), file(NAME, OURS)), ours, manifestOf('bundler')],
  ['with a byte order mark', project(file(NAME, `\ufeff${OURS}`)), ours],
  ['in the folder that everything lies in', tarball(nested, file(`package/${NAME}`, OURS)), ours],
  ['written twice: the last one wins, as in every tar', project(file(NAME, THEIRS), file(`./${NAME}`, OURS)), ours],
  [
    'under its real name alone',
    project(pax({ path: NAME }), file('other', OURS), file('PACKWARDEN.yaml', THEIRS)),
    ours,
  ],
  ['as large as may be', project(file(NAME, 'x'.repeat(MAX_BASELINE_BYTES))), { text: 'x'.repeat(MAX_BASELINE_BYTES) }],
  ['empty', project(file(NAME)), { text: '' }],
  // Whose it is not.
  ['in a dependency', project(file(`node_modules/evil/${NAME}`, THEIRS)), null],
  ['in a vendored package', project(file(`evil/package.json`, '{}'), file(`evil/${NAME}`, THEIRS)), null],
  ['in a workspace', project(file(`packages/a/${NAME}`, THEIRS)), null],
  ['in a folder, whose manifest is not the one', tarball(nested, file(`package/${NAME}`, THEIRS), MANIFEST), null],
  ['in a folder below the manifest', tarball(nested, file(`package/sub/${NAME}`, THEIRS)), null],
  // What can't be read is reported.
  ['a link', project(file('theirs', THEIRS), symlink(NAME, 'theirs')), { problem: 'it is a symlink, not a file' }],
  ['a hard link', project(file('theirs', THEIRS), hardLink(NAME, 'theirs')), { problem: 'it is a link, not a file' }],
  ['a folder', project(folder(NAME)), { problem: 'it is a directory, not a file' }],
  ['not text', project(entry({ path: NAME, body: Buffer.from([0xff, 0xfe, 0]) })), { problem: 'it is not UTF-8' }],
  [
    'too large',
    project(file(NAME, 'x'.repeat(MAX_BASELINE_BYTES + 1))),
    { problem: `it is larger than ${MAX_BASELINE_BYTES} bytes` },
  ],
];

describe('the baseline of an uploaded project', () => {
  it.each(rows)('%s', async (_title, body, expected, manifest = manifestOf('auto')) => {
    const check = new ArchiveCheck(manifest, DEFAULT_ARCHIVE_LIMITS);
    try {
      for (let at = 0; at < body.length; at += 97) await check.write(body.subarray(at, at + 97));
      expect(await check.end()).toEqual(expected);
    } finally {
      check.close();
    }
  });

  it('costs no memory while it is too large, and no manifest', async () => {
    const check = new ArchiveCheck(manifestOf('auto'), DEFAULT_ARCHIVE_LIMITS);
    try {
      const huge = entry({ path: NAME, body: Buffer.alloc(24 * 1024 ** 2, 'a: b\n') });
      await check.write(gzipSync(Buffer.concat([huge, MANIFEST, END])));
      expect(await check.end()).toMatchObject({ problem: expect.stringContaining('larger') });
    } finally {
      check.close();
    }
  });
});
