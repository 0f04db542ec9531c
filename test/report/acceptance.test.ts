import { describe, expect, it } from 'vitest';
import { acceptanceOf } from '../../src/report/acceptance.js';
import { HOSTILE_TEXTS } from '../api/hostile-report.js';
import { ALERT, finding } from '../api/reports.js';
import { engineFrom, matching, ruleText } from '../rules/support.js';

const rule = 'Read of a credential file';
const found = (fields: Record<string, string>) => finding({ rule, alert: { ...ALERT, rule, output_fields: fields } });

describe('the exception that accepts a finding', () => {
  const texts = ['/home/ci/.ssh/id_rsa', ...HOSTILE_TEXTS.filter((text) => !text.includes('\ud800'))];
  it.each(texts.map((text, index) => [index, text] as const))(
    'silences exactly what it was made for (%i)',
    (...row) => {
      const [, text] = row;
      const acceptance = acceptanceOf(found({ 'proc.cmdline': 'node setup.js', 'fd.name': text })) ?? '';
      expect(acceptance).toMatch(/^[\u0020-\u007e\n]*$/);
      const engine = engineFrom([ruleText(rule, 'evt.type = open'), acceptance]);
      const event = { 'evt.type': 'open', 'proc.cmdline': 'node setup.js', 'fd.name': text };
      expect(matching(engine, event)).toEqual([]);
      expect(matching(engine, { ...event, 'fd.name': '/etc/shadow' })).toEqual([rule]);
      expect(matching(engine, { ...event, 'proc.cmdline': 'node other.js' })).toEqual([rule]);
    },
  );

  it('is none for what no rule of a file found', () => {
    expect(acceptanceOf(finding({ alert: { ...ALERT, source: 'EGRESS' } }))).toBeNull();
    expect(acceptanceOf(found({}))).toBeNull();
  });
});
