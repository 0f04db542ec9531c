import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LANGUAGE_ROWS } from './semantics/language.js';
import { PATTERN_ROWS } from './semantics/patterns.js';
import { BYTE_ROWS, TEXT_ROWS } from './semantics/text.js';
import { TYPE_ROWS } from './semantics/types.js';
import { engineOf, matching } from './support.js';

const ROWS = [...TEXT_ROWS, ...BYTE_ROWS, ...PATTERN_ROWS, ...TYPE_ROWS, ...LANGUAGE_ROWS];
const titles = ROWS.map(
  ([condition, event, holds, source]) =>
    `${condition} on ${inspect(event, { breakLength: Infinity })} is ${holds} (${source})`,
);

describe('what a condition means', () => {
  for (const [i, [condition, event, holds]] of ROWS.entries()) {
    it(titles[i] ?? condition, () => {
      expect(matching(engineOf(condition), event)).toEqual(holds ? ['R'] : []);
    });
  }

  it('has a table of at least 200 different rows', () => {
    expect(new Set(titles).size).toBe(ROWS.length);
    expect(ROWS.length).toBeGreaterThanOrEqual(200);
  });
});
