import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { egressRow } from '../../api/reports.js';
import { Random } from '../../support/random.js';
import { compared, installed, reads, run } from './runs.js';

describe('properties', () => {
  const NAMES = ['a', '@s/b', 'c', '__proto__', 'constructor'] as const;
  const FILES = ['/home/ci/.aws/credentials', '/home/ci/.ssh/id_rsa', '/etc/shadow', ''] as const;
  const VERSIONS = ['1.0.0', '1.0.1', '2.0.0'] as const;
  const PHASES = ['install', 'import', 'check'] as const;
  const randomRun = (random: Random): Report => {
    const many = <T>(make: () => T) => Array.from({ length: random.below(8) }, make);
    return run({
      installed: many(() => installed(random.pick(NAMES), random.pick(VERSIONS))),
      findings: many(() =>
        reads(random.pick(NAMES), random.pick(VERSIONS), { file: random.pick(FILES), phase: random.pick(PHASES) }),
      ),
      egress: many(() => {
        const by = { name: random.pick(NAMES), version: random.pick(VERSIONS), path: [] };
        return egressRow({ host: `${random.below(3)}.example`, package: by });
      }),
    });
  };
  const shuffled = <T>(random: Random, list: readonly T[]): T[] =>
    list
      .map((item) => [random.below(2 ** 31), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  const mixed = (random: Random, made: Report): Report => ({
    ...made,
    installed: shuffled(random, made.installed ?? []),
    findings: shuffled(random, made.findings),
    egress: shuffled(random, made.egress),
  });
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);

  it('the order of packages, findings and hosts does not matter', () => {
    for (const seed of seeds) {
      const random = new Random(seed);
      const [before, now] = [randomRun(random), randomRun(random)];
      const one = compared(before, now).whatChanged;
      const other = compared(mixed(random, before), mixed(random, now)).whatChanged;
      // Of findings with equal severity, the headline names the first in the report's order.
      expect({ ...other, headline: '' }, `seed ${seed}`).toEqual({ ...one, headline: '' });
    }
  });

  it('a report has nothing new against itself', () => {
    for (const seed of seeds) {
      const made = randomRun(new Random(seed));
      const { whatChanged, findings } = compared(made, made);
      expect(whatChanged?.counts, `seed ${seed}`).toEqual({ added: 0, removed: 0, changed: 0, news: 0 });
      expect(findings.some(({ isNew }) => isNew)).toBe(false);
    }
  });

  it('other behaviour never makes a behaviour less new', () => {
    for (const seed of seeds) {
      const random = new Random(seed);
      const [before, now] = [randomRun(random), randomRun(random)];
      const more = { ...now, findings: [...now.findings, ...randomRun(random).findings] };
      const fresh = compared(before, now).findings.map(({ isNew }) => isNew);
      expect(
        compared(before, more)
          .findings.slice(0, now.findings.length)
          .map(({ isNew }) => isNew),
        `seed ${seed}`,
      ).toEqual(fresh);
    }
  });
});
