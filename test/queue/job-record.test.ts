import { describe, expect, it } from 'vitest';
import { emptyReport, parseSpec, toSummary, toView } from '../../src/queue/job-record.js';

const NOW = 1_795_226_400_000;
const spec = {
  id: '0b0e9c36-4f27-4a3e-9f0e-2f4f3f0f8a11',
  ecosystem: 'npm',
  owner: 'ci',
  submittedAt: NOW - 1_000,
  context: null,
  blob: { key: '0b0e9c36-4f27-4a3e-9f0e-2f4f3f0f8a11', bytes: 10, sha256: 'ab' },
} as const;
const report = {
  ...emptyReport(spec, NOW, 'cancelled', 'x'),
  status: 'finished',
  verdict: 'clean',
  incomplete: [],
} as const;

/** The state in BullMQ, and the state that readers see; `null`: no report yet. */
const rows: readonly [string, string, object, string, string | null][] = [
  ['waiting', 'waiting', {}, 'queued', null],
  ['put off until Docker is back', 'delayed', {}, 'queued', null],
  ['waiting again after its worker died', 'waiting', { progress: { state: 'installing' } }, 'queued', null],
  ['just taken', 'active', { progress: 0 }, 'preparing', null],
  ['running', 'active', { progress: { state: 'importing' } }, 'importing', null],
  ['running, with a state nobody knows', 'active', { progress: { state: 'dancing' } }, 'preparing', null],
  ['done', 'completed', { report }, 'finished', 'clean'],
  ['failed without a report', 'failed', { failedReason: 'job stalled', finishedOn: NOW }, 'incomplete', 'worker-lost'],
  [
    'taken by nobody in time',
    'waiting',
    { data: { ...spec, submittedAt: NOW - 9_000 } },
    'incomplete',
    'queue-timeout',
  ],
];

describe('a job as its readers see it', () => {
  it.each(rows)('%s', (_title, bullState, more, state, outcome) => {
    const view = toView({ data: spec, progress: 0, report: null, ...more }, bullState, NOW, 5_000);
    expect(view.state).toBe(state);
    expect(view.report?.incomplete[0]?.code ?? view.report?.verdict ?? null).toBe(outcome);
  });

  it("is listed with its worker's summary of the report, without reading the report", () => {
    const summary = (progress: unknown) => toSummary({ data: spec, progress, report: null }, 'completed', NOW, 5_000);
    const outcome = { verdict: 'findings', findings: 3 };
    expect(summary({ state: 'draining', outcome })).toMatchObject({ state: 'finished', ...outcome });
    expect(summary({ state: 'draining', outcome: { verdict: 'incomplete', findings: 0 } }).state).toBe('incomplete');
    expect(summary(0)).toMatchObject({ id: spec.id, verdict: null, findings: null });
  });

  it('keeps the baseline that was uploaded with it', () => {
    for (const baseline of [{ text: 'accept: []' }, { problem: 'it is a link' }]) {
      expect(parseSpec(JSON.parse(JSON.stringify({ ...spec, baseline })))).toEqual({ ...spec, baseline });
    }
  });

  it.each([
    ['no object', 'x'],
    ['another ecosystem', { ...spec, ecosystem: 'cobol' }],
    ['an id that is a path', { ...spec, id: '../../etc/passwd' }],
    ['a baseline that is no text', { ...spec, baseline: { text: ['x'] } }],
  ])('refuses job data that is %s', (_title, data) => {
    expect(() => parseSpec(data)).toThrow();
  });
});
