import { entry, file, folder, gnuLong, hardLink, MANIFEST, pax, project, symlink, tarball } from '../tar-writer.js';
import { base256 } from './refused-row.js';

/** What macOS's tar puts in front of each entry: the header of an AppleDouble file (RFC 1740) and some attributes. */
export const APPLE_DOUBLE = Buffer.concat([
  Buffer.from('0005160700020000', 'hex'),
  Buffer.from('Mac OS X        \0\x01\0\0\0\x09\0\0\0\x32\0\0\0\x20', 'latin1'),
  Buffer.alloc(44),
]);
const double = (path: string) => entry({ path, body: APPLE_DOUBLE });
/** A file with a hole of 4 KiB in front of `end`, in GNU's PAX format 1.0. */
export const sparse = (path: string, realSize = 4099) =>
  Buffer.concat([
    pax({
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': path,
      'GNU.sparse.realsize': `${realSize}`,
    }),
    entry({ path: 'GNUSparseFile.0/x', body: `${'1\n4096\n3\n'.padEnd(512, '\0')}end` }),
  ]);

const MACOS = [
  {
    what: "macOS's tar: ._ files before each entry, one beside the packed folder",
    body: () =>
      tarball(
        double('./._notes'),
        folder('notes/'),
        double('notes/._package.json'),
        pax({ mtime: '1700000000.123456789', 'LIBARCHIVE.xattr.com.apple.provenance': 'AQIAAA' }),
        file('notes/package.json', '{}'),
        double('notes/._src'),
        folder('notes/src/'),
        double('notes/src/._index.js'),
        file('notes/src/index.js', '1'),
      ),
  },
  {
    what: "macOS's tar of .: ._. and ./._package.json",
    body: () => tarball(double('./._.'), folder('./'), double('./._package.json'), file('./package.json', '{}')),
  },
  {
    what: "macOS's Finder: __MACOSX and .DS_Store beside the packed folder",
    body: () =>
      tarball(
        double('__MACOSX/._notes'),
        double('__MACOSX/notes/._package.json'),
        file('.DS_Store', '\0\0\0\x01Bud1'),
        file('notes/package.json', '{}'),
      ),
  },
  {
    what: 'a package.json of its own in __MACOSX',
    body: () => tarball(file('__MACOSX/package.json', 'no JSON'), file('notes/package.json', '{}')),
  },
  {
    what: 'a ._ file with a long name',
    body: () => project(gnuLong('L', `${'long/'.repeat(30)}._x`), double('short')),
  },
  {
    what: "a folder's icon on macOS, with a carriage return",
    body: () => project(file('Icon\r'), double('d/._Icon\r')),
  },
  { what: "bsdtar's file with holes", body: () => project(sparse('bin/tool')) },
];

const LINUX = [
  {
    what: 'SELinux and ACL records',
    body: () =>
      project(
        pax({
          'RHT.security.selinux': 'unconfined_u:object_r:user_home_t:s0',
          'SCHILY.xattr.security.selinux': 'system_u:object_r:usr_t:s0\0',
          'SCHILY.acl.access': 'user::rw-\ngroup::r--\nother::r--\n',
          'SCHILY.acl.default': '',
          'SCHILY.fflags': 'nodump',
          'LIBARCHIVE.creationtime': '-3.1',
          hdrcharset: 'BINARY',
        }),
        file('a'),
      ),
  },
  {
    what: 'a global PAX header with a time and an owner',
    body: () => tarball(pax({ comment: 'a', mtime: '-5.5', uid: '1902123456', 'SCHILY.xattr.a': 'b' }, 'g'), MANIFEST),
  },
  { what: 'a global PAX header in front of each entry', body: () => tarball(...[1, 2].flatMap(withComment), MANIFEST) },
  {
    what: 'an owner of Active Directory in PAX',
    body: () => project(pax({ uid: '1902123456', gid: '1902123456' }), file('a')),
  },
  { what: 'an owner in base 256', body: () => project(entry({ path: 'a', uid: base256(1_902_123_456n, 8) })) },
  { what: 'an owner of -2 in base 256', body: () => project(entry({ path: 'a', uid: base256(-2n, 8) })) },
  { what: 'an owner beyond 32 bits', body: () => project(entry({ path: 'a', uid: base256(2n ** 33n, 8) })) },
  {
    what: 'owners that are none in PAX',
    body: () =>
      project(pax({ uid: '-2' }), file('a'), pax({ gid: '4294967298' }), file('b'), pax({ uid: 'x' }), file('c')),
  },
  {
    what: 'the times of an incremental backup, which are bytes where others have a prefix',
    body: () => project(entry({ path: 'a', magic: 'ustar  \0', prefix: base256(1_700_000_000n) })),
  },
  { what: 'the prefix of ustar', body: () => project(entry({ path: 'f', prefix: `${'d/'.repeat(70)}end` })) },
  {
    what: 'folders and files that nobody may enter or write',
    body: () =>
      tarball(
        entry({ path: 'p/', type: '5', mode: 0 }),
        entry({ path: 'p/package.json', body: '{}', mode: 0o444 }),
        entry({ path: 'p/d/', type: '5', mode: 0o555 }),
        entry({ path: 'p/d/f', mode: 0 }),
      ),
  },
  {
    what: 'hard links inside',
    body: () => tarball(file('./p/a', 'x'), hardLink('./p/d/b', './p/a'), file('./p/package.json', '{}')),
  },
];

const TIMES = [
  { what: 'a time before 1970 with a fraction', body: () => project(pax({ mtime: '-86400.25' }), file('a')) },
  { what: 'a time before 1970 in base 256', body: () => project(entry({ path: 'a', mtime: base256(-86_400n) })) },
  { what: 'a time in 1601', body: () => project(entry({ path: 'a', mtime: base256(-11_644_473_600n) })) },
  { what: 'a time in 2107', body: () => project(entry({ path: 'a', mtime: 4_323_369_600 })) },
  { what: 'a time beyond what a file system holds', body: () => project(pax({ mtime: '99999999999999' }), file('a')) },
  {
    what: 'times that are none',
    body: () =>
      project(...['', 'yesterday', '1e99', '9'.repeat(30)].flatMap((mtime, i) => [pax({ mtime }), file(`${i}`)])),
  },
  { what: 'a time of blanks', body: () => project(entry({ path: 'a', mtime: Buffer.alloc(12, ' ') })) },
];

const NAMES = [
  { what: 'a folder ././', body: () => tarball(folder('././'), folder('./p/'), file('././p//package.json', '{}')) },
  {
    what: 'a folder with spaces, capitals and signs',
    body: () => tarball(file("Mein Projekt (Kopie) #2 100% 'ü'/package.json", '{}')),
  },
  { what: 'a folder in the form of macOS (NFD)', body: () => tarball(file('e\u0301te\u0301/package.json', '{}')) },
  { what: 'a file beside the one folder', body: () => tarball(file('README.md', 'x'), file('p/package.json', '{}')) },
  {
    what: 'a hidden folder beside the one folder',
    body: () => tarball(file('.git/HEAD'), file('p/package.json', '{}')),
  },
  {
    what: 'the header of git archive, unpacked as a file by a program that does not know it',
    body: () => tarball(file('pax_global_header', 'x'), file('p/package.json', '{}')),
  },
  {
    what: 'a symlink beside the one folder',
    body: () => tarball(symlink('latest', 'p'), file('p/package.json', '{}')),
  },
];

/** Archives as programs other than ours write them. Each is unpacked in the sandbox without a fault. */
export const FOREIGN: readonly { readonly what: string; readonly body: () => Buffer }[] = [
  ...MACOS,
  ...LINUX,
  ...TIMES,
  ...NAMES,
];

function withComment(i: number): Buffer[] {
  return [pax({ comment: 'a'.repeat(40) }, 'g'), file(`f${i}`)];
}
