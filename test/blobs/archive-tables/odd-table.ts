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
import { sparse } from './foreign-table.js';
import { base256, MIB, type RefusedRow } from './refused-row.js';

const MEMBER = gzipSync(Buffer.concat([MANIFEST, END]));

/** What few tars write and readers disagree about. */
export const ODD_REFUSED: readonly RefusedRow[] = [
  {
    what: 'a second gzip member that is noise',
    body: () => Buffer.concat([MEMBER, Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7])]),
    code: 'corrupt-gzip',
  },
  {
    what: 'a second gzip member that is cut',
    body: () => Buffer.concat([MEMBER, MEMBER.subarray(0, 30)]),
    code: 'truncated',
  },
  {
    what: 'an entry that goes on in the next gzip member, and is cut there',
    body: () =>
      Buffer.concat([gzipSync(Buffer.concat([MANIFEST, entry({ path: 'a', size: 2000 })])), gzipSync('short')]),
    code: 'truncated',
  },
  {
    what: 'fifty small gzip members that unpack to more than they may',
    body: () =>
      Buffer.concat([
        gzipSync(Buffer.concat([MANIFEST, entry({ path: 'z', size: base256(2n ** 40n) })])),
        ...Array<Buffer>(50).fill(gzipSync(Buffer.alloc(MIB))),
      ]),
    code: 'bomb',
    entry: 'z',
  },
  {
    what: 'a size of 8 GiB in octal digits',
    body: () => project(entry({ path: 'o', size: Buffer.from('77777777777\0') })),
    code: 'truncated',
  },
  {
    what: 'a size of 2^63 in base 256',
    body: () => project(entry({ path: 'o', size: base256(2n ** 63n) })),
    code: 'corrupt-entry',
  },
  {
    what: 'a PAX size of 4 GiB with no data',
    body: () => project(pax({ size: '4294967296' }), file('s')),
    code: 'truncated',
  },
  { what: 'a negative PAX size', body: () => project(pax({ size: '-1' }), file('s')), code: 'corrupt-entry' },
  {
    what: 'a PAX size above 2^53',
    body: () => project(pax({ size: '99999999999999999999' }), file('s')),
    code: 'corrupt-entry',
  },
  {
    what: 'a GNU long path of 2 MiB',
    body: () => project(gnuLong('L', 'a/'.repeat(MIB)), file('s')),
    code: 'unsupported-entry',
  },
  {
    what: 'a GNU long path with an escape sequence',
    body: () => project(gnuLong('L', `${'d/'.repeat(60)}\x1b[31m`), file('s')),
    code: 'entry-name',
  },
  {
    what: 'a GNU long path that is not UTF-8',
    body: () => project(entry({ path: 'L', type: 'L', body: Buffer.from([0x61, 0xff, 0]) }), file('s')),
    code: 'entry-name',
  },
  {
    what: 'two GNU long paths for one entry',
    body: () => project(gnuLong('L', 'a'), gnuLong('L', '../b'), file('c')),
    code: 'corrupt-entry',
  },
  {
    what: 'a harmless GNU long path behind which PAX climbs',
    body: () => project(gnuLong('L', 'ok'), pax({ path: '../x' }), file('c')),
    code: 'parent-path',
  },
  { what: 'a C1 control character', body: () => project(file('a\u0085b')), code: 'entry-name' },
  { what: 'a delete character', body: () => project(file('a\x7fb')), code: 'entry-name' },
  { what: 'a control character in a link target', body: () => project(symlink('a', 'b\rc')), code: 'entry-name' },
  {
    what: 'a PAX sparse file of version 0.0',
    body: () => project(pax({ 'GNU.sparse.size': '1099511627776', 'GNU.sparse.numblocks': '1' }), file('s')),
    code: 'unsupported-entry',
  },
  {
    what: 'a PAX sparse file of version 0.1',
    body: () => project(pax({ 'GNU.sparse.map': '0,1', 'GNU.sparse.name': '../x' }), file('s')),
    code: 'unsupported-entry',
  },
  {
    what: 'a PAX sparse file of version 1.0 that climbs',
    body: () => project(sparse('../x')),
    code: 'parent-path',
    entry: '../x',
  },
  {
    what: 'a PAX sparse file of version 1.0 with a terabyte of holes',
    body: () => project(sparse('s', 1024 ** 4)),
    code: 'bomb',
    entry: 's',
  },
  {
    what: "Solaris' extended header",
    body: () => project(entry({ path: 'X', type: 'X', body: '12 path=../x\n' }), file('s')),
    code: 'unsupported-entry',
  },
  { what: 'a volume label', body: () => project(entry({ path: 'label', type: 'V' })), code: 'unsupported-entry' },
  {
    what: 'old GNU long names',
    body: () => project(entry({ path: 'N', type: 'N', body: 'Rename a to ../x\n' })),
    code: 'unsupported-entry',
  },
  {
    what: 'a chain of hard links that ends in a symlink',
    body: () => project(symlink('a', 'x'), hardLink('b', 'a'), hardLink('c', 'b')),
    code: 'link-target',
  },
  { what: 'a hard link to a folder', body: () => project(folder('d'), hardLink('l', 'd')), code: 'link-target' },
  {
    what: 'a hard link with content',
    body: () => project(file('a', 'x'), entry({ path: 'b', type: '1', target: 'a', body: 'other' })),
    code: 'corrupt-entry',
  },
  {
    what: 'a hard link through a symlink',
    body: () => project(folder('d'), file('d/f'), symlink('s', 'd'), hardLink('l', 's/f')),
    code: 'link-target',
  },
  {
    what: 'package.json swapped for a symlink',
    body: () => project(symlink('package.json', 'other')),
    code: 'conflicting-entry',
  },
  {
    what: 'package.json behind a symlink',
    body: () => tarball(symlink('package', '.'), file('package/package.json', '{}')),
    code: 'through-link',
  },
];

/** Odd, and read by every tar in the same way. */
export const ODD_TAKEN: readonly { readonly what: string; readonly body: () => Buffer }[] = [
  {
    what: 'a chain of hard links',
    body: () =>
      project(file('a', 'x'), ...Array.from({ length: 500 }, (_, i) => hardLink(`l${i}`, i === 0 ? 'a' : `l${i - 1}`))),
  },
  {
    what: 'a GNU long path and a PAX path for one entry',
    body: () => project(gnuLong('L', 'by-gnu'), pax({ path: 'by-pax' }), file('short')),
  },
  { what: 'names that differ in their Unicode form only', body: () => project(file('\u00e9'), file('e\u0301')) },
  { what: 'a name that turns the reading direction', body: () => project(file('a\u202egpj.exe')) },
  {
    what: 'an entry cut by the border of two gzip members',
    body: () => {
      const tar = Buffer.concat([MANIFEST, file('a', 'x'.repeat(900)), END]);
      return Buffer.concat([gzipSync(tar.subarray(0, 1300)), gzipSync(tar.subarray(1300))]);
    },
  },
  {
    what: 'twenty thousand empty gzip members',
    body: () => Buffer.concat([...Array<Buffer>(20_000).fill(gzipSync('')), MEMBER]),
  },
  {
    what: 'another archive behind the end',
    body: () => Buffer.concat([MEMBER, gzipSync(Buffer.concat([file('../x'), END]))]),
  },
  {
    what: 'keys that are names of Object.prototype',
    body: () => tarball(file('package.json', '{"__proto__":{"a":1},"constructor":1,"a":1,"a":2}')),
  },
  {
    what: 'bits of setuid, setgid and sticky on everything',
    body: () => project(entry({ path: 'd/', type: '5', mode: 0o7777 }), entry({ path: 'd/x', mode: 0o7777 })),
  },
  {
    what: 'a PAX size that is the size',
    body: () => project(pax({ size: '3' }), entry({ path: 'three', body: 'abc', size: 0 })),
  },
  {
    what: 'a PAX size that hides the next header',
    body: () => project(pax({ size: '512' }), file('s'), file('../x')),
  },
  { what: 'a NUL in a PAX path', body: () => project(pax({ path: 'ok\0/../../x' }), file('c')) },
];
