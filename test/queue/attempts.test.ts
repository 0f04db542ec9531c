import { expect, test } from 'vitest';
import { Attempts } from '../../src/queue/attempts.js';
import { emptyReport } from '../../src/queue/job-record.js';
import type { Report } from '../../src/report/report.js';
import { deferred } from '../deferred.js';

const ID = '8a7ad9d4-6a27-4fbb-9a4e-8f0d3f1d2b11';
const blob = { key: ID, bytes: 1, sha256: 'ab' };
const spec = { id: ID, ecosystem: 'npm', owner: null, submittedAt: 0, context: null, blob } as const;
const reportSaying = (message: string): Report => emptyReport(spec, 0, 'cancelled', message);
const never = new AbortController().signal;

/** Work that ends when the test says so. */
function heldWork(): { readonly work: () => Promise<Report>; end(report: Report): void } {
  const { promise, resolve } = deferred<Report>();
  return { work: () => promise, end: resolve };
}

test('a job that is given to its worker again does not run twice: the report of the first attempt is taken over', async () => {
  const attempts = new Attempts();
  const first = heldWork();
  const lost = attempts.run(ID, never, first.work);
  const again = attempts.run(ID, never, () => Promise.reject(new Error('it ran a second time')));
  first.end(reportSaying('first'));
  expect((await again).incomplete[0]?.message).toBe('first');
  expect((await lost).incomplete[0]?.message).toBe('first');
});

test('after an attempt that failed, the next one runs, and not before', async () => {
  const attempts = new Attempts();
  const { promise, reject } = deferred<Report>();
  const failing = attempts.run(ID, never, () => promise);
  let isBegun = false;
  const next = attempts.run(ID, never, async () => {
    isBegun = true;
    return reportSaying('second');
  });
  await Promise.resolve();
  expect(isBegun).toBe(false);
  reject(new Error('the machine failed'));
  await expect(failing).rejects.toThrow('the machine failed');
  expect((await next).incomplete[0]?.message).toBe('second');
});

test('a report that was stored is not given again', async () => {
  const attempts = new Attempts();
  await attempts.run(ID, never, async () => reportSaying('first'));
  attempts.stored(ID);
  expect((await attempts.run(ID, never, async () => reportSaying('second'))).incomplete[0]?.message).toBe('second');
});

test.each([
  ['by who asked for it', (_attempts: Attempts, own: AbortController) => own.abort()],
  ['because another worker has taken the job', (attempts: Attempts) => attempts.abandon(ID, 'taken')],
])('the result of an attempt that was ended %s is not kept', async (_why, end) => {
  const attempts = new Attempts();
  const own = new AbortController();
  const ended = attempts.run(
    ID,
    own.signal,
    (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(reportSaying('cut short')))),
  );
  end(attempts, own);
  await ended;
  expect((await attempts.run(ID, never, async () => reportSaying('whole'))).incomplete[0]?.message).toBe('whole');
});
