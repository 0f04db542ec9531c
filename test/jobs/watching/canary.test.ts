import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SandboxRun } from '../../../src/jobs/ports.js';
import { type CanaryResult, sendCanary } from '../../../src/jobs/watching/canary.js';
import { CANARY_RULE, canaryMarker, Monitor } from '../../../src/jobs/watching/monitor.js';
import { alertAt, EPOCH } from '../../report/evidence.js';

const GRACE_MS = 40;
/** The canary is sent in this second; alerts with an earlier time are about what happened before it. */
const SENT_S = 10;

/** How the source reports: alerts every few milliseconds, each with the second of its event, and after these the canary's or none. */
interface Row {
  readonly title: string;
  readonly seconds: readonly number[];
  readonly isAnswered: boolean;
  readonly result: 'answered' | Exclude<CanaryResult, number>;
}

const flood = (count: number): number[] => Array.from({ length: count }, (_, index) => index / 1000);

const rows: readonly Row[] = [
  { title: 'at once', seconds: [], isAnswered: true, result: 'answered' },
  { title: 'never', seconds: [], isAnswered: false, result: 'silent' },
  { title: 'after a flood that takes longer than the grace', seconds: flood(20), isAnswered: true, result: 'answered' },
  { title: 'not before all waits are over', seconds: flood(400), isAnswered: false, result: 'behind' },
  { title: 'never, and the flood ended', seconds: flood(3), isAnswered: false, result: 'silent' },
  {
    title: 'never, though later events are reported',
    seconds: [11, 12, 13, 14, 15, 16, 17, 18],
    isAnswered: false,
    result: 'silent',
  },
];

/** Reports as the row says, an alert every 5 ms, once the canary's process has run. */
function reporting(monitor: Monitor, { seconds, isAnswered }: Row): void {
  const alerts = seconds.map((second) => alertAt(second, 'Read of a dotenv file', {}));
  if (isAnswered) alerts.push(alertAt(SENT_S, CANARY_RULE, { 'proc.args': canaryMarker('n') }));
  for (const [index, alert] of alerts.entries()) setTimeout(() => monitor.alert(alert), 5 * (index + 1));
}

describe('the alert of a canary arrives', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each(rows)('$title → $result', async (row) => {
    const monitor = new Monitor();
    const run: Pick<SandboxRun, 'canary'> = {
      canary: async () => reporting(monitor, row),
    };
    const options = {
      clock: { now: () => (EPOCH + SENT_S) * 1000 },
      newNonce: () => 'n',
      graceMs: GRACE_MS,
      signal: new AbortController().signal,
    };
    const sending = sendCanary(run, monitor, options);
    await vi.runAllTimersAsync();
    const result = await sending;
    expect(typeof result === 'number' ? 'answered' : result).toBe(row.result);
  });
});
