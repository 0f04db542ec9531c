import { describe, expect, it } from 'vitest';
import { acceptanceOf } from '../../../src/report/acceptance/acceptance.js';
import { parseBaseline } from '../../../src/report/acceptance/baseline.js';
import type { Finding } from '../../../src/report/finding.js';
import { foldPlaces } from '../../../src/report/findings/places.js';
import { groupFindings } from '../../../src/report/formats/group.js';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 24, 12, 0, second)).toISOString();
const by = (name: string): Finding['package'] => ({ name, version: '1.0.0', path: ['app', name] });

function finding(second: number, file: string, more: Partial<Finding> = {}): Finding {
  const alert = {
    output: '',
    time: { seconds: '1', nanos: 0 },
    source: 'SYSCALL',
    hostname: 'h',
    priority: 'WARNING',
    rule: 'Read',
    tags: [],
  };
  return {
    rule: 'Read',
    priority: 'WARNING',
    tags: [],
    count: 1,
    first: at(second),
    last: at(second),
    phase: 'install',
    package: by('a'),
    decoy: null,
    processes: [],
    ...more,
    alert: { ...alert, priority: 'WARNING', output_fields: { 'fd.name': file, 'proc.cmdline': 'cat' } },
  };
}

describe('findings are folded over their places', () => {
  it('a look through HOME is one finding with all its places, in time', () => {
    const many = Array.from({ length: 41 }, (_, index) => finding(40 - index, `/home/ci/${40 - index}`));
    const [one, ...others] = foldPlaces(many);
    expect(others).toEqual([]);
    expect(one).toMatchObject({ count: 41, first: at(0), last: at(40) });
    expect(one?.places).toHaveLength(41);
    expect(one?.places?.slice(0, 2).map(({ subject }) => subject)).toEqual(['/home/ci/0', '/home/ci/1']);
  });

  it.each<[string, Partial<Finding>]>([
    ['another rule', { rule: 'Write' }],
    ['another package', { package: by('b') }],
    ['another version', { package: { name: 'a', version: '2.0.0', path: ['app', 'a'] } }],
    ['nobody', { package: null }],
    ['another phase', { phase: 'import' }],
    ['another priority', { priority: 'CRITICAL' }],
    ['who had it run', { ranBy: { name: 'b', version: '1.0.0', path: ['app', 'b'] } }],
    ['a reason for it', { known: 'it is known' }],
    ['an acceptance', { accepted: { by: 'service', reason: 'x', expires: '2027-01-01' } }],
    ['parts', { parts: [] }],
  ])('%s stays apart', (_title, more) => {
    expect(foldPlaces([finding(1, '/x'), finding(2, '/y', more)])).toHaveLength(2);
  });

  it('a decoy among the places is the finding’s, and stays with its place', () => {
    const [one] = foldPlaces([finding(1, '/x'), finding(2, '/y', { decoy: 'SSH key' })]);
    expect(one?.decoy).toBe('SSH key');
    expect(one?.places?.map(({ decoy }) => decoy)).toEqual([null, 'SSH key']);
  });

  it('the same place by several processes is one place, and no list', () => {
    const [one] = foldPlaces([finding(1, '/x'), finding(2, '/x', { count: 4 })]);
    expect(one).toMatchObject({ count: 5 });
    expect(one).not.toHaveProperty('places');
  });

  it('the order in which they came does not matter', () => {
    const all = [finding(3, '/c'), finding(1, '/a'), finding(2, '/b', { phase: 'import' })];
    const sorted = (list: readonly Finding[]) => [...list].sort((a, b) => (a.phase < b.phase ? -1 : 1));
    expect(sorted(foldPlaces(all.toReversed()))).toEqual(sorted(foldPlaces(all)));
  });

  it('formats that others track tell every place', () => {
    const [group] = groupFindings(
      foldPlaces([finding(1, '/x'), finding(2, '/y'), finding(3, '/z', { phase: 'import' })]),
    );
    expect(group?.places.map(({ subject, phase }) => `${subject} ${phase}`)).toEqual([
      '/x install',
      '/y install',
      '/z import',
    ]);
  });

  it('each place is accepted by its own entry', () => {
    const [one] = foldPlaces([finding(1, '/x'), finding(2, '/y')]);
    const text = (one && acceptanceOf(one, 0))?.replaceAll('reason: ""', 'reason: known') ?? '';
    expect(parseBaseline(text).map(({ detail }) => detail)).toEqual(['/x', '/y']);
  });
});
