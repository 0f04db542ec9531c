import { describe, expect, it } from 'vitest';
import { behaviourDataSchema } from '../../../src/report/behaviours/behaviour.js';
import { behavioursOf } from '../../../src/report/behaviours/extract.js';
import { mergeMeasurements, rangeOf } from '../../../src/report/behaviours/merge.js';
import { asked, installed, read, ref, reportOf } from './findings.js';

describe('versions become a range', () => {
  it.each([
    [['1.2.3'], '^1.2.3'],
    [['1.9.0', '1.2.3', '1.10.0'], '^1.2.3'],
    [['2.1.0', '1.2.3', '2.0.5'], '^1.2.3 || ^2.0.5'],
    [['0.3.2', '0.3.9', '0.4.0'], '^0.3.2 || ^0.4.0'],
    [['0.0.1', '0.0.2'], '^0.0.1 || ^0.0.2'],
    [['2.0.0-rc.1', '2.0.0'], '^2.0.0-rc.1'],
  ])('%s → %s', (versions, range) => expect(rangeOf(versions)).toBe(range));
});

const at = (version: string, ...files: string[]) =>
  behavioursOf(
    reportOf(
      files.map((file) => read(file, { package: ref('tool', version) })),
      { installed: [installed('tool', version)], phases: [], finishedAt: `2026-11-2${version[0]}T10:00:00.000Z` },
    ),
  );

describe('several reports', () => {
  it('of one package are one, in each range where it was seen', () => {
    const data = mergeMeasurements([
      at('1.2.0', '/home/ci/a', '/home/ci/b'),
      at('1.4.0', '/home/ci/a'),
      at('2.0.0', '/home/ci/a'),
    ]);
    expect(data.measured).toBe('2026-11-22');
    expect(data.packages).toEqual([{ name: 'tool', versions: ['1.2.0', '1.4.0', '2.0.0'] }]);
    expect(data.behaviours).toMatchObject([
      { versions: '^1.2.0 || ^2.0.0', places: ['~/a'] },
      { versions: '^1.2.0', places: ['~/b'] },
    ]);
  });

  it('keep the most that was sent to a host', () => {
    const data = mergeMeasurements(
      ['download', 'unknown', 'telemetry'].map((means) => behavioursOf(reportOf([asked('a.example:443', means)]))),
    );
    expect(data.behaviours).toMatchObject([{ places: ['a.example'], sent: 'unknown' }]);
  });

  it('give the same in every order, and what a file may hold', () => {
    const all = [
      at('1.2.0', '/home/ci/b'),
      at('2.0.0', '/home/ci/a'),
      behavioursOf(reportOf([asked('a.example', 'download')])),
    ];
    const data = mergeMeasurements(all);
    expect(mergeMeasurements(all.toReversed())).toEqual(data);
    expect(behaviourDataSchema.parse(JSON.parse(JSON.stringify(data)))).toEqual(data);
  });

  it('of nobody are empty data', () => {
    expect(behaviourDataSchema.parse(mergeMeasurements([])).behaviours).toEqual([]);
  });
});
