import { expect, it } from 'vitest';
import { Link, listed, manifest } from './listed.js';

const HASH = 'sha512-41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng==';

it('reports where bun got each package from, by the path through the node_modules folders', () => {
  const list = listed('bun', {
    ...manifest('.', 'root', '1.0.0', {
      workspaces: ['packages/*', 'nothing/*'],
      dependencies: { x: '1' },
      optionalDependencies: { fsevents: '2' },
    }),
    'bun.lock': `{
  "lockfileVersion": 2,
  "workspaces": {
    "": { "name": "root", },
    "packages/a": { "name": "@w/a", },
  },
  "packages": {
    "@al/ias": ["is-number@7.0.0", "", {}, "${HASH}"],

    "@w/a": ["@w/a@workspace:packages/a"],

    "corp": ["@corp/x@1.0.0", "https://npm.corp.example/@corp/x/-/x-1.0.0.tgz", {}, "${HASH}"],

    "dep": ["dep-self@file:dep", { "dependencies": { "kind-of": "6.0.3" } }],

    "evil": ["esbuild@1.0.0", "https://evil.example/", {}, "${HASH}"],

    "fsevents": ["fsevents@2.3.3", "", { "os": "darwin" }, "${HASH}"],

    "g": ["gself@git+file:///w/repo#f4582ce2b35456969a5b5ac03b52b9bde986a361", { "hasInstallScript": true }, "f4582ce2b35456969a5b5ac03b52b9bde986a361"],

    "tb": ["esbuild@./tb.tgz", {}, "${HASH}"],

    "tb/inner": ["inner@1.0.0", "", { "bundled": true }, "${HASH}"],

    "@w/a/is-odd": ["is-odd@2.0.0", "", { "dependencies": { "is-number": "^4.0.0" } }, "${HASH}"],

    "@w/a/is-odd/is-number": ["is-number@4.0.0", "", {}, "${HASH}"],

    "dep/gone": ["gone@1.0.0", "", {}, "${HASH}"],
  }
}
`,
    ...manifest('node_modules/@al/ias', 'is-number', '7.0.0'),
    'node_modules/@w/a': new Link('../../packages/a'),
    ...manifest('packages/a', '@w/a', '1.0.0', { dependencies: { 'is-odd': '2.0.0' } }),
    ...manifest('packages/a/node_modules/is-odd', 'is-odd', '2.0.0'),
    ...manifest('packages/a/node_modules/is-odd/node_modules/is-number', 'is-number', '4.0.0'),
    ...manifest('node_modules/corp', '@corp/x', '1.0.0'),
    ...manifest('node_modules/dep', 'dep-self', '1.0.0', { dependencies: { gone: '1' } }),
    ...manifest('node_modules/evil', 'esbuild', '1.0.0'),
    ...manifest('node_modules/g', 'gself', '3.0.0'),
    ...manifest('node_modules/tb', 'esbuild', '0.25.0', { bundleDependencies: ['inner'] }),
    ...manifest('node_modules/tb/node_modules/inner', 'inner', '1.0.0'),
  });
  expect(list.origins).toEqual({
    'node_modules/@al/ias': 'is-number@7.0.0 registry',
    'node_modules/@w/a': '@w/a@1.0.0 workspace',
    'packages/a/node_modules/is-odd': 'is-odd@2.0.0 registry',
    'packages/a/node_modules/is-odd/node_modules/is-number': 'is-number@4.0.0 registry',
    'node_modules/corp': '@corp/x@1.0.0 registry',
    'node_modules/dep': 'dep@1.0.0 folder',
    'node_modules/evil': 'evil@1.0.0 tarball',
    'node_modules/g': 'g@3.0.0 git',
    'node_modules/tb': 'tb@0.25.0 tarball',
    'node_modules/tb/node_modules/inner': 'inner@1.0.0 bundled',
  });
  expect(list.at('node_modules/g').from.integrity).toBeNull();
  expect(list.at('node_modules/tb').from).toEqual({ kind: 'tarball', resolved: 'tb.tgz', integrity: HASH });
  expect(list.disagreements).toEqual([
    'node_modules/dep/node_modules/gone (gone@1.0.0) is in the record of the install and not on the disk',
    'the workspace pattern nothing/* leads to no package',
  ]);
});
