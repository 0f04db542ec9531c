import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Link, type Listed, listed, manifest, type Tree } from './listed.js';

const HASH = 'sha512-Wu1VHeILBK8KAWJUAiSZQX94GmOE45Rg6/538fKwiloUu21KncEkYGPqob2oSZ5mUT73vLGrHQjKw3KMPwfDzg==';

/** `.pnpm/lock.yaml` and `.modules.yaml` as pnpm 12.21 writes them, in the node_modules of `root`. */
const record = (root: string, lock: string, skipped: readonly string[] = []): Tree => ({
  [`${root}node_modules/.pnpm/lock.yaml`]: `lockfileVersion: '9.0'\n\nsettings:\n  autoInstallPeers: true\n\n${lock}`,
  [`${root}node_modules/.modules.yaml`]: {
    layoutVersion: 5,
    nodeLinker: 'isolated',
    skipped,
    virtualStoreDir: '.pnpm',
  },
});
/** A package in the store. */
const stored = (key: string, name: string, version: string, more: object = {}, root = ''): Tree =>
  manifest(`${root}node_modules/.pnpm/${key}/node_modules/${name}`, name, version, more);
const link = (place: string, target: string): Tree => ({ [place]: new Link(target) });

describe('pnpm', () => {
  it('finds direct, transitive and aliased packages of a registry through its links', () => {
    const list = listed('pnpm', {
      ...manifest('.', 'root', '1.0.0', { dependencies: { 'is-odd': '3.0.1', alias: 'npm:is-number@6.0.0' } }),
      ...record(
        '',
        `importers:

  .:
    dependencies:
      alias:
        specifier: npm:is-number@6.0.0
        version: is-number@6.0.0
      is-odd:
        specifier: 3.0.1
        version: 3.0.1

packages:

  is-number@6.0.0:
    resolution: {integrity: ${HASH}}
    engines: {node: '>=0.10.0'}

  is-odd@3.0.1:
    resolution: {integrity: ${HASH}}

snapshots:

  is-number@6.0.0: {}

  is-odd@3.0.1:
    dependencies:
      is-number: 6.0.0
`,
      ),
      ...stored('is-odd@3.0.1', 'is-odd', '3.0.1', { dependencies: { 'is-number': '^6.0.0' } }),
      ...stored('is-number@6.0.0', 'is-number', '6.0.0'),
      ...link('node_modules/is-odd', '.pnpm/is-odd@3.0.1/node_modules/is-odd'),
      ...link('node_modules/alias', '.pnpm/is-number@6.0.0/node_modules/is-number'),
      ...link('node_modules/.pnpm/is-odd@3.0.1/node_modules/is-number', '../../is-number@6.0.0/node_modules/is-number'),
      ...link('node_modules/.pnpm/node_modules/is-number', '../is-number@6.0.0/node_modules/is-number'),
    });
    expect(list.disagreements).toEqual([]);
    expect(list.origins).toEqual({
      'node_modules/alias': 'is-number@6.0.0 registry',
      'node_modules/is-odd': 'is-odd@3.0.1 registry',
    });
    const folder = list.real('node_modules/.pnpm/is-number@6.0.0/node_modules/is-number');
    expect(list.at('node_modules/alias')).toMatchObject({
      realPath: folder,
      from: { integrity: HASH, resolved: null },
    });
    expect(list.at('node_modules/is-odd').resolved).toEqual({ 'is-number': folder });
  });

  const origin = (key: string, folder: string, resolution: string, reference: string, entry = ''): Listed => {
    const name = key.slice(0, key.indexOf('@', 1));
    const plain = key.replace(/\(.*/, '');
    return listed('pnpm', {
      ...manifest('.', 'root', '1.0.0', { dependencies: { x: '*' } }),
      ...record(
        '',
        `importers:\n\n  .:\n    dependencies:\n      x:\n        specifier: x\n        version: ${reference}\n
packages:\n\n  ${plain}:\n    resolution: ${resolution}\n${entry}\nsnapshots:\n\n  ${key}: {}\n`,
      ),
      ...stored(folder, name, '1.0.0'),
      ...link('node_modules/x', `.pnpm/${folder}/node_modules/${name}`),
    });
  };

  it.each([
    [
      'a tarball of the project',
      'x@file:vendor/x.tgz',
      'x@file+vendor+x.tgz',
      `{integrity: ${HASH}, tarball: file:vendor/x.tgz}`,
      'file:vendor/x.tgz',
      'x tarball vendor/x.tgz',
    ],
    [
      'a tarball that calls itself otherwise',
      'esbuild@file:x.tgz',
      'esbuild@file+x.tgz',
      `{integrity: ${HASH}, tarball: file:x.tgz}`,
      'esbuild@file:x.tgz',
      'x tarball x.tgz',
    ],
    [
      'a folder of the project',
      'self@file:dep',
      'self@file+dep',
      '{directory: dep, type: directory}',
      'self@file:dep',
      'x folder dep',
    ],
    [
      'a git repository',
      'gself@git+file:///w/repo#f4582ce2b35456969a5b5ac03b52b9bde986a361',
      'gself@git+file++++w+repo+f4582ce2b35456969a5b5ac03b52b9bde986a361_0637497303215f9a5cca2f529a211dc8',
      '{commit: f4582ce2b35456969a5b5ac03b52b9bde986a361, repo: file:///w/repo, type: git}',
      'gself@git+file:///w/repo#f4582ce2b35456969a5b5ac03b52b9bde986a361',
      'x git git+file:///w/repo#f4582ce2b35456969a5b5ac03b52b9bde986a361',
    ],
    [
      "a git host's archive",
      'x@https://codeload.github.com/u/x/tar.gz/0123',
      'x@https+++codeload.github.com+u+x+tar.gz+0123',
      '{gitHosted: true, tarball: https://codeload.github.com/u/x/tar.gz/0123}',
      'https://codeload.github.com/u/x/tar.gz/0123',
      'x git https://github.com/u/x.git#0123',
    ],
    [
      'another host',
      'x@https://example.com/x.tgz',
      'x@https+++example.com+x.tgz',
      `{integrity: ${HASH}, tarball: https://example.com/x.tgz}`,
      'https://example.com/x.tgz',
      'x tarball https://example.com/x.tgz',
    ],
    [
      'a lock file that has another address for a version',
      'esbuild@1.0.0',
      'esbuild@1.0.0',
      `{integrity: ${HASH}, tarball: https://evil.example/esbuild/-/esbuild-1.0.0.tgz}`,
      'esbuild@1.0.0',
      'x tarball https://evil.example/esbuild/-/esbuild-1.0.0.tgz',
    ],
    [
      'a registry, with peers',
      'x@1.0.0(react@18.0.0)(vue@3.0.0)',
      'x@1.0.0_react@18.0.0_vue@3.0.0',
      `{integrity: ${HASH}}`,
      '1.0.0(react@18.0.0)(vue@3.0.0)',
      'x registry null',
    ],
    [
      'a registry, in capitals',
      'X@1.0.0',
      'X@1.0.0_db4fcc00802eef6d2074eaa86280f84d',
      `{integrity: ${HASH}}`,
      'X@1.0.0',
      'X registry null',
    ],
  ])('tells where a package came from: %s', (_title, key, folder, resolution, reference, expected) => {
    const { at } = origin(key, folder, resolution, reference);
    const { name, from } = at('node_modules/x');
    expect(`${name} ${from.kind} ${from.resolved}`).toBe(expected);
    expect(from.integrity).toBe(resolution.includes(HASH) ? HASH : null);
  });

  it('does not take a patched package for what the registry delivers', () => {
    const { at } = origin(
      'x@1.0.0(patch_hash=abc)',
      'x@1.0.0_patch_hash=abc',
      `{integrity: ${HASH}}`,
      '1.0.0(patch_hash=abc)',
    );
    expect(at('node_modules/x').from).toEqual({ kind: 'registry', resolved: null, integrity: null });
  });

  it('lists workspaces with stores of their own, wherever they lie', () => {
    const site = 'apps/deep/er/still/site/';
    const state = (folder: string): Tree => ({
      'node_modules/.pnpm-workspace-state-v1.json': {
        projects: {
          [folder]: {},
          [`${folder}/apps/deep/er/still/site`]: { name: 'site' },
          [`${folder}/libs/util`]: {},
        },
      },
    });
    const list = listed(
      'pnpm',
      {
        ...manifest('.', 'root', '1.0.0'),
        'pnpm-workspace.yaml':
          "packages:\n  - 'apps/**'\n  - libs/*\n  - nothing/*\n  - '!libs/old'\nsharedWorkspaceLockfile: false\n",
        ...record('', 'importers:\n\n  .: {}\n'),
        ...manifest('libs/util', 'util', '2.0.0'),
        ...manifest('apps/deep/er/still/site', 'site', '1.0.0', {
          dependencies: { peeks: 'file:../x.tgz', util: 'workspace:*' },
        }),
        ...record(
          site,
          `importers:\n\n  .:\n    dependencies:\n      peeks:\n        specifier: x\n        version: file:../../../../../vendor/peeks.tgz
      util:\n        specifier: workspace:*\n        version: link:../../../../../libs/util\n
packages:\n\n  peeks@file:../../../../../vendor/peeks.tgz:\n    resolution: {integrity: ${HASH}, tarball: file:../../../../../vendor/peeks.tgz}\n    version: 1.0.0\n
snapshots:\n\n  peeks@file:../../../../../vendor/peeks.tgz: {}\n`,
        ),
        ...stored('peeks@file+..+..+..+..+..+vendor+peeks.tgz', 'peeks', '1.0.0', {}, site),
        ...link(`${site}node_modules/peeks`, '.pnpm/peeks@file+..+..+..+..+..+vendor+peeks.tgz/node_modules/peeks'),
        ...link(`${site}node_modules/util`, '../../../../../../libs/util'),
      },
      (folder) => write(folder, state(folder)),
    );
    const peeks = `${site}node_modules/.pnpm/peeks@file+..+..+..+..+..+vendor+peeks.tgz/node_modules/peeks`;
    expect(list.origins).toEqual({
      'apps/deep/er/still/site': 'site@1.0.0 workspace',
      [peeks]: 'peeks@1.0.0 tarball',
      'libs/util': 'util@2.0.0 workspace',
    });
    expect(list.at(peeks).from.resolved).toBe('vendor/peeks.tgz');
    expect(list.at('apps/deep/er/still/site').resolved).toEqual({
      peeks: list.real(peeks),
      util: list.real('libs/util'),
    });
    expect(list.disagreements).toEqual(['the workspace pattern nothing/* leads to no package']);
  });

  it('says what is missing, what is not recorded and what came inside of a package, but not what is for other platforms', () => {
    const list = listed('pnpm', {
      ...manifest('.', 'root', '1.0.0', {
        dependencies: { outer: '1', gone: '1' },
        optionalDependencies: { fsevents: '1' },
      }),
      ...record(
        '',
        `importers:\n\n  .:\n    dependencies:\n      outer:\n        specifier: '1'\n        version: 1.0.0\n
packages:\n\n  outer@1.0.0:\n    resolution: {integrity: ${HASH}}\n\n  gone@1.0.0:\n    resolution: {integrity: ${HASH}}\n
  fsevents@1.0.0:\n    resolution: {integrity: ${HASH}}\n\n  esbuild@0.25.0:\n    resolution: {integrity: ${HASH}}\n
snapshots:\n\n  outer@1.0.0: {}\n\n  gone@1.0.0: {}\n\n  fsevents@1.0.0:\n    optional: true\n\n  esbuild@0.25.0: {}\n`,
        ['esbuild@0.25.0'],
      ),
      ...stored('outer@1.0.0', 'outer', '1.0.0'),
      ...manifest('node_modules/.pnpm/outer@1.0.0/node_modules/outer/node_modules/esbuild', 'esbuild', '0.25.0'),
      ...manifest(
        'node_modules/.pnpm/outer@1.0.0/node_modules/outer/node_modules/.pnpm/esbuild@0.25.0/node_modules/esbuild',
        'esbuild',
        '0.25.0',
      ),
      ...stored('stray@1.0.0', 'stray', '1.0.0'),
      ...link('node_modules/outer', '.pnpm/outer@1.0.0/node_modules/outer'),
    });
    const bundled = 'node_modules/.pnpm/outer@1.0.0/node_modules/outer/node_modules/esbuild';
    expect(list.origins).toEqual({
      'node_modules/outer': 'outer@1.0.0 registry',
      [bundled]: 'esbuild@0.25.0 bundled',
      'node_modules/.pnpm/stray@1.0.0/node_modules/stray': 'stray@1.0.0 unknown',
    });
    expect(list.disagreements).toEqual([
      'node_modules/.pnpm/gone@1.0.0/node_modules/gone (gone@1.0.0) is in the record of the install and not on the disk',
      `${bundled} (esbuild@0.25.0) came inside of node_modules/outer, which does not declare what it bundles`,
      'node_modules/.pnpm/stray@1.0.0/node_modules/stray (stray@1.0.0) is on the disk and not in the record of the install',
    ]);
  });

  it('says so of a record that can not be read', () => {
    const broken = listed('pnpm', {
      ...manifest('.', 'root', '1.0.0'),
      'node_modules/.pnpm/lock.yaml': 'a: [\n',
      ...stored('x@1.0.0', 'x', '1.0.0'),
    });
    expect(broken.disagreements).toEqual([
      'the record of the install, node_modules/.pnpm/lock.yaml, is not what its manager writes',
      "the record of the install, node_modules/.modules.yaml, can't be read",
      'node_modules/.pnpm/x@1.0.0/node_modules/x (x@1.0.0) is on the disk and not in the record of the install',
    ]);
  });
});

function write(folder: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(`${folder}/${path}`), { recursive: true });
    writeFileSync(`${folder}/${path}`, JSON.stringify(content));
  }
}
