import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bun } from '../../src/ecosystems/bun/bun.js';
import { bundler } from '../../src/ecosystems/bundler/bundler.js';
import type { PackageManager } from '../../src/ecosystems/manager.js';
import { npm } from '../../src/ecosystems/npm/npm.js';
import { pnpm9, pnpm12 } from '../../src/ecosystems/pnpm/pnpm.js';
import { yarn3, yarn4 } from '../../src/ecosystems/yarn-berry/yarn-berry.js';
import { yarnClassic } from '../../src/ecosystems/yarn-classic/yarn-classic.js';
import { logLines } from '../../src/report/text/log-tail.js';
import { foundProject } from './found-project.js';

/** What a fetch printed: recorded from jobs, and shortened. */
const recorded = (name: string): readonly string[] =>
  logLines(readFileSync(new URL(`fetch-logs/${name}.txt`, import.meta.url), 'utf8'));

const LOCK = { 'package-lock.json': '{' };
const YARN_LOCK = { 'yarn.lock': 'garbage' };

const rows: readonly [string, PackageManager, Record<string, string>, string][] = [
  ['npm-unreadable', npm, LOCK, "package-lock.json can't be read"],
  ['npm-unreadable', npm, { 'package-lock.json': '\n' }, 'package-lock.json is empty'],
  ['npm-unreadable', npm, { 'npm-shrinkwrap.json': '{', ...LOCK }, "npm-shrinkwrap.json can't be read"],
  [
    'npm-not-in-sync',
    npm,
    LOCK,
    'package-lock.json does not match package.json: Missing: is-number@7.0.0 from lock file',
  ],
  [
    'npm-patch',
    npm,
    {},
    'EPATCHNONREGISTRY: Cannot patch non-registry dependency t@1.0.0 (selector "t@1.0.0"). Only registry dependencies can be patched.',
  ],
  [
    'yarn-1-lock',
    yarnClassic,
    YARN_LOCK,
    "yarn.lock can't be read: Unknown token: { line: 2, col: 2, type: 'INVALID', value: undefined } 2:2",
  ],
  [
    'yarn-1-mirror',
    yarnClassic,
    YARN_LOCK,
    'https://npm.corp.example/priv/-/priv-1.0.0.tgz: tunneling socket could not be established, statusCode=403',
  ],
  ['yarn-1-missing', yarnClassic, {}, 'Couldn\'t find package "bdin" on the "npm" registry.'],
  [
    'yarn-3-missing',
    yarn3,
    {},
    'YN0035: bdin@npm:1.0.0: The remote server failed to provide the requested resource; Response Code: 404 (Not Found); Request URL: https://registry.npmjs.org/bdin',
  ],
  [
    'yarn-4-cache',
    yarn4,
    YARN_LOCK,
    'YN0035: priv@npm:1.0.0: Package not found; Response Code: 404 (Not Found); Request URL: https://registry.npmjs.org/priv/-/priv-1.0.0.tgz',
  ],
  [
    'yarn-4-lock',
    yarn4,
    YARN_LOCK,
    "yarn.lock can't be read: Assertion failed: Expected the lockfile entry to have a resolution field (is-number@npm:7.0.0)",
  ],
  ['yarn-4-garbage', yarn4, YARN_LOCK, "yarn.lock can't be read: the stream contains non-printable characters (2:1)"],
  ['yarn-4-git', yarn4, {}, 'YN0001: TypeError: gd@git+file:///home/ci/project/gd.git: Invalid URL'],
  [
    'yarn-4-no-manifest',
    yarn4,
    {},
    'YN0001: Error: nm@file:./nm#./nm::hash=807fc3&locator=root%40workspace%3A.: Manifest not found',
  ],
  [
    'pnpm-pnpmfile',
    pnpm12,
    {},
    'Error during pnpmfile execution. pnpmfile: "/home/ci/project/.pnpmfile.cjs". Error: "Error: boom from pnpmfile',
  ],
  ['pnpm-empty', pnpm12, { 'pnpm-lock.yaml': '' }, 'pnpm-lock.yaml is empty'],
  [
    'pnpm-broken',
    pnpm12,
    { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n<<<<<<< HEAD\n" },
    "pnpm-lock.yaml can't be read: simple key expected ':' (2:1)",
  ],
  [
    'pnpm-newer',
    pnpm12,
    { 'pnpm-lock.yaml': 'lockfileVersion: 99.0\n' },
    "pnpm-lock.yaml can't be read: The lockfileVersion of 99.0 is incompatible with this version of pnpm, which supports lockfileVersion 9.x (1:18)",
  ],
  [
    'pnpm-9-lock-5',
    pnpm9,
    { 'pnpm-lock.yaml': 'lockfileVersion: 5.4\n' },
    `pnpm-lock.yaml can't be read: its lockfileVersion 5.4 is too old for pnpm ${pnpm9.version}`,
  ],
  ['bun-missing', bun, {}, 'GET https://registry.npmjs.org/bdin - 404; bdin@1.0.0 failed to resolve'],
  ['bun-no-manifest', bun, {}, 'package.json not found for "file:nm" dependency "nm"; nm@file:./nm failed to resolve'],
  [
    'bundler-conflicts',
    bundler,
    {},
    'Your Gemfile.lock contains merge conflicts. Run `git checkout HEAD -- Gemfile.lock` first to get a clean lock.',
  ],
  [
    'bundler-gemfile',
    bundler,
    {},
    '[!] There was an error parsing `Gemfile`: boom in gemfile. Bundler cannot continue. # from /home/ci/project/Gemfile:1',
  ],
];

describe('why a fetch failed', () => {
  it.each(rows)('%s', (log, manager, heads, expected) => {
    expect(manager.failure(recorded(log), foundProject({ heads }))).toBe(expected);
  });

  it.each([
    ['npm-integrity', npm, /^EINTEGRITY: sha512-pKvU.* integrity checksum failed when using sha512: wanted sha512/],
    ['pnpm-integrity', pnpm12, /^ERR_PNPM_TARBALL_INTEGRITY: Failed to verify the integrity of .*PeDyg==$/],
  ])('%s', (log, manager, expected) => {
    expect(manager.failure(recorded(log), foundProject({}))).toMatch(expected);
  });

  it.each([npm, pnpm12, pnpm9, yarn4, yarn3, yarnClassic, bun, bundler])(
    '$name $version: no words of its own',
    (manager) => {
      expect(manager.failure(['Killed'], foundProject({}))).toBeUndefined();
    },
  );
});

describe('a lock file that bun goes on without', () => {
  it.each([
    ['bun-ignored', "bun.lock can't be read; its versions were not installed"],
    ['bun-ignored-empty', "bun.lock can't be read; its versions were not installed"],
    ['bun-ignored-binary', "bun.lockb can't be read; its versions were not installed"],
    ['bun-missing', undefined],
  ])('%s', (log, expected) => {
    expect(bun.shortfall?.(recorded(log))).toBe(expected);
  });
});
