import { expect, it } from 'vitest';
import type { RegistryOutage } from '../../../../src/egress/registry/outages.js';
import { buildReport } from '../../../../src/report/build.js';
import type { IncompleteReason } from '../../../../src/report/verdict/verdict.js';
import { evidence } from '../../evidence.js';

const DOCUMENT: RegistryOutage = { host: 'r.example', port: 443, reason: 'answered 503', missing: 1, packages: [] };
const PACKAGE: RegistryOutage = { ...DOCUMENT, port: 4873, missing: 3, packages: ['a', 'b'] };
const FAILED: IncompleteReason = { code: 'fetch-failed', message: 'npm ended with exit code 1: E503' };

it.each<[string, RegistryOutage[], IncompleteReason[], string[]]>([
  ['nothing is owed', [], [], []],
  ['a document that could be done without', [DOCUMENT], [], []],
  [
    'a document, and the fetch failed',
    [DOCUMENT],
    [FAILED],
    ['the registry r.example answered 503: one requested file did not arrive', FAILED.message],
  ],
  [
    'a package, although the fetch came to its end (an optional one)',
    [PACKAGE],
    [],
    ['the registry r.example:4873 answered 503: 3 requested files did not arrive (packages: a, b)'],
  ],
])('the registry is named where an install lacks something: %s', (_what, outages, incomplete, messages) => {
  const report = buildReport(evidence({ outages, incomplete }));
  expect(report.incomplete.map(({ message }) => message)).toEqual(messages);
  expect(report.verdict).toBe(messages.length === 0 ? 'clean' : 'incomplete');
  if (messages.length > 0) expect(report.incomplete[0]?.code).toBe('registry-unavailable');
});

it('more bodies than are read are no clean run', () => {
  const report = buildReport(evidence({ unreadBodies: 2 }));
  expect(report.verdict).toBe('incomplete');
  expect(report.incomplete).toEqual([
    { code: 'bodies-unread', message: expect.stringContaining('the bodies of 2 requests were not read') },
  ]);
});
