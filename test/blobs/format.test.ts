import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkArchive } from './check.js';
import { END, MANIFEST, project } from './tar-writer.js';

const hex = (bytes: string) => Buffer.concat([Buffer.from(bytes, 'hex'), Buffer.alloc(600, 0x80)]);
const PLAIN_TAR = Buffer.concat([MANIFEST, END]);

/** What somebody sends by mistake, and how the refusal calls it. */
const FORMATS: readonly (readonly [string, Buffer])[] = [
  ['a zip archive', hex('504b0304')],
  ['an empty zip archive', hex('504b0506')],
  ['xz data', hex('fd377a585a00')],
  ['zstd data', hex('28b52ffd')],
  ['bzip2 data', hex('425a6839')],
  ['lz4 data', hex('04224d18')],
  ['a 7z archive', hex('377abcaf271c')],
  ['a rar archive', hex('526172211a0700')],
  ['compress data (.Z)', hex('1f9d90')],
  ['a plain tar, not compressed', PLAIN_TAR],
  ['gzip data in base64', Buffer.from(project().toString('base64'))],
  ['text', Buffer.from('project.tgz')],
  ['text', Buffer.from('{"name":"a"}')],
  [
    'a form (send the file itself: curl --data-binary @FILE)',
    Buffer.from('--------------------------d74496d66958873e\r\nContent-Disposition: form-data; name="file"\r\n\r\n'),
  ],
];

test.each(FORMATS)('%s in place of gzip is called so', async (name, body) => {
  await expect(checkArchive(body)).rejects.toMatchObject({
    code: 'not-gzip',
    message: `the body is ${name}: send a .tar.gz or .tgz`,
  });
});

test('what has no known form is just not gzip', async () => {
  await expect(checkArchive(hex('deadbeef'))).rejects.toMatchObject({
    code: 'not-gzip',
    message: 'the body is not gzip: send a .tar.gz or .tgz',
  });
});

test.each([
  ['a zip archive', hex('504b0304')],
  ['gzip data', project()],
  ['xz data', hex('fd377a585a00')],
  ['text', Buffer.from('{"name":"a"}')],
])('%s in the gzip, in place of a tar, is called so', async (name, content) => {
  await expect(checkArchive(gzipSync(content))).rejects.toMatchObject({
    code: 'not-tar',
    message: `the content of the gzip data is ${name}, not a tar archive`,
  });
});
