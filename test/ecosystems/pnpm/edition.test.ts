import { describe, expect, it } from 'vitest';
import { pnpmEdition } from '../../../src/ecosystems/pnpm/edition.js';
import type { FoundProject } from '../../../src/ecosystems/project.js';
import { foundProject } from '../found-project.js';

const lock = (more: string): Partial<FoundProject> => ({ heads: { 'pnpm-lock.yaml': more } });
const manifest = (value: object): Partial<FoundProject> => ({ manifest: { ...value } });
const npmrc = (text: string): Partial<FoundProject> => ({ heads: { '.npmrc': text } });
const V9 = "lockfileVersion: '9.0'\n";
const MD5 = 'a2b3c4d5e6f7a2b3c4d5e6f7ab';
const overrides = { pnpm: { overrides: { a: '1.0.0' } } };

const rows: readonly [string, Partial<FoundProject>, 9 | 10 | 12, RegExp][] = [
  ['nothing says which', {}, 12, /^$/],
  ['a lock file of today', lock(V9), 12, /^$/],
  ['a lock file of pnpm 8', lock("lockfileVersion: '6.0'\n"), 9, /lockfileVersion 6.0, which pnpm 10 and later do not/],
  [
    'a lock file of pnpm 8 and another requested version',
    { ...lock("lockfileVersion: '6.1'\n"), ...manifest({ packageManager: 'pnpm@10.1.0' }) },
    9,
    /6.1/,
  ],
  ['a lock file of pnpm 7', lock('lockfileVersion: 5.4\n'), 9, /5.4, which pnpm 8 and later do not read/],
  ['a lock file with CRLF', lock("lockfileVersion: '6.0'\r\n\r\nsettings:\r\n"), 9, /6.0/],
  ['hooks as pnpm 9 hashes them', lock(`${V9}\npnpmfileChecksum: ${MD5}\n`), 9, /checksums/],
  ['hooks as pnpm 12 hashes them', lock(`${V9}\npnpmfileChecksum: sha256-dDDufdb8lKgzN3v6mSzIpqKVwq=\n`), 12, /^$/],
  [
    'extensions as pnpm 9 hashes them',
    lock(`${V9}\npackageExtensionsChecksum: ${'0123456789abcdef'.repeat(2)}\n`),
    9,
    /checksums/,
  ],
  [
    'a patch as pnpm 9 hashes it',
    lock(`${V9}\npatchedDependencies:\n  a@1.0.0:\n    hash: ${MD5}\n    path: a\n`),
    9,
    /checksums/,
  ],
  [
    'a patch as pnpm 10 hashes it',
    lock(`${V9}\npatchedDependencies:\n  a@1.0.0:\n    hash: ${'0a'.repeat(32)}\n    path: a\n`),
    12,
    /^$/,
  ],
  [
    'pnpm 10 is asked for',
    manifest({ packageManager: 'pnpm@10.20.0+sha512.abc' }),
    10,
    /^package.json asks for pnpm@10.20.0$/,
  ],
  ['pnpm 9 is asked for', manifest({ packageManager: 'pnpm@9.15.9' }), 9, /asks for pnpm@9.15.9$/],
  ['pnpm 8 is asked for', manifest({ packageManager: 'pnpm@8.6.0' }), 9, /8.6.0; the nearest here is pnpm 9/],
  ['pnpm 11 is asked for', manifest({ packageManager: 'pnpm@11.0.0' }), 12, /the nearest here is pnpm 12/],
  ['pnpm 13 is asked for', manifest({ packageManager: 'pnpm@13.0.0' }), 12, /the nearest here is pnpm 12/],
  [
    'a range that admits pnpm 10',
    manifest({ devEngines: { packageManager: { name: 'pnpm', version: '^9 || ^10' } } }),
    10,
    /\^9 \|\| \^10/,
  ],
  [
    'a range that admits all, and settings',
    manifest({ devEngines: { packageManager: { name: 'pnpm', version: '>=9' } }, ...overrides }),
    10,
    /settings of pnpm/,
  ],
  [
    'engines of pnpm 9',
    manifest({ engines: { pnpm: '>=9.0.0 <10' } }),
    9,
    /engines.pnpm of package.json is >=9.0.0 <10/,
  ],
  ['engines of any pnpm', manifest({ engines: { pnpm: '>=8' } }), 12, /^$/],
  ['engines of a pnpm that is not here', manifest({ engines: { pnpm: '^7' } }), 12, /^$/],
  ['engines that are no range', manifest({ engines: { pnpm: 'latest please' } }), 12, /^$/],
  ['engines that are no text', manifest({ engines: { pnpm: 9 } }), 12, /^$/],
  ['engines that are null', manifest({ engines: null }), 12, /^$/],
  [
    'settings in package.json',
    manifest(overrides),
    10,
    /package.json has settings of pnpm, which pnpm 11 and later ignore/,
  ],
  [
    'settings in package.json, and pnpm 12 is asked for',
    manifest({ ...overrides, packageManager: 'pnpm@12.1.0' }),
    12,
    /12.1.0/,
  ],
  ['no settings in package.json', manifest({ pnpm: {} }), 12, /^$/],
  [
    'a layout in .npmrc',
    npmrc('registry=https://a.example/\nshamefully-hoist=true\n'),
    10,
    /.npmrc has shamefully-hoist/,
  ],
  [
    'patterns in .npmrc, with CRLF and a BOM',
    npmrc('\uFEFFpublic-hoist-pattern[]=*eslint*\r\n'),
    10,
    /public-hoist-pattern/,
  ],
  ['only credentials in .npmrc', npmrc('//a.example/:_authToken=abc\n; hoist=false\n'), 12, /^$/],
];

describe('the edition of pnpm', () => {
  it.each(rows)('%s', (_case, more, major, because) => {
    const suited = pnpmEdition(foundProject(more));
    expect(suited.major).toBe(major);
    expect(suited.because).toMatch(because);
  });
});
