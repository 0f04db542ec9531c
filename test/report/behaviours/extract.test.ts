import { describe, expect, it } from 'vitest';
import { behavioursOf, unusableBecause } from '../../../src/report/behaviours/extract.js';
import type { Finding } from '../../../src/report/finding.js';
import type { Report } from '../../../src/report/report.js';
import { asked, did, installed, read, ref, reportOf } from './findings.js';

const NPMRC = '/home/ci/.npmrc';
const placesOf = (findings: readonly Finding[], changes: Partial<Report> = {}) =>
  behavioursOf(reportOf(findings, changes)).behaviours.map(({ place }) => place);

describe('a behaviour is', () => {
  it('who did what where, in which phase', () => {
    const { day, packages, behaviours } = behavioursOf(reportOf([read(NPMRC)]));
    expect(day).toBe('2026-11-21');
    expect(packages).toContainEqual({ name: 'tool', version: '1.2.0' });
    expect(behaviours).toEqual([
      {
        by: { name: 'tool', version: '1.2.0' },
        rule: 'Read of package registry credentials',
        phase: 'install',
        place: '~/.npmrc',
        sent: undefined,
        through: undefined,
      },
    ]);
  });

  it('of the package whose step it was, and of the one whose code ran', () => {
    const one = asked('github.com:443', 'download', {
      package: ref('prebuild-install', '7.1.3'),
      ranBy: ref('carrier'),
    });
    expect(behavioursOf(reportOf([one])).behaviours).toMatchObject([
      { by: { name: 'carrier' }, through: { name: 'prebuild-install', version: '7.1.3' }, sent: 'download' },
    ]);
  });

  it('sends the least, where an old report does not say', () => {
    expect(behavioursOf(reportOf([asked('a.example:443', undefined)])).behaviours).toMatchObject([
      { sent: 'download' },
    ]);
  });

  it('also what was lowered because it had been measured, or what a host was asked for', () => {
    const measured = { since: '1.0.0', packages: 1, of: 2 };
    const known = read(NPMRC, { priority: 'NOTICE', known: 'measured: …', measured });
    const own = asked('a.example', 'download', { priority: 'NOTICE', known: 'its own site' });
    expect(placesOf([], { observations: [known, own] })).toEqual(['~/.npmrc', 'a.example']);
  });
});

describe('nothing is learned of', () => {
  const correlated = [{ rule: 'x', first: '2026-11-21T10:00:00.000Z', subject: '' }];
  it.each<[string, Finding, Partial<Report>?]>([
    ['something CRITICAL', did({ priority: 'CRITICAL', fields: { 'fd.name': '/x' } })],
    ['an observation by its rule', did({ priority: 'NOTICE', fields: { 'fd.name': '/x' } })],
    ['what was put together', read(NPMRC, { rule: 'Credentials read, then sent', parts: correlated })],
    ['an identity that was sent', asked('a.example', 'identity', { priority: 'CRITICAL' })],
    ['a decoy that left', did({ rule: 'Decoy left the sandbox', fields: { 'fd.name': '/x' } })],
    ['data in names', did({ rule: 'Data in host names', source: 'EGRESS', fields: { 'egress.target': 'x.example' } })],
    ['a write into another package', did({ rule: "Write into another package's folder", fields: { 'fd.name': '/x' } })],
    ['an SSH key', did({ rule: 'Read of an SSH key', fields: { 'fd.name': '/home/ci/.ssh/id_rsa' } })],
    ['what the image’s npm does', read(NPMRC, { priority: 'NOTICE', known: 'a package manager of the image …' })],
    ['nobody', read(NPMRC, { package: null })],
    ['a phase without code of packages', read(NPMRC, { phase: 'fetch' })],
    ['a package that is not installed', read(NPMRC, { package: ref('other') })],
    ['another version', read(NPMRC, { package: ref('tool', '1.2.1') })],
    ['a tarball', read(NPMRC), { installed: [installed('tool', '1.2.0', { from: 'tarball' })] }],
    ['a package without integrity', read(NPMRC), { installed: [installed('tool', '1.2.0', { integrity: null })] }],
    ['an alias', read(NPMRC), { installed: [installed('tool', '1.2.0', { folder: 'node_modules/other' })] }],
    [
      'one that calls itself otherwise',
      read(NPMRC),
      { installed: [installed('tool', '1.2.0', { calledItself: 'x' })] },
    ],
    [
      'a version of which one copy is bundled',
      read(NPMRC),
      {
        installed: [
          installed('tool'),
          installed('tool', '1.2.0', { from: 'bundled', folder: 'node_modules/a/node_modules/tool' }),
        ],
      },
    ],
    ['a tool of somebody who is not the registry’s', asked('a.example', 'download', { ranBy: ref('app') })],
  ])('%s', (_title, one, changes = {}) => expect(placesOf([one], changes)).toEqual([]));
});

describe('a report counts', () => {
  it.each<[string, Partial<Report>]>([
    ['complete', {}],
    ['until its install failed', { incomplete: [{ code: 'install-failed', message: 'x' }] }],
  ])('%s', (_title, changes) => expect(unusableBecause(reportOf([], changes))).toBeUndefined());

  it.each<[string, Partial<Report>, string]>([
    ['that lost events', { incomplete: [{ code: 'events-dropped', message: '7 events' }] }, '7 events'],
    ['whose fetch failed', { incomplete: [{ code: 'fetch-failed', message: 'E404' }] }, 'E404'],
    ['with a reason that is not known', { incomplete: [{ code: 'news', message: 'x' }] }, 'news'],
    ['that was not watched', { monitoring: { ...reportOf([]).monitoring, proven: false } }, 'watched'],
    ['of gems', { manager: { name: 'bundler', version: '4.0.0', reason: '', leftOut: [] } }, 'bundler'],
  ])('not one %s', (_title, changes, word) => expect(unusableBecause(reportOf([], changes))).toContain(word));
});
