import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { OWN_RULE_FILES } from '../src/app/own-rules.js';
import { CORRELATED } from '../src/report/findings/detections/correlation.js';
import { REFUSED_EGRESS_RULE } from '../src/report/findings/detections/egress-findings.js';
import { FOREIGN_WRITE_RULE } from '../src/report/findings/detections/foreign-write.js';
import { BEHAVIOURS, readSamples, SAMPLES } from './support/samples.js';

const ruleSchema = z.object({ rule: z.string(), output: z.string(), priority: z.string(), tags: z.array(z.string()) });
const detections = OWN_RULE_FILES.filter((file) => basename(file) !== 'packwarden_plumbing.yaml').flatMap((file) =>
  z
    .array(z.record(z.string(), z.unknown()))
    .parse(parse(readFileSync(file, 'utf8')))
    .filter((item) => 'rule' in item)
    .map((item) => ruleSchema.parse(item)),
);
const samples = readSamples();
const page = readFileSync(fileURLToPath(new URL('../docs/detections.md', import.meta.url)), 'utf8');
const behaviours = Array.from({ length: BEHAVIOURS }, (_, index) => index + 1);

/** What the report itself puts together: no rule file has it. */
const BY_REPORT: ReadonlySet<string> = new Set([...Object.values(CORRELATED), REFUSED_EGRESS_RULE, FOREIGN_WRITE_RULE]);

describe('each detection', () => {
  it.each(detections.map((rule) => [rule.rule, rule] as const))('%s says what a report needs', (_name, rule) => {
    expect(['CRITICAL', 'WARNING', 'NOTICE']).toContain(rule.priority);
    expect(rule.tags.some((tag) => /^B\d+$/.test(tag))).toBe(true);
    expect(rule.tags.some((tag) => tag.startsWith('mitre_'))).toBe(true);
    for (const field of ['pid', 'vpid', 'ppid', 'cwd', 'cmdline', 'exepath'])
      expect(rule.output).toContain(`%proc.${field}`);
    expect(rule.output).toContain('%container.id');
  });

  it('has a sample that shows it', () => {
    const shown = new Set(samples.flatMap(({ rules, observed }) => [...rules, ...observed]));
    expect(detections.map(({ rule }) => rule).filter((rule) => !shown.has(rule))).toEqual([]);
  });
});

describe('docs/detections.md', () => {
  const rows = new Map(
    [...page.matchAll(/^\| B(\d+) \| .*? \| (.*?) \| (.*?) \|$/gm)].map(([, number, rules, shown]) => [
      Number(number),
      {
        rules: rules?.split('; ') ?? [],
        samples: [...(shown ?? '').matchAll(/\[([\w/-]+)\]/g)].map(([, name]) => name),
      },
    ]),
  );

  it.each(behaviours)('B%i: names the rules that carry its number, and the samples that do it', (number) => {
    const tagged = detections.filter(({ tags }) => tags.includes(`B${number}`)).map(({ rule }) => rule);
    const row = rows.get(number);
    expect(row?.rules.filter((rule) => !BY_REPORT.has(rule)).sort()).toEqual(tagged.sort());
    expect(row?.rules.length).toBeGreaterThan(0);
    const expected = samples.filter((sample) => sample.behaviours.includes(number)).map(({ sample }) => sample);
    expect(expected.length).toBeGreaterThan(0);
    expect(row?.samples).toEqual(expected);
  });
});

describe('falco-test/samples', () => {
  it.each(samples.map(({ sample }) => sample))('%s is a project', (sample) => {
    expect(existsSync(`${SAMPLES}/${sample}/package.json`)).toBe(true);
  });
});
