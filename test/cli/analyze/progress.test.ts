import { describe, expect, it } from 'vitest';
import { Progress } from '../../../src/cli/analyze/progress.js';

const MIB = 1024 ** 2;

/** What is written when an upload of `total` bytes goes in these steps. */
function written(isTty: boolean, total: number, steps: readonly number[]): string {
  let text = '';
  const progress = new Progress((part) => {
    text += part;
  }, isTty);
  for (const sent of steps) progress.sent(sent, total);
  return text.replaceAll(/\[packwarden +\d+ s\] /g, '');
}

describe('the progress of an upload', () => {
  it('counts up in one line of a terminal', () => {
    expect(written(true, 2 * MIB, [MIB, MIB + 1, 2 * MIB])).toBe(
      '\ruploading 50 % of 2.0 MiB\ruploading 100 % of 2.0 MiB\n',
    );
  });

  it.each([
    ['in a log, where each count would be a line', false, 2 * MIB],
    ['for what is sent before anybody reads it', true, 1_000],
  ])('says nothing %s', (_title, isTty, total) => {
    expect(written(isTty, total, [total])).toBe('');
  });
});
