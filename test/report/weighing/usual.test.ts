import { describe, expect, it } from 'vitest';
import { Behaviours } from '../../../src/report/behaviours/usual.js';
import type { Finding } from '../../../src/report/finding.js';
import { correlate } from '../../../src/report/findings/detections/correlation.js';
import { weigh } from '../../../src/report/weighing/weigh.js';
import { asked, dataOf, did, REFUSED, read, ref } from '../behaviours/findings.js';

const NPMRC = '/home/ci/.npmrc';
const DIRECT = 'Outbound connection past the gateway';
const TOOL = { package: 'prebuild-install', versions: '^7.1.3' };
const behaviours = new Behaviours([
  dataOf(),
  dataOf({ versions: '^3.0.0', places: ['~/.yarnrc'] }),
  dataOf({ rule: 'Read of cloud credentials', places: ['~/.aws/config'] }),
  dataOf({ rule: REFUSED, places: ['download.example'], sent: 'download' }),
  dataOf({ rule: REFUSED, places: ['stats.example'], sent: 'telemetry' }),
  dataOf({ rule: REFUSED, places: ['any.example', 'github.com', '203.0.113.9'], sent: 'unknown' }),
  dataOf({ rule: 'Write outside the project', phase: 'import', places: ['~/x'] }),
  dataOf({ rule: DIRECT, places: ['10.0.0.1:25'] }),
  dataOf({ rule: 'Read of an SSH key', places: ['~/.ssh/id_rsa'] }),
  dataOf({ package: 'carrier', rule: REFUSED, places: ['github.com'], sent: 'download', through: TOOL }),
]);

const judged = (findings: readonly Finding[], delivered = (_name: string) => true) =>
  weigh(
    findings,
    {
      names: new Set(),
      isFromRegistry: ({ name }) => delivered(name),
      isNameOfRegistry: delivered,
      isImportStopped: false,
    },
    behaviours,
  );
const together = (findings: readonly Finding[]) => correlate(judged(findings)).map(({ rule }) => rule);

const prebuild = ref('prebuild-install', '7.1.3');
const cloud = (changes: Partial<Finding> = {}) =>
  did(
    { rule: 'Read of cloud credentials', tags: ['credentials'], fields: { 'fd.name': '/home/ci/.aws/config' } },
    changes,
  );
const ssh = did({ rule: 'Read of an SSH key', tags: ['credentials'], fields: { 'fd.name': '/home/ci/.ssh/id_rsa' } });
const direct = did({ rule: DIRECT, tags: ['sends'], fields: { 'fd.name': '172.18.0.2:4000->10.0.0.1:25' } });
const written = (changes: Partial<Finding>) =>
  did({ rule: 'Write outside the project', fields: { 'fd.name': '/home/ci/x' } }, changes);
const github = (changes: Partial<Finding>) => asked('github.com:443', 'download', changes);

describe('usual, and so an observation', () => {
  it.each<[string, Finding]>([
    ['the same place', read(NPMRC)],
    ['a later version of the range', read(NPMRC, { package: ref('tool', '1.9.9') })],
    ['a file that it was asked for', asked('download.example:443', 'download')],
    ['less than it sends', asked('any.example:443', 'telemetry')],
    ['a file from a host of many', asked('github.com:443', 'download')],
    [
      'a file that an older version asked for',
      asked('download.example:443', 'download', { package: ref('tool', '0.9.0') }),
    ],
    [
      'a file that an older version asked for by an older tool',
      github({ package: ref('prebuild-install', '5.3.0'), ranBy: ref('carrier', '1.0.0') }),
    ],
    ['a look-up of a name', asked('download.example', 'unknown')],
    ['a look-up of a name of many', asked('github.com', 'unknown')],
    ['what is done when it is loaded, in the check, too', written({ phase: 'check' })],
    ['its own use of a tool', github({ package: prebuild, ranBy: ref('carrier') })],
  ])('%s', (_title, one) => {
    const [found] = judged([one]);
    expect(found).toMatchObject({
      priority: 'NOTICE',
      measured: { of: 3 },
      known: expect.stringMatching(/^measured: /),
    });
  });

  it('says since when, and how many do it', () => {
    const [found] = judged([read(NPMRC, { package: ref('tool', '1.5.0') })]);
    expect(found?.known).toBe('measured: tool does this at install since 1.2.0; 1 of 3 measured packages does');
    expect(found?.measured).toEqual({ since: '1.2.0', packages: 1, of: 3 });
    const [older] = judged([asked('download.example:443', 'download', { package: ref('tool', '0.9.0') })]);
    expect(older?.known).toBe(
      'measured: tool does this at install in 1.2.0, a later version; 2 of 3 measured packages do',
    );
    const [through] = judged([github({ package: prebuild, ranBy: ref('carrier') })]);
    expect(through?.known).toBe(
      'measured: carrier does this at install with prebuild-install since 1.2.0; 2 of 3 measured packages do',
    );
  });
});

describe('still a finding', () => {
  const place = (subject: string) => ({
    subject,
    command: '',
    decoy: null,
    count: 1,
    first: '2026-11-21T10:00:00.000Z',
  });
  it.each<[string, Finding]>([
    ['an older version', read(NPMRC, { package: ref('tool', '1.1.9') })],
    ['facts that an older version tells', asked('stats.example:443', 'telemetry', { package: ref('tool', '1.1.9') })],
    [
      'a file that the next major version asks for',
      asked('download.example:443', 'download', { package: ref('tool', '2.0.0') }),
    ],
    [
      'another host that an older version asks',
      asked('evil.example:443', 'download', { package: ref('tool', '0.9.0') }),
    ],
    ['the next major version', read(NPMRC, { package: ref('tool', '2.0.0') })],
    ['its first preview', read(NPMRC, { package: ref('tool', '2.0.0-alpha.1') })],
    ['a place of another range', read('/home/ci/.yarnrc')],
    ['another phase', cloud({ phase: 'import' })],
    ['another place', read('/home/ci/.yarnrc.yml')],
    ['one place more', read('', { places: [place(NPMRC), place('/home/ci/.yarnrc.yml')] })],
    ['another rule', did({ rule: 'Write outside the project', fields: { 'fd.name': NPMRC } })],
    ['another package', read(NPMRC, { package: ref('other') })],
    ['nobody', read(NPMRC, { package: null })],
    ['something CRITICAL', read(NPMRC, { priority: 'CRITICAL' })],
    ['a key, whatever the data say', ssh],
    ['facts to whom it only asked for a file', asked('download.example:443', 'telemetry')],
    ['content that can’t be read, likewise', asked('download.example:443', 'unknown')],
    ['content that can’t be read, to a host of many', asked('github.com:443', 'unknown')],
    ['likewise, to an address', asked('203.0.113.9:443', 'unknown')],
    ['a way past the gateway', direct],
    ['who it is', asked('any.example:443', 'identity', { priority: 'CRITICAL' })],
    ['another port', asked('download.example:8443', 'download')],
    ['a host that only begins alike', asked('download.example.attacker.invalid:443', 'download')],
    ['the tool, run by somebody else', github({ package: prebuild, ranBy: ref('evil') })],
    ['the tool by itself', github({ package: prebuild })],
    ['the carrier without the tool', github({ package: ref('carrier') })],
    ['the tool in another version', github({ package: ref('prebuild-install', '8.0.0'), ranBy: ref('carrier') })],
    ['another tool', github({ package: ref('evil'), ranBy: ref('carrier') })],
  ])('%s', (_title, one) => expect(judged([one])[0]).toBe(one));

  it.each([['carrier'], ['prebuild-install']])('where %s is not the registry’s', (name) => {
    const one = github({ package: prebuild, ranBy: ref('carrier') });
    expect(judged([one], (asking) => asking !== name)[0]).toBe(one);
  });
});

describe('what is usual is no licence', () => {
  const later = (finding: Finding): Finding => ({ ...finding, last: '2026-11-21T10:00:09.000Z' });
  it.each<[string, readonly Finding[], readonly string[]]>([
    ['a usual read alone', [read(NPMRC)], []],
    ['two usual reads', [read(NPMRC), cloud()], []],
    ['a usual read, and one of another kind that is not', [read(NPMRC), ssh], ['Credentials of several kinds read']],
    [
      'a usual read, and a file that was asked for',
      [read(NPMRC), later(asked('download.example:443', 'download'))],
      [],
    ],
    ['a usual read, and usual facts in the open', [read(NPMRC), later(asked('stats.example:443', 'telemetry'))], []],
    [
      'a usual read, and usual content that can’t be read',
      [read(NPMRC), later(asked('any.example:443', 'unknown'))],
      ['Credentials read, then sent'],
    ],
    ['a usual read, and a way past the gateway', [read(NPMRC), later(direct)], ['Credentials read, then sent']],
    [
      'a usual read, and a look-up of a usual name',
      [read(NPMRC), later(asked('download.example', 'unknown'))],
      ['Credentials read, then sent'],
    ],
    [
      'a usual read, and a host that is not usual',
      [read(NPMRC), later(asked('new.example:443', 'unknown'))],
      ['Credentials read, then sent'],
    ],
  ])('%s', (_title, findings, rules) => expect(together(findings)).toEqual(rules));

  it('whatever else was found stays as grave as it was', () => {
    const detached = did({ rule: 'Process detached itself', fields: { 'proc.cmdline': 'node x' } });
    expect(judged([detached, read(NPMRC)])[0]).toBe(detached);
  });
});
