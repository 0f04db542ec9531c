import { gzipSync } from 'node:zlib';
import {
  END,
  entry,
  file,
  folder,
  gnuLong,
  hardLink,
  MANIFEST,
  pax,
  project,
  symlink,
  tarball,
} from '../tar-writer.js';
import { ENTRIES, LINKS } from './entry-table.js';
import { FOREIGN, sparse } from './foreign-table.js';
import { ODD_REFUSED, ODD_TAKEN } from './odd-table.js';
import { base256, MIB, type RefusedRow, random } from './refused-row.js';

const NOT_AN_ARCHIVE: readonly RefusedRow[] = [
  { what: 'an empty body', body: () => Buffer.alloc(0), code: 'empty-body' },
  { what: 'one byte', body: () => Buffer.from([0x1f]), code: 'not-gzip' },
  { what: 'text', body: () => Buffer.from('hello, this is no archive'), code: 'not-gzip' },
  { what: 'a plain tar', body: () => Buffer.concat([MANIFEST, END]), code: 'not-gzip' },
  { what: 'a zip', body: () => Buffer.from('PK\x03\x04 and so on'), code: 'not-gzip' },
  { what: 'gzip that is not tar', body: () => gzipSync(Buffer.alloc(2000, 'text ')), code: 'not-tar' },
  {
    what: 'gzip of noise that looks like a number in base 256',
    body: () => gzipSync(Buffer.alloc(2000, 0xfe)),
    code: 'not-tar',
  },
  { what: 'gzip of a few bytes', body: () => gzipSync('short'), code: 'not-tar' },
  { what: 'gzip of nothing', body: () => gzipSync(''), code: 'not-tar' },
  { what: 'gzip in gzip', body: () => gzipSync(project()), code: 'not-tar' },
  { what: 'gzip cut in its header', body: () => project().subarray(0, 5), code: 'truncated' },
  { what: 'gzip cut in its middle', body: () => project(file('a', 'b')).subarray(0, 60), code: 'truncated' },
  { what: 'gzip without its checksum', body: () => project().subarray(0, -6), code: 'truncated' },
  {
    what: 'gzip with a flipped byte',
    body: () => {
      const body = Buffer.from(project(entry({ path: 'a', body: random(4000) })));
      body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 0xff;
      return body;
    },
    code: 'corrupt-gzip',
  },
  {
    what: 'garbage behind the gzip',
    body: () => Buffer.concat([project(), Buffer.from('garbage')]),
    code: 'corrupt-gzip',
  },
  { what: 'zeros behind the gzip', body: () => Buffer.concat([project(), Buffer.alloc(64)]), code: 'corrupt-gzip' },
  {
    what: 'a tar cut in an entry',
    body: () => gzipSync(Buffer.concat([MANIFEST, file('a', 'x'.repeat(900))]).subarray(0, 1800)),
    code: 'truncated',
  },
  {
    what: 'a tar cut in a header',
    body: () => gzipSync(Buffer.concat([MANIFEST, folder('a')]).subarray(0, 1300)),
    code: 'truncated',
  },
  {
    what: 'a tar that ends behind an extended header',
    body: () => gzipSync(Buffer.concat([MANIFEST, pax({ path: 'a' })])),
    code: 'truncated',
  },
  {
    what: 'a 4 GiB header with no data',
    body: () => gzipSync(Buffer.concat([MANIFEST, entry({ path: 'huge', size: base256(4n * 1024n ** 3n) })])),
    code: 'truncated',
  },
];

const MANIFESTS: readonly RefusedRow[] = [
  { what: 'an archive of nothing', body: () => tarball(), code: 'no-manifest' },
  { what: 'no package.json', body: () => tarball(file('README.md', 'x')), code: 'no-manifest' },
  { what: 'package.json two folders down', body: () => tarball(file('a/b/package.json', '{}')), code: 'no-manifest' },
  {
    what: 'package.json in one of two folders',
    body: () => tarball(file('a/package.json', '{}'), file('b/x', '')),
    code: 'no-manifest',
  },
  {
    what: 'a hidden folder',
    body: () => tarball(file('.p/package.json', '{}')),
    code: 'no-manifest',
  },
  { what: '__MACOSX alone', body: () => tarball(file('__MACOSX/package.json', '{}')), code: 'no-manifest' },
  { what: 'Package.JSON', body: () => tarball(file('Package.JSON', '{}')), code: 'no-manifest' },
  { what: 'a package.json that is no JSON', body: () => tarball(file('package.json', '{,}')), code: 'bad-manifest' },
  { what: 'an empty package.json', body: () => tarball(file('package.json', '')), code: 'bad-manifest' },
  { what: 'a package.json that is a list', body: () => tarball(file('package.json', '[]')), code: 'bad-manifest' },
  { what: 'a package.json that is null', body: () => tarball(file('package.json', 'null')), code: 'bad-manifest' },
  {
    what: 'a package.json that is not UTF-8',
    body: () => tarball(entry({ path: 'package.json', body: Buffer.from([0x7b, 0xff, 0x7d]) })),
    code: 'bad-manifest',
  },
  {
    what: 'a package.json nested 100,000 deep',
    body: () => tarball(file('package.json', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)),
    code: 'bad-manifest',
  },
  {
    what: 'a package.json of 100 MB',
    body: () => gzipSync(Buffer.concat([entry({ path: 'package.json', size: 100 * MIB }), Buffer.alloc(4096)])),
    code: 'bad-manifest',
    entry: 'package.json',
  },
  {
    what: 'a package.json full of quotes',
    body: () => tarball(file('package.json', `{"a":"${'\\"'.repeat(MIB)}`)),
    code: 'bad-manifest',
  },
  {
    what: 'a package.json that is a symlink',
    body: () => tarball(file('a.json', '{}'), symlink('package.json', 'a.json')),
    code: 'bad-manifest',
    entry: 'package.json',
  },
  {
    what: 'a package.json with holes',
    body: () => tarball(sparse('package.json')),
    code: 'bad-manifest',
    entry: 'package.json',
  },
  {
    what: 'a package.json that is a hard link',
    body: () => tarball(file('a.json', '{}'), hardLink('package.json', 'a.json')),
    code: 'bad-manifest',
    entry: 'package.json',
  },
  {
    what: 'a package.json that is a folder',
    body: () => tarball(folder('package.json')),
    code: 'bad-manifest',
    entry: 'package.json',
  },
  {
    what: 'a second package.json that is broken',
    body: () => project(file('./package.json', '{')),
    code: 'bad-manifest',
  },
];

const PATHS: readonly RefusedRow[] = [
  {
    what: 'an absolute path',
    body: () => project(file('/etc/cron.d/x')),
    code: 'absolute-path',
    entry: '/etc/cron.d/x',
  },
  { what: 'two slashes', body: () => project(file('//etc/x')), code: 'absolute-path', entry: '//etc/x' },
  { what: '..', body: () => project(folder('..')), code: 'parent-path', entry: '..' },
  { what: '../x', body: () => project(file('../x')), code: 'parent-path', entry: '../x' },
  { what: '.. in the middle', body: () => project(file('a/../../x')), code: 'parent-path', entry: 'a/../../x' },
  { what: '.. that stays inside', body: () => project(file('a/../b')), code: 'parent-path', entry: 'a/../b' },
  {
    what: '.. in the prefix',
    body: () => project(entry({ path: 'x', prefix: '..' })),
    code: 'parent-path',
    entry: '../x',
  },
  {
    what: '.. in a PAX path',
    body: () => project(pax({ path: '../x' }), file('x')),
    code: 'parent-path',
    entry: '../x',
  },
  {
    what: '.. in a GNU long path',
    body: () => project(gnuLong('L', '../x'), file('x')),
    code: 'parent-path',
    entry: '../x',
  },
  {
    what: '.. behind a PAX value with a line feed that fakes a path',
    body: () => project(pax({ comment: 'a\n11 path=ok\n' }), file('../x')),
    code: 'parent-path',
    entry: '../x',
  },
  {
    what: '.. in the prefix of a foreign ustar version',
    body: () => project(entry({ path: 'x', prefix: '..', magic: 'ustar\x0007' })),
    code: 'corrupt-entry',
    entry: 'x',
  },
  { what: 'an escape sequence', body: () => project(file('a\x1b[2Jb')), code: 'entry-name', entry: 'a\\u{1b}[2Jb' },
  { what: 'a line feed', body: () => project(file('a\nb')), code: 'entry-name', entry: 'a\\u{a}b' },
  {
    what: 'a name that is not UTF-8',
    body: () => project(entry({ path: Buffer.from([0x61, 0xff, 0xfe]) })),
    code: 'entry-name',
  },
  {
    what: 'a PAX path that is not UTF-8',
    body: () => project(pax({ path: Buffer.from([0xc3, 0x28]) }), file('x')),
    code: 'entry-name',
  },
  { what: 'an empty PAX path', body: () => project(pax({ path: '' }), file('x')), code: 'corrupt-entry' },
  {
    what: 'a path of 1,025 bytes',
    body: () => project(pax({ path: `${'a/'.repeat(20)}${'b'.repeat(200)}/`.repeat(5).slice(0, 1025) }), file('x')),
    code: 'path-too-long',
  },
  {
    what: 'a name of 256 bytes',
    body: () => project(pax({ path: 'é'.repeat(128) }), file('x')),
    code: 'path-too-long',
  },
  { what: '129 folders', body: () => project(pax({ path: `${'a/'.repeat(128)}x` }), file('x')), code: 'path-too-deep' },
  { what: 'a file below a file', body: () => project(file('a'), file('a/b')), code: 'conflicting-entry', entry: 'a/b' },
  { what: 'a folder over a file', body: () => project(file('a'), folder('a')), code: 'conflicting-entry', entry: 'a' },
  { what: 'the root as a symlink', body: () => project(symlink('./', 'x')), code: 'conflicting-entry', entry: './' },
];

/** Every body that is refused, and why. */
export const REFUSED: readonly RefusedRow[] = [
  ...NOT_AN_ARCHIVE,
  ...MANIFESTS,
  ...PATHS,
  ...LINKS,
  ...ENTRIES,
  ...ODD_REFUSED,
];

/** Bodies that look odd and are taken, because unpacking them does no harm. */
export const TAKEN: readonly { readonly what: string; readonly body: () => Buffer }[] = [
  { what: 'package.json alone', body: () => project() },
  { what: 'everything below ./', body: () => tarball(folder('./'), file('./package.json', '{}'), file('./a/b')) },
  {
    what: 'a single folder, as npm pack writes',
    body: () => tarball(file('package/package.json', '{}'), file('package/a')),
  },
  { what: 'a byte order mark in front of the JSON', body: () => tarball(file('package.json', '\ufeff{}')) },
  { what: 'brackets in strings', body: () => tarball(file('package.json', `{"a":"${'['.repeat(1000)}\\"{"}`)) },
  { what: '10,000 entries', body: () => project(...Array.from({ length: 9_999 }, (_, i) => file(`f${i}`))) },
  { what: 'a GNU long path', body: () => project(gnuLong('L', `${'long/'.repeat(60)}name`), file('short')) },
  { what: 'a PAX path in Chinese', body: () => project(pax({ path: `包/${'管'.repeat(80)}` }), file('short')) },
  {
    what: 'binary extended attributes',
    body: () => project(pax({ 'SCHILY.xattr.a': Buffer.from([0, 10, 255, 10]) }), file('a')),
  },
  { what: "git archive's global comment", body: () => tarball(pax({ comment: 'a'.repeat(40) }, 'g'), MANIFEST) },
  { what: 'the same file twice', body: () => project(file('a', '1'), file('a', '2')) },
  { what: 'names that differ in case only', body: () => project(file('a'), file('A')) },
  { what: 'a setuid bit', body: () => project(entry({ path: 'su', mode: 0o4755 })) },
  {
    what: 'node_modules/.bin links',
    body: () => project(file('node_modules/x/cli.js'), symlink('node_modules/.bin/x', '../x/cli.js')),
  },
  {
    what: 'a workspace link',
    body: () => project(file('packages/a/package.json', '{}'), symlink('node_modules/a', '../packages/a')),
  },
  { what: 'a symlink to nothing inside', body: () => project(symlink('a', 'later')) },
  { what: 'a symlink to itself', body: () => project(symlink('a', 'a')) },
  { what: 'a hard link to an earlier file', body: () => project(file('a', 'x'), hardLink('d/b', './a')) },
  {
    what: 'two gzip members',
    body: () => Buffer.concat([gzipSync(MANIFEST), gzipSync(Buffer.concat([file('a'), END]))]),
  },
  { what: 'no end blocks', body: () => gzipSync(MANIFEST) },
  {
    what: 'anything behind the end blocks',
    body: () => gzipSync(Buffer.concat([MANIFEST, END, Buffer.alloc(700, 'x')])),
  },
  {
    what: 'a folder by an old tar',
    body: () => project(entry({ path: 'old/', magic: '' }), entry({ path: 'old/f', magic: '' })),
  },
  ...ODD_TAKEN,
  ...FOREIGN,
];
