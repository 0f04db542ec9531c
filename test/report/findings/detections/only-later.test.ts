import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/report/finding.js';
import { onlyLater, withoutRepeats } from '../../../../src/report/findings/detections/only-later.js';
import { finding } from '../../../api/reports.js';

const LATER = { aheadDays: 45, ci: 'github' } as const;
const plain = finding();

function seen(file: string, changes: Partial<Finding> = {}): Finding {
  return finding({ rule: 'R', alert: { ...plain.alert, rule: 'R', output_fields: { 'fd.name': file } }, ...changes });
}

describe('what is seen in several passes', () => {
  it.each<[string, Finding[], number]>([
    ['once and once more later', [seen('/a'), seen('/a', { guise: LATER, phase: 'later' })], 1],
    [
      'loaded, called, and later',
      [seen('/a', { phase: 'import' }), seen('/a', { phase: 'execute' }), seen('/a', { guise: LATER })],
      1,
    ],
    ['twice in one pass', [seen('/a'), seen('/a', { phase: 'import' })], 2],
    [
      'by its own port each time',
      [seen('10.0.0.2:40001->1.2.3.4:80'), seen('10.0.0.2:40007->1.2.3.4:80', { guise: LATER })],
      1,
    ],
    ['to another port', [seen('10.0.0.2:40001->1.2.3.4:80'), seen('10.0.0.2:40007->1.2.3.4:81', { guise: LATER })], 2],
    ['of another file', [seen('/a'), seen('/b', { guise: LATER })], 2],
    ['more severe later', [seen('/a', { priority: 'NOTICE' }), seen('/a', { priority: 'CRITICAL', guise: LATER })], 2],
    [
      'in another package’s step later',
      [seen('/a'), seen('/a', { guise: LATER, ranBy: { name: 'x', version: '1.0.0', path: ['x'] } })],
      2,
    ],
    ['only later', [seen('/a', { guise: LATER })], 1],
  ])('%s: %#', (_title, all, count) => {
    expect(withoutRepeats(all)).toHaveLength(count);
    expect(withoutRepeats(all.toReversed())).toHaveLength(count);
  });

  it('is not taken for new, where only the port of the asker changed', () => {
    expect(
      onlyLater([seen('10.0.0.2:40001->1.2.3.4:80'), seen('10.0.0.2:40007->1.2.3.4:80', { guise: LATER })]),
    ).toEqual([]);
  });
});
