import { describe, expect, it } from 'vitest';
import { notCompared } from '../../../src/report/compare/headline.js';
import type { Report } from '../../../src/report/report.js';
import { outcomeOf } from '../../../src/report/verdict/outcome.js';
import { finding, report } from '../../api/reports.js';

const FOUND: Partial<Report> = { verdict: 'findings', findings: [finding()] };
const INCOMPLETE: Partial<Report> = {
  status: 'incomplete',
  verdict: 'incomplete',
  incomplete: [{ code: 'events-dropped', message: 'the sensor dropped 7 events' }],
};

describe('the exit code', () => {
  const compared = (is = true): Partial<Report> => ({
    whatChanged: { ...notCompared({ code: 'no-earlier-report', message: 'x' }, null), compared: is },
  });
  const notice = finding({ priority: 'NOTICE' });
  const accepted = finding({ priority: 'CRITICAL', accepted: { reason: 'TICKET-12', expires: '2027-06-30' } });
  it.each([
    ['clean', 'WARNING', 0, {}],
    ['an observation', 'WARNING', 0, { observations: [notice] }],
    ['an observation that this job does not bear', 'NOTICE', 1, { observations: [notice] }],
    ['an accepted finding, however severe', 'NOTICE', 0, { observations: [accepted] }],
    ['a finding', 'WARNING', 1, FOUND],
    ['a finding that this job bears', 'CRITICAL', 0, FOUND],
    ['incomplete', 'WARNING', 3, INCOMPLETE],
    ['incomplete with a finding: the exit code is not 3', 'WARNING', 1, { ...INCOMPLETE, findings: [finding()] }],
    ['a new finding', 'new', 1, { ...compared(), findings: [finding({ isNew: true })] }],
    ['a finding of before', 'new', 0, { ...compared(), findings: [finding()] }],
    ['a new observation', 'new', 0, { ...compared(), observations: [{ ...notice, isNew: true }] }],
    ['an accepted one that is new', 'new', 0, { ...compared(), observations: [{ ...accepted, isNew: true }] }],
    ['a finding where nothing could be compared', 'new', 1, { ...compared(false), findings: [finding()] }],
    ['a finding of a service that compares nothing', 'new', 1, FOUND],
    ['incomplete with a finding of before', 'new', 3, { ...compared(), ...INCOMPLETE, findings: [finding()] }],
    ['incomplete with a lesser finding', 'CRITICAL', 3, { ...INCOMPLETE, findings: [finding()] }],
  ] as const)('%s, from %s: %i', (_title, failOn, code, made) => {
    expect(outcomeOf(report(made as Partial<Report>), failOn).exitCode).toBe(code);
  });
});
