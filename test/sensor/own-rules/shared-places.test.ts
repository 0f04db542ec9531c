import { describe, expect, it } from 'vitest';
import { PACKAGE_CODE_RULE } from '../../../src/report/attribution/files/package-code-reads.js';
import { MARK_RULE } from '../../../src/report/evidence/load-groups.js';
import { CODE_READ_RULE, WRITE_RULE } from '../../../src/report/evidence/project-writes.js';
import { execParts } from '../records.js';
import { CHANGING, call, canName, fetching, open, WAYS } from './naming-calls.js';
import { plumbing } from './own-rules.js';

const HOME = '/home/ci';
const PROJECT = `${HOME}/project`;
const SHARED = [
  '/tmp/hc.js',
  '/var/tmp/hc.js',
  '/dev/shm/hc.js',
  `${HOME}/.cache/hc/run.js`,
  `${PROJECT}/hb.config.js`,
];
const PUTTING = ['rename to', 'renameat to', 'link to', 'linkat to', 'symlink to', 'symlinkat to'];

describe('a write to a file that others may run is reported', () => {
  it.each([...SHARED, `${PROJECT}/node_modules/a/x.js`, `${HOME}/.npm/_npx/a/x`])('%s', (place) => {
    expect(plumbing(open(place, 'write'))).toEqual([WRITE_RULE]);
    for (const verb of PUTTING) {
      for (const [way, name] of Object.entries(WAYS)) {
        const record = CHANGING[verb]?.(name(place)) ?? {};
        // The link of that way was not made here.
        if (!canName(verb, name(place)) || way === 'by a link to the folder') continue;
        expect(plumbing(record), `${verb}, ${way}`).toEqual([WRITE_RULE]);
      }
    }
  });

  it.each(['/etc/hosts', '/dev/null', '/proc/self/comm'])('not for %s, which nothing runs', (place) => {
    expect(plumbing(open(place, 'write'))).toEqual([]);
  });

  it("nor for the worker's fetch", () => {
    expect(plumbing(fetching(open(`${HOME}/.npm/_cacache/x`, 'write')))).toEqual([]);
  });
});

describe('reading code from a location that packages share is reported', () => {
  const names = ['x.cjs', 'x.mjs', 'x.node', 'x.so', 'x.sh', 'x.py', 'x.rb', 'x.pl', 'tool'];
  const read = [...SHARED, `${PROJECT}/node_modules/.cache/x.js`, ...names.map((name) => `/tmp/${name}`)];

  it.each(read)('%s', (place) => {
    expect(plumbing(open(place, 'read'))).toEqual([CODE_READ_RULE]);
  });

  it.each([
    `${PROJECT}/.git/HEAD`,
    `${PROJECT}/package.json`,
    `${HOME}/.npm/_cacache/content-v2/sha512/aa/bb`,
    `${HOME}/.cache/node-gyp/24.0.0/include/node/node.h`,
    '/usr/lib/x.js',
  ])('%s is not reported: read by its owner only, or not code', (place) => {
    expect(plumbing(open(place, 'read'))).toEqual([]);
    expect(plumbing({ ...open('/tmp/x.js', 'read'), ret: -2 })).toEqual([]);
  });
});

describe('reading the code of packages is reported', () => {
  const MODULE = `${PROJECT}/node_modules/a`;

  it.each([
    `${MODULE}/index.js`,
    `${MODULE}/setup`,
    `${MODULE}/setup.txt`,
    `${MODULE}/package.json`,
    `${PROJECT}/node_modules/.pnpm/a@1.0.0/node_modules/a/index.js`,
  ])('%s', (place) => {
    expect(plumbing(open(place, 'read'))).toEqual([PACKAGE_CODE_RULE]);
    expect(plumbing({ ...open(place, 'read'), ret: -2 })).toEqual([]);
    expect(plumbing(fetching(open(place, 'read')))).toEqual([]);
  });

  it('of what npm may run in its own process also where it is called in the project itself', () => {
    const started = (...argv: string[]) =>
      call('execve', [0, 0, 0], execParts('/usr/local/bin/node', PROJECT, ['node', ...argv]));
    const reads = open(`${MODULE}/x.cjs`, 'read');
    expect(plumbing(started('/usr/local/bin/npm', '--prefix', MODULE, 'ls'), reads)).toEqual([PACKAGE_CODE_RULE]);
    expect(plumbing(started('setup.js'), reads)).toEqual([]);
  });

  it.each([`${MODULE}/data.json`, `${MODULE}/index.d.ts`, `${MODULE}/README.md`])(
    'not of %s, which is data',
    (place) => {
      expect(plumbing(open(place, 'read'))).toEqual([]);
    },
  );
});

describe('a marker of the package whose code runs', () => {
  it('is reported although there is no such file', () => {
    const mark = `/opt/ci/at/${'a'.repeat(32)}/${Buffer.from(`${PROJECT}/node_modules/a`).toString('hex')}`;
    expect(plumbing({ ...open(mark, 'read'), ret: -2 })).toEqual([MARK_RULE]);
  });
});
