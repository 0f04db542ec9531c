import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PackageRef } from '../../../src/report/finding.js';
import { decidingFiles, linesOf } from '../../../src/report/parts/lock-lines.js';

const by = (spec: string, ...path: string[]): PackageRef => {
  const at = spec.lastIndexOf('@');
  return { name: spec.slice(0, at), version: spec.slice(at + 1), path: ['app', ...path] };
};

/** The lines of a file that hold `lines`, as a table shows them: `name@version` → the line's text. */
function texts(file: string, text: string, ...packages: PackageRef[]): Record<string, string | undefined> {
  const all = text.split('\n');
  const found = linesOf(file, text, packages);
  return Object.fromEntries(Object.entries(found).map(([key, line]) => [key, all[line - 1]?.trim()]));
}

const PACKAGE_LOCK_3 = `{
  "name": "app",
  "lockfileVersion": 3,
  "packages": {
    "": {
      "name": "app",
      "dependencies": {
        "evil-dep": "^1.0.0"
      }
    },
    "node_modules/@scope/evil-dep": {
      "version": "1.0.0",
      "engines": {
        "node": ">=20"
      }
    },
    "node_modules/evil-dep": {
      "version": "1.0.0",
      "dependencies": {
        "left-pad": "1.3.0"
      }
    },
    "node_modules/other/node_modules/evil-dep": {
      "version": "2.0.0"
    },
    "node_modules/linked": {
      "resolved": "packages/linked",
      "link": true
    }
  }
}
`;

const PACKAGE_LOCK_1 = `{
  "name": "app",
  "lockfileVersion": 1,
  "dependencies": {
    "other": {
      "version": "1.0.0",
      "requires": {
        "evil-dep": "^2.0.0"
      },
      "dependencies": {
        "evil-dep": {
          "version": "2.0.0"
        }
      }
    },
    "evil-dep": {
      "version": "1.0.0"
    }
  }
}
`;

const YARN_1 = `# yarn lockfile v1


"@scope/evil-dep@^1.0.0":
  version "1.0.0"

evil-dep@^1.0.0, evil-dep@^1.0.1:
  version "1.0.1"
  resolved "https://registry.yarnpkg.com/evil-dep/-/evil-dep-1.0.1.tgz#aa"
  dependencies:
    left-pad "^1.3.0"

evil-dep@^2.0.0:
  version "2.0.0"
`;

const YARN_4 = `__metadata:
  version: 8
  cacheKey: 10c0

"@scope/evil-dep@npm:^1.0.0":
  version: 1.0.0
  resolution: "@scope/evil-dep@npm:1.0.0"

"evil-dep@npm:^1.0.0, evil-dep@npm:^1.0.1":
  version: 1.0.1
  dependencies:
    left-pad: "npm:^1.3.0"

"evil-dep@npm:^2.0.0":
  version: 2.0.0
`;

const PNPM_9 = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      evil-dep:
        specifier: ^1.0.0
        version: 1.0.0

  packages/web:
    dependencies: {}

packages:

  '@scope/evil-dep@1.0.0':
    resolution: {integrity: sha512-aa}

  evil-dep@1.0.0:
    resolution: {integrity: sha512-bb}

  evil-dep@2.0.0:
    resolution: {integrity: sha512-cc}

snapshots:

  evil-dep@2.0.0(peer@1.0.0):
    dependencies:
      peer: 1.0.0
`;

const PNPM_6 = `lockfileVersion: '6.0'

packages:

  /@scope/evil-dep@1.0.0:
    resolution: {integrity: sha512-aa}

  /evil-dep@2.0.0(peer@1.0.0):
    resolution: {integrity: sha512-cc}
`;

const PNPM_5 = `lockfileVersion: 5.4

packages:

  /@scope/evil-dep/1.0.0:
    resolution: {integrity: sha512-aa}

  /evil-dep/2.0.0_peer@1.0.0:
    resolution: {integrity: sha512-cc}
`;

const GEMFILE_LOCK = `GEM
  remote: https://rubygems.org/
  specs:
    evil-dep (1.0.0)
      rake (>= 12)
    nokogiri (1.18.0-x86_64-linux-gnu)

DEPENDENCIES
  evil-dep (~> 1.0)
`;

const PACKAGE_JSON = `{
  "name": "app",
  "scripts": {
    "evil-dep": "echo"
  },
  "devDependencies": {
    "left-pad-ng": "file:packages/left-pad-ng",
    "evil-dep": "^1.0.0"
  },
  "overrides": { "evil-dep": "1.0.0" }
}
`;

const GEMFILE = `source 'https://rubygems.org'
gem 'rake'
gem "evil-dep", '~> 1.0'
`;

describe('the line that names a package', () => {
  const scoped = by('@scope/evil-dep@1.0.0', '@scope/evil-dep');
  const one = by('evil-dep@1.0.0', 'evil-dep');
  const two = by('evil-dep@2.0.0', 'other', 'evil-dep');
  const patched = by('evil-dep@1.0.1', 'evil-dep');

  it.each([
    ['package-lock.json', 'version 3', PACKAGE_LOCK_3, scoped, '"node_modules/@scope/evil-dep": {'],
    ['package-lock.json', 'version 3', PACKAGE_LOCK_3, one, '"node_modules/evil-dep": {'],
    ['package-lock.json', 'version 3, nested', PACKAGE_LOCK_3, two, '"node_modules/other/node_modules/evil-dep": {'],
    ['package-lock.json', 'version 3, a link', PACKAGE_LOCK_3, by('linked@1.0.0'), '"node_modules/linked": {'],
    ['npm-shrinkwrap.json', 'version 3', PACKAGE_LOCK_3, one, '"node_modules/evil-dep": {'],
    ['yarn.lock', 'yarn 1', YARN_1, scoped, '"@scope/evil-dep@^1.0.0":'],
    ['yarn.lock', 'yarn 1', YARN_1, patched, 'evil-dep@^1.0.0, evil-dep@^1.0.1:'],
    ['yarn.lock', 'yarn 1', YARN_1, two, 'evil-dep@^2.0.0:'],
    ['yarn.lock', 'yarn 4', YARN_4, scoped, '"@scope/evil-dep@npm:^1.0.0":'],
    ['yarn.lock', 'yarn 4', YARN_4, patched, '"evil-dep@npm:^1.0.0, evil-dep@npm:^1.0.1":'],
    ['yarn.lock', 'yarn 4', YARN_4, two, '"evil-dep@npm:^2.0.0":'],
    ['pnpm-lock.yaml', '9', PNPM_9, scoped, "'@scope/evil-dep@1.0.0':"],
    ['pnpm-lock.yaml', '9', PNPM_9, two, 'evil-dep@2.0.0:'],
    ['pnpm-lock.yaml', '6', PNPM_6, scoped, '/@scope/evil-dep@1.0.0:'],
    ['pnpm-lock.yaml', '6', PNPM_6, two, '/evil-dep@2.0.0(peer@1.0.0):'],
    ['pnpm-lock.yaml', '5', PNPM_5, scoped, '/@scope/evil-dep/1.0.0:'],
    ['pnpm-lock.yaml', '5', PNPM_5, two, '/evil-dep/2.0.0_peer@1.0.0:'],
    ['Gemfile.lock', 'a gem', GEMFILE_LOCK, one, 'evil-dep (1.0.0)'],
    ['Gemfile.lock', 'of a platform', GEMFILE_LOCK, by('nokogiri@1.18.0'), 'nokogiri (1.18.0-x86_64-linux-gnu)'],
    ['package.json', 'no script of that name', PACKAGE_JSON, one, '"evil-dep": "^1.0.0"'],
    ['Gemfile', 'a gem', GEMFILE, one, `gem "evil-dep", '~> 1.0'`],
  ])('%s, %s: %#', (file, _what, text, wanted, expected) => {
    expect(texts(file, text, wanted)).toEqual({ [`${wanted.name}@${wanted.version}`]: expected });
  });

  it('package-lock.json of version 1: the one that was installed, nested or not', () => {
    const found = linesOf('package-lock.json', PACKAGE_LOCK_1, [one, two]);
    expect(found).toEqual({ 'evil-dep@1.0.0': 16, 'evil-dep@2.0.0': 11 });
  });

  it('a different version than in the file: the line that names the package', () => {
    const other = by('evil-dep@1.9.9', 'evil-dep');
    expect(texts('yarn.lock', YARN_1, other)['evil-dep@1.9.9']).toBe('evil-dep@^1.0.0, evil-dep@^1.0.1:');
  });

  it('a manifest that does not name it: the direct dependency that pulls it in', () => {
    const deep = by('deep@1.0.0', 'left-pad-ng', 'deep');
    expect(texts('package.json', PACKAGE_JSON, deep)['deep@1.0.0']).toContain('"left-pad-ng"');
  });

  it('no line in a file that does not name it, or of an unknown kind', () => {
    const nowhere = by('nowhere@1.0.0', 'nowhere');
    for (const file of decidingFiles({ ecosystem: 'npm', manager: null }))
      expect(linesOf(file, PACKAGE_LOCK_3, [nowhere])).toEqual({});
    expect(linesOf('composer.lock', PACKAGE_LOCK_3, [one])).toEqual({});
  });

  it("finds every package of this project's own lock file", () => {
    const text = readFileSync('package-lock.json', 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, { version: string }> };
    const all = Object.entries(packages).flatMap(([path, { version }]) =>
      path === '' ? [] : [by(`${path.split('node_modules/').at(-1)}@${version}`)],
    );
    const lines = text.split('\n');
    const found = linesOf('package-lock.json', text, all);
    for (const { name, version } of all) {
      expect(lines[(found[`${name}@${version}`] ?? 0) - 1]).toContain(`node_modules/${name}": {`);
    }
  });
});

describe('a hostile file', () => {
  const wanted = Array.from({ length: 1_000 }, (_, index) => by(`p${index}@1.0.0`, `p${index}`));
  it.each([
    ['16 MB in one line', 'x"'.repeat(8_000_000)],
    ['half a million headings', '"a": {\n'.repeat(500_000)],
    ['a long line of quotes in each line', `${' "'.repeat(5_000)}\n`.repeat(1_000)],
    ['nothing', ''],
    ['names of an object', '"node_modules/__proto__": {\n"version": "1.0.0"\n"constructor": {\n'],
  ])('%s is read to its end, and ends in no line', (_what, text) => {
    for (const file of ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'Gemfile.lock', 'package.json']) {
      expect(linesOf(file, text, wanted)).toEqual({});
    }
  });

  it('a package named __proto__ has a line like any other', () => {
    const text = '{\n"node_modules/__proto__": {\n"version": "1.0.0"\n';
    expect(linesOf('package-lock.json', text, [by('__proto__@1.0.0', '__proto__')])).toEqual({ '__proto__@1.0.0': 2 });
  });
});
