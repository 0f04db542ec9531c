import { describe, expect, it } from 'vitest';
import { type RetryableFailure, withRetries } from '../../../src/cli/service/retry.js';

/** Works through `outcomes` on a clock of its own; says how long it waited before each new try, and how it ended. */
async function run(outcomes: readonly ('done' | number | null)[], retryForMs: number) {
  const waits: number[] = [];
  let now = 5_000;
  let tries = 0;
  const work = async (): Promise<{ value: string } | RetryableFailure> => {
    const outcome = outcomes[tries] ?? null;
    tries += 1;
    return outcome === 'done' ? { value: 'a report' } : { error: new Error(`no. ${tries}`), retryAfterS: outcome };
  };
  const options = {
    retryForMs,
    signal: new AbortController().signal,
    onWait: (_error: Error, ms: number) => void waits.push(ms),
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const ended = await withRetries(options, work).catch((error: Error) => error.message);
  return { waits, ended };
}

describe('a service that does not serve is asked again', () => {
  it.each([
    ['at once when there is nothing to wait for', ['done'], 0, [], 'a report'],
    [
      'after waits that double up to a quarter of a minute',
      [null, null, null, null, null, null, 'done'],
      120_000,
      [1_000, 2_000, 4_000, 8_000, 15_000, 15_000],
      'a report',
    ],
    ['after what it asks for', [10, 0, null, 'done'], 120_000, [10_000, 0, 4_000], 'a report'],
    ['after a minute when it asks for an hour', [3_600, 'done'], 120_000, [60_000], 'a report'],
    ['not when nothing is put up with', [null, 'done'], 0, [], 'no. 1'],
    ['not longer than it may', [null, null, 30, 'done'], 30_000, [1_000, 2_000], 'no. 3'],
  ] as const)('%s', async (_title, outcomes, retryForMs, waits, ended) => {
    expect(await run(outcomes, retryForMs)).toEqual({ waits, ended });
  });
});
