import { gzipSync } from 'node:zlib';
import { entry, file, folder, gnuLong, hardLink, MANIFEST, pax, project, symlink } from '../tar-writer.js';
import { base256, MIB, negative, type RefusedRow } from './refused-row.js';

/** Links that leave the root, or that later entries go through. */
export const LINKS: readonly RefusedRow[] = [
  {
    what: 'a symlink to /etc/passwd',
    body: () => project(symlink('a', '/etc/passwd')),
    code: 'link-outside',
    entry: 'a',
  },
  { what: 'a symlink to ..', body: () => project(symlink('a', '..')), code: 'link-outside', entry: 'a' },
  {
    what: 'a symlink one too high',
    body: () => project(symlink('d/a', '../../x')),
    code: 'link-outside',
    entry: 'd/a',
  },
  {
    what: 'a symlink that climbs late',
    body: () => project(symlink('a', 'b/../..')),
    code: 'link-outside',
    entry: 'a',
  },
  {
    what: 'a chain: . and then through it',
    body: () => project(symlink('s', '.'), symlink('t', 's/s/s/..')),
    code: 'link-outside',
    entry: 't',
  },
  {
    what: 'the same chain in the other order',
    body: () => project(symlink('t', 's/s/s/..'), symlink('s', '.')),
    code: 'link-outside',
    entry: 't',
  },
  {
    what: 'a symlink outside in a GNU long target',
    body: () => project(gnuLong('K', `${'../'.repeat(40)}etc`), symlink('a', 'x')),
    code: 'link-outside',
    entry: 'a',
  },
  {
    what: 'a symlink outside in a PAX target',
    body: () => project(pax({ linkpath: '/root' }), symlink('a', 'x')),
    code: 'link-outside',
    entry: 'a',
  },
  { what: 'an empty symlink', body: () => project(symlink('a', '')), code: 'corrupt-entry', entry: 'a' },
  {
    what: 'a file through a symlink',
    body: () => project(symlink('a', 'b'), file('a/x')),
    code: 'through-link',
    entry: 'a/x',
  },
  {
    what: 'a symlink through a symlink',
    body: () => project(folder('d'), symlink('d/up', '..'), symlink('d/up/out', '../x')),
    code: 'through-link',
    entry: 'd/up/out',
  },
  {
    what: 'a file over a symlink',
    body: () => project(symlink('a', 'b'), file('a', 'x')),
    code: 'conflicting-entry',
    entry: 'a',
  },
  {
    what: 'a symlink over a file',
    body: () => project(file('a', 'x'), symlink('a', 'b')),
    code: 'conflicting-entry',
    entry: 'a',
  },
  {
    what: 'a symlink swapped between entries',
    body: () => project(symlink('a', 'b'), symlink('a', 'c')),
    code: 'conflicting-entry',
    entry: 'a',
  },
  {
    what: 'a symlink over a folder in use',
    body: () => project(file('a/x'), symlink('a', 'b')),
    code: 'conflicting-entry',
    entry: 'a',
  },
  {
    what: 'a hard link to /etc/shadow',
    body: () => project(hardLink('a', '/etc/shadow')),
    code: 'link-outside',
    entry: 'a',
  },
  { what: 'a hard link to ../x', body: () => project(hardLink('a', '../x')), code: 'link-outside', entry: 'a' },
  { what: 'a hard link to nothing', body: () => project(hardLink('a', 'b')), code: 'link-target', entry: 'a' },
  { what: 'a hard link to itself', body: () => project(hardLink('a', './a')), code: 'link-target', entry: 'a' },
  {
    what: 'a hard link to a symlink, which would move it',
    body: () => project(symlink('d/e/s', '../../x'), hardLink('s', 'd/e/s')),
    code: 'link-target',
    entry: 's',
  },
  {
    what: 'a hard link chain that ends outside',
    body: () => project(hardLink('a', 'b'), hardLink('b', '../c')),
    code: 'link-target',
    entry: 'a',
  },
];

/** Devices, counts, sizes and other faults of single entries. */
export const ENTRIES: readonly RefusedRow[] = [
  {
    what: 'a character device',
    body: () => project(entry({ path: 'null', type: '3' })),
    code: 'device',
    entry: 'null',
  },
  { what: 'a block device', body: () => project(entry({ path: 'sda', type: '4' })), code: 'device', entry: 'sda' },
  { what: 'a pipe', body: () => project(entry({ path: 'p', type: '6' })), code: 'device', entry: 'p' },
  {
    what: 'a GNU sparse file',
    body: () => project(entry({ path: 's', type: 'S' })),
    code: 'unsupported-entry',
    entry: 's',
  },
  {
    what: 'a PAX sparse file of a terabyte',
    body: () => project(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.realsize': '1099511627776' }), file('s')),
    code: 'unsupported-entry',
    entry: 's',
  },
  {
    what: 'a multi-volume part',
    body: () => project(entry({ path: 'm', type: 'M' })),
    code: 'unsupported-entry',
    entry: 'm',
  },
  {
    what: 'a dump folder',
    body: () => project(entry({ path: 'd', type: 'D' })),
    code: 'unsupported-entry',
    entry: 'd',
  },
  {
    what: 'an unknown type',
    body: () => project(entry({ path: 'z', type: 'Z' })),
    code: 'unsupported-entry',
    entry: 'z',
  },
  {
    what: 'a global PAX header that renames',
    body: () => project(pax({ path: '../x' }, 'g'), file('a')),
    code: 'unsupported-entry',
  },
  {
    what: 'an extended header of 2 MiB',
    body: () => project(pax({ comment: 'x'.repeat(2 * MIB) }), file('a')),
    code: 'unsupported-entry',
  },
  {
    what: 'a PAX record longer than its header',
    body: () => project(entry({ path: 'x', type: 'x', body: '99 path=a\n' }), file('a')),
    code: 'corrupt-entry',
  },
  {
    what: 'a GNU long path that goes on behind its end',
    body: () => project(entry({ path: '././@LongLink', type: 'L', body: 'ok/../../x\0', size: 2 }), file('a')),
    code: 'corrupt-entry',
  },
  {
    what: 'a GNU long path of nothing',
    body: () => project(entry({ path: '././@LongLink', type: 'L' }), file('a')),
    code: 'corrupt-entry',
  },
  {
    what: 'two PAX headers for one entry',
    body: () => project(pax({ path: 'a' }), pax({ path: 'b' }), file('c')),
    code: 'corrupt-entry',
  },
  {
    what: 'a folder with content',
    body: () => project(entry({ path: 'd', type: '5', size: 512 })),
    code: 'corrupt-entry',
    entry: 'd',
  },
  {
    what: 'a symlink with content',
    body: () => project(entry({ path: 'l', type: '2', target: 'a', body: 'x' })),
    code: 'corrupt-entry',
    entry: 'l',
  },
  {
    what: 'a negative size',
    body: () => project(entry({ path: 'n', size: negative })),
    code: 'corrupt-entry',
    entry: 'n',
  },
  {
    what: 'a size that is no number',
    body: () => project(entry({ path: 'n', size: Buffer.from('12x45678901\0') })),
    code: 'corrupt-entry',
    entry: 'n',
  },
  {
    what: 'an entry behind a lone block of zeros',
    body: () => project(Buffer.alloc(512), file('hidden')),
    code: 'corrupt-entry',
  },
  { what: 'a wrong checksum', body: () => project(entry({ path: 'c', checksum: 1 })), code: 'corrupt-entry' },
  {
    what: '10,001 entries',
    body: () => project(...Array.from({ length: 10_000 }, (_, i) => file(`f${i}`))),
    code: 'too-many-entries',
    entry: 'f9999',
  },
  {
    what: '400,000 folders in 9,000 entries',
    body: () => project(...Array.from({ length: 9_000 }, (_, i) => file(`${i}/${'a/'.repeat(40)}x`))),
    code: 'too-many-entries',
  },
  {
    what: 'a bomb of 42 KB that unpacks to gigabytes',
    body: () => {
      const head = entry({ path: 'zeros', size: base256(8n * 1024n ** 3n) });
      const member = gzipSync(Buffer.alloc(40 * MIB));
      return Buffer.concat([gzipSync(Buffer.concat([MANIFEST, head])), member]);
    },
    code: 'bomb',
    entry: 'zeros',
  },
];
