import { describe, expect, it } from 'vitest';
import { anyPattern, type TextPattern } from '../../../src/rules/operators/text-set.js';
import { Random } from '../../support/random.js';

const one = ({ operator, text }: TextPattern, value: string): boolean => {
  if (operator === '=') return value === text;
  if (operator === 'contains') return value.includes(text);
  return operator === 'startswith' ? value.startsWith(text) : value.endsWith(text);
};

describe('many text comparisons in one pass', () => {
  it('hold when one of them holds, whatever characters there are', () => {
    const random = new Random(20_261_124);
    const letters = ['a', 'b', '/', '.', '\\', '$', '^', '(', '[', '*', '|', '\n', 'é', '\u{1f600}', ''];
    const word = (most: number): string =>
      Array.from({ length: random.below(most) }, () => random.pick(letters)).join('');
    for (let round = 0; round < 5_000; round += 1) {
      const patterns = Array.from({ length: 1 + random.below(6) }, (): TextPattern => {
        const operator = random.pick(['=', 'contains', 'startswith', 'endswith'] as const);
        return { operator, text: word(4) };
      });
      const value = word(12);
      const expected = patterns.some((pattern) => one(pattern, value));
      expect(anyPattern(patterns)(value), JSON.stringify({ patterns, value })).toBe(expected);
    }
  });
});
