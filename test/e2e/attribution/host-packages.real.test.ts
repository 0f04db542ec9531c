import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { detonated, REPORT_MS } from '../../support/detonated.js';
import { packProject } from '../../support/tarballs.js';
import { projectOfPairs } from './host-pairs.js';

const { files, names } = projectOfPairs();
const reportFor = detonated(new Map([['pairs', () => packProject(files)]]), { PACKWARDEN_LINGER_S: '1' });

/** Who is named by the findings of the rule that are about a pair: the first, then who else. */
function namedIn({ findings }: Report, name: string): readonly (readonly (string | undefined)[])[] {
  return findings
    .filter(({ rule, package: by }) => rule === 'Read of an SSH key' && by?.name.slice(2) === name)
    .map(({ package: by, ranBy, orBy = [] }) => [by?.name, ranBy?.name, ...orBy.map((other) => other.name)]);
}

describe('a thief that acts only where its host loads or calls it', () => {
  it.each(names)(
    '%s',
    async (_title, name, { either }) => {
      const report = await reportFor('pairs');
      const named = namedIn(report, name);
      expect(named, report.log.slice(-1500)).not.toEqual([]);
      for (const by of named) {
        if (either !== true) expect(by.slice(0, 2)).toEqual([`t-${name}`, `h-${name}`]);
        expect(by).toEqual(expect.arrayContaining([`t-${name}`, `h-${name}`]));
      }
    },
    REPORT_MS,
  );

  it(
    'is never recommended',
    async () => {
      const { packages } = await reportFor('pairs');
      const rows = packages.map(({ name, notRecommended }) => [name, notRecommended ?? '']);
      const expected = names.map(([, name]) => [`t-${name}`, expect.stringMatching(/has findings|did something/)]);
      expect(rows).toEqual(expect.arrayContaining(expected));
    },
    REPORT_MS,
  );
});
