import { describe, expect, it } from 'vitest';
import { fetchFailure } from '../../../src/jobs/phases/fetch-failure.js';
import type { StepResult } from '../../../src/jobs/ports.js';

const step = (more: Partial<StepResult>): StepResult => ({
  command: 'npm ci --ignore-scripts',
  exitCode: 1,
  timedOut: false,
  durationMs: 1,
  log: '',
  logBytes: 0,
  ...more,
});

describe('a fetch', () => {
  it.each<[string, Partial<StepResult>, readonly string[]]>([
    ['that ended well', { exitCode: 0, log: 'error: none\n' }, []],
    [
      'that ended well and can’t be vouched for',
      { exitCode: 0, reason: "bun.lock can't be read" },
      ["bun.lock can't be read"],
    ],
    [
      'that failed for a known reason',
      { reason: 'package-lock.json is empty', log: 'npm error Usage:\n' },
      ['npm ended with exit code 1: package-lock.json is empty'],
    ],
    ['that failed with other words', { log: 'a\nfatal: no\nb\n' }, ['npm ended with exit code 1: fatal: no | b']],
    ['that failed without a word', { exitCode: 137 }, ['npm ended with exit code 137']],
  ])('%s', (_case, more, messages) => {
    expect(fetchFailure(step(more))).toEqual(messages.map((message) => ({ code: 'fetch-failed', message })));
  });

  it('with a long reason is reported with a short one', () => {
    const [only] = fetchFailure(step({ reason: 'x'.repeat(10_000) }));
    expect(only?.message.length).toBeLessThan(700);
  });
});
