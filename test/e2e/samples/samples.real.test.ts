import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/report/finding.js';
import type { Report } from '../../../src/report/report.js';
import { detonated, REPORT_MS } from '../../support/detonated.js';
import { BEHAVIOURS, readSamples, SAMPLES, type Sample } from '../../support/samples.js';
import { packFolder } from '../../support/tarballs.js';

/** Behaviours that must be found, of 50 (issue 5). */
const LEAST_FOUND = 45;

const samples = readSamples();
const reportFor = detonated(new Map(samples.map(({ sample }) => [sample, () => packFolder(`${SAMPLES}/${sample}`)])), {
  PACKWARDEN_LINGER_S: '1',
  // Of `benign/git-over-https`.
  PACKWARDEN_EGRESS_ALLOW: 'git.sample.invalid',
});
const allOf = (report: Report): readonly Finding[] => [...report.findings, ...report.observations];

/** The finding or observation by a rule, in the phase where it is expected, by the package that did it if there is one. */
function foundBy(report: Report, rule: string, sample: Sample): Finding | undefined {
  const inPhase = allOf(report).filter((finding) => finding.rule === rule && finding.phase === sample.phase);
  return inPhase.find(({ package: by }) => (by?.name ?? null) === sample.package) ?? inPhase[0];
}

const isRightPackage = ({ package: by }: Finding, sample: Sample): boolean =>
  (by?.name ?? null) === sample.package &&
  by?.calledItself === sample.calledItself &&
  (sample.version === undefined || by?.version === sample.version) &&
  (sample.path === undefined || JSON.stringify(by?.path) === JSON.stringify(sample.path));

const hostile = samples.filter(({ clean }) => !clean);

describe('samples that misbehave are found, and the right package is named', () => {
  it.each(hostile.map((sample) => [sample.sample, sample] as const))(
    '%s',
    async (_name, sample) => {
      const report = await reportFor(sample.sample);
      const seen = allOf(report).map(({ rule, phase, package: by }) => `${rule} (${phase}, ${by?.name ?? 'null'})`);
      for (const rule of sample.rules) {
        const found = foundBy(report, rule, sample);
        expect(found, `${rule} among ${JSON.stringify(seen)}\n${report.log.slice(-1500)}`).toBeDefined();
        expect(found && isRightPackage(found, sample), `${rule} by ${JSON.stringify(found?.package)}`).toBe(true);
        if (sample.ranBy !== undefined) expect(found?.ranBy?.name).toBe(sample.ranBy);
        if (sample.orBy !== undefined) expect(found?.orBy?.map(({ name }) => name)).toEqual(sample.orBy);
      }
      expect(report.monitoring.proven).toBe(true);
      expect(report.verdict, JSON.stringify(report.incomplete)).toBe('findings');
    },
    REPORT_MS,
  );
});

describe('honest behaviour is clean', () => {
  const honest = samples.filter(({ clean }) => clean);
  it.each(honest.map((sample) => [sample.sample, sample] as const))(
    '%s',
    async (_name, sample) => {
      const report = await reportFor(sample.sample);
      expect(report.incomplete, report.log.slice(-1500)).toEqual([]);
      expect(report.findings.map(({ rule, alert }) => `${rule}: ${alert.output}`)).toEqual([]);
      expect(report.verdict).toBe('clean');
      expect([...new Set(report.observations.map(({ rule }) => rule))]).toEqual(
        expect.arrayContaining(sample.observed),
      );
    },
    REPORT_MS,
  );
});

describe('all in all', () => {
  it(
    `finds at least ${LEAST_FOUND} of ${BEHAVIOURS} behaviours and names each one's package`,
    async () => {
      const found = new Set<number>();
      let rules = 0;
      let named = 0;
      const rows: string[] = [];
      for (const sample of hostile) {
        const report = await reportFor(sample.sample);
        const hits = sample.rules.map((rule) => foundBy(report, rule, sample)).filter((hit) => hit !== undefined);
        const right = hits.filter((hit) => isRightPackage(hit, sample));
        rules += sample.rules.length;
        named += right.length;
        if (hits.length === sample.rules.length) for (const number of sample.behaviours) found.add(number);
        const numbers = sample.behaviours.map((number) => `B${number}`).join(' ');
        rows.push(
          `${sample.sample.padEnd(32)} ${numbers.padEnd(8)} found ${hits.length}/${sample.rules.length}, package ${right.length}/${hits.length}`,
        );
      }
      const missing = Array.from({ length: BEHAVIOURS }, (_, index) => index + 1).filter(
        (number) => !found.has(number),
      );
      console.log(
        [
          ...rows,
          `recall ${found.size}/${BEHAVIOURS} behaviours (missing: ${missing.map((number) => `B${number}`).join(' ') || 'none'})`,
          `attribution ${named}/${rules}`,
        ].join('\n'),
      );
      expect(found.size).toBeGreaterThanOrEqual(LEAST_FOUND);
      expect(named).toBe(rules);
    },
    REPORT_MS,
  );
});
