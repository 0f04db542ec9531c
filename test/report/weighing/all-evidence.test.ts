import { describe, expect, it } from 'vitest';
import { PRIORITIES } from '../../../src/falco/alert.js';
import { NOTHING_MEASURED } from '../../../src/report/behaviours/usual.js';
import type { Finding } from '../../../src/report/finding.js';
import { correlate } from '../../../src/report/findings/detections/correlation.js';
import {
  detached,
  direct,
  dotenv,
  HOME,
  judgedBy,
  leftRunning,
  MEASURED,
  other,
  read,
  refused,
  shell,
  shownToIssuer,
  ssh,
  usualHost,
  write,
} from './weighed.js';

describe.each([
  ['without measurements', NOTHING_MEASURED],
  ['with measurements', MEASURED],
])('all evidence together, %s', (_title, usual) => {
  const judged = (findings: readonly Finding[]) => judgedBy(findings, usual);
  const pool = [
    write(`${HOME}/.config/some-tool/x`),
    write(`${HOME}/.config/other/x`),
    read(`${HOME}/.npmrc`),
    read(`${HOME}/.npmrc`, { phase: 'install' }),
    ssh,
    dotenv,
    refused,
    usualHost,
    direct,
    shownToIssuer,
    detached,
    leftRunning,
    shell,
    { ...ssh, package: other },
  ];
  /** Each subset of the pool. */
  const subsets = Array.from({ length: 2 ** pool.length }, (_, bits) =>
    pool.filter((_one, index) => bits & (1 << index)),
  );

  const all = subsets.map(judged);
  const rank = (findings: readonly Finding[]): number =>
    Math.min(PRIORITIES.length, ...findings.map(({ priority }) => PRIORITIES.indexOf(priority)));

  /** Adds to each subset each finding that it lacks, and lists the cases in which `measure` became less severe. */
  function worse(measure: (bits: number) => readonly number[]): readonly string[] {
    const measured = subsets.map((_some, bits) => measure(bits));
    return subsets.flatMap((some, bits) =>
      pool.flatMap((one, index) => {
        const after = measured[bits | (1 << index)] ?? [];
        const isLess = (measured[bits] ?? []).some((was, at) => was < (after[at] ?? 0));
        return isLess ? [`${some.map(({ rule }) => rule)} + ${one.rule}`] : [];
      }),
    );
  }

  it('more evidence never lowers a finding', () => {
    const ofEach = (bits: number) => {
      const left = [...(all[bits] ?? [])];
      return pool.map((_one, index) => (bits & (1 << index) ? rank(left.splice(0, 1)) : PRIORITIES.length));
    };
    expect(worse(ofEach)).toEqual([]);
  });

  it('more evidence never lowers the result as a whole', () => {
    const ofAll = (bits: number) => [rank([...(all[bits] ?? []), ...correlate(all[bits] ?? [])])];
    expect(worse(ofAll)).toEqual([]);
  });

  it('its order does not matter', () => {
    for (const [bits, some] of subsets.entries()) {
      const backwards = judged(some.toReversed()).toReversed();
      if (JSON.stringify(backwards) !== JSON.stringify(all[bits])) expect(backwards).toEqual(all[bits]);
    }
  });
});
