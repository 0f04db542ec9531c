import { expect, it } from 'vitest';
import { listed, manifest } from './listed.js';

it.each<[string, object, readonly string[] | undefined]>([
  ['nothing', {}, undefined],
  ['a repository', { repository: { type: 'git', url: 'git+https://github.com/a/b.git' } }, ['https://github.com/a/b/']],
  ['a repository by ssh', { repository: 'git+ssh://git@github.com/a/b.git' }, ['https://github.com/a/b/']],
  ["a repository in ssh's own words", { repository: { url: 'git@github.com:a/b.git' } }, ['https://github.com/a/b/']],
  ["a repository in npm's words", { repository: 'a/b' }, ['https://github.com/a/b/']],
  ['a repository of GitLab', { repository: 'gitlab:a/b' }, ['https://gitlab.com/a/b/']],
  ['a part of a repository', { repository: 'https://github.com/a/b#readme' }, ['https://github.com/a/b/']],
  [
    'a home page and a host of binaries',
    { homepage: 'http://b.example', binary: { host: 'https://bin.example/x?y=1' } },
    ['https://b.example/', 'https://bin.example/x'],
  ],
  ['the same twice', { homepage: 'https://github.com/a/b/', repository: 'a/b' }, ['https://github.com/a/b/']],
  [
    'nothing on the web',
    { repository: 'file:///x', homepage: 'javascript:alert(1)', binary: { host: '../x' } },
    undefined,
  ],
  ['what are no addresses', { repository: 7, homepage: ['https://a.example'], binary: 'https://a.example' }, undefined],
  ['a long address', { homepage: `https://a.example/${'x'.repeat(600)}` }, undefined],
])('a package that names %s as its own', (_title, more, sites) => {
  const { at } = listed('npm', {
    ...manifest('.', 'root', '1.0.0', { dependencies: { x: '*' } }),
    ...manifest('node_modules/x', 'x', '1.0.0', more),
  });
  expect(at('node_modules/x').sites).toEqual(sites);
});
