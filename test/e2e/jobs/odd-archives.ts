import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { APPLE_DOUBLE, sparse } from '../../blobs/archive-tables/foreign-table.js';
import { base256 } from '../../blobs/archive-tables/refused-row.js';
import { END, entry, file, hardLink, pax, tarball } from '../../blobs/tar-writer.js';

const MANIFEST = JSON.stringify({ name: 'app', version: '1.0.0', dependencies: { dep: 'file:dep' } });
const DEP = JSON.stringify({ name: 'dep', version: '1.2.3', scripts: { postinstall: 'node setup.js' } });

/** A project that installs a folder of its own, in a folder of the archive with this name, with everything that other programs add. */
export function oddProject(root: string): Buffer {
  const at = (path: string) => `${root}/${path}`;
  const double = (path: string) => entry({ path, body: APPLE_DOUBLE });
  return tarball(
    double(`._${root}`),
    pax({ comment: 'a'.repeat(40) }, 'g'),
    entry({ path: at(''), type: '5', mode: 0o555, mtime: base256(-86_400n) }),
    double(at('._package.json')),
    pax({ uid: '-2', gid: '99999999999', mtime: '-86400.25', 'SCHILY.acl.access': 'user::rw-\n' }),
    entry({ path: at('package.json'), mode: 0o444, body: MANIFEST }),
    entry({ path: at('dep/'), type: '5', mode: 0 }),
    double(at('._dep')),
    double(at('dep/._package.json')),
    entry({ path: at('dep/package.json'), mode: 0, body: DEP, uid: base256(2n ** 33n, 8) }),
    file(at('dep/setup.js'), "console.log('ran')"),
    pax({ 'RHT.security.selinux': 'u:r:s0', mtime: '99999999999' }),
    file(at('dep/index.js'), 'module.exports = 1'),
    double(at('dep/._index.js')),
    hardLink(at('dep/again.js'), at('dep/index.js')),
    double(at('node_modules/._dep')),
    file(at('Icon\r')),
    sparse(at('data/holes')),
  );
}

/** A whole checkout: the same kind of project, and many small files in one folder. */
export async function checkout(files: number): Promise<Buffer> {
  function* entries(): Generator<Buffer> {
    yield file('app/package.json', MANIFEST);
    yield file('app/dep/package.json', DEP);
    yield file('app/dep/setup.js', "console.log('ran')");
    yield file('app/dep/index.js', 'module.exports = 1');
    for (let i = 0; i < files; i += 1) yield file(`app/source/thing_${i}.rb`, `class Thing${i}; end\n`);
    yield END;
  }
  return Buffer.concat(
    await Readable.from(entries())
      .pipe(createGzip({ level: 1 }))
      .toArray(),
  );
}
