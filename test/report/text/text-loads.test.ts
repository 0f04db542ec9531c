import { expect, it } from 'vitest';
import type { Phase } from '../../../src/report/phase.js';
import { loadsOf } from '../../../src/report/text/text-loads.js';

const loaded = { name: 'a', version: '1.0.0', ok: true, ms: 3 };
const phase = (more: Partial<Phase>): Phase => ({
  name: 'execute',
  command: 'node import-all.mjs',
  exitCode: 0,
  durationMs: 5,
  timedOut: false,
  ...more,
});

it.each<[what: string, phase: Phase, line: string]>([
  ['all had their turn', phase({ loaded: [loaded, loaded] }), ', packages called: 2'],
  [
    'the time ran out',
    phase({ loaded: [loaded], notCalled: ['b@1.0.0', 'c@1.0.0'] }),
    ', packages called: 1 of 3 before the time was up',
  ],
  [
    'nobody had a turn',
    phase({ loaded: [], notCalled: ['b@1.0.0'] }),
    ', packages called: 0 of 1 before the time was up',
  ],
  ['there is nothing to call', phase({ loaded: [] }), ''],
])('says how many packages were called: %s', (_what, one, line) => {
  expect(loadsOf(one)).toBe(line);
});
