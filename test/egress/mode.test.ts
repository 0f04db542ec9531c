import { expect, it } from 'vitest';
import { EGRESS_MODES, type EgressMode, isWithin, narrowed } from '../../src/egress/mode.js';

const rows: readonly [mode: EgressMode, max: EgressMode, within: boolean][] = [
  ['none', 'none', true],
  ['none', 'open', true],
  ['registry', 'none', false],
  ['registry', 'registry', true],
  ['open', 'registry', false],
  ['open', 'open', true],
];

it.each(rows)('%s within %s: %s', (mode, max, within) => {
  expect(isWithin(mode, max)).toBe(within);
  expect(narrowed(mode, max)).toBe(within ? mode : max);
});

it('none is the narrowest', () => {
  for (const mode of EGRESS_MODES) expect(isWithin('none', mode)).toBe(true);
});
