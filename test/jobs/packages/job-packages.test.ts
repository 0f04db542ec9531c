import { describe, expect, it } from 'vitest';
import type { JobSpec } from '../../../src/jobs/job.js';
import { jobPackages } from '../../../src/jobs/packages/job-packages.js';
import { egressRow, ID } from '../../api/reports.js';
import { installed, reads, run } from '../../report/compare/runs.js';

const SPEC: JobSpec = {
  id: ID,
  ecosystem: 'npm',
  owner: 'ci',
  submittedAt: 1_000,
  context: null,
  blob: { key: ID, bytes: 1, sha256: 'ab' },
};

describe('what is kept of the packages of a job', () => {
  it('every installed version, and what each package did', () => {
    const kept = jobPackages(
      SPEC,
      run({
        installed: [installed('quiet', '1.0.0'), installed('evil', '1.0.0'), installed('evil', '2.0.0')],
        findings: [reads('evil', '2.0.0'), reads('evil', '2.0.0')],
      }),
    );
    expect(kept).toMatchObject({ job: ID, owner: 'ci', submittedAt: 1_000 });
    expect(Object.fromEntries(kept.versions)).toEqual({ evil: ['2.0.0', '1.0.0'], quiet: ['1.0.0'] });
    expect([...kept.actions]).toEqual([
      [
        'evil',
        [
          {
            version: '2.0.0',
            behaviour: {
              kind: 'rule',
              what: 'Read of cloud credentials',
              where: '~/.aws/credentials',
              phase: 'install',
            },
          },
        ],
      ],
    ]);
  });

  it('a package that acted counts although the list of what was installed does not have it', () => {
    const kept = jobPackages(SPEC, run({ verdict: 'incomplete', findings: [reads('evil', '1.0.0')] }));
    expect([...kept.versions]).toEqual([['evil', ['1.0.0']]]);
  });

  it.each(['', '../x', 'a/b', 'a\u0000', 'x'.repeat(215)])('%j is no name to keep', (name) => {
    const kept = jobPackages(SPEC, run({ installed: [installed(name, '1')], findings: [reads(name, '1')] }));
    expect([kept.versions.size, kept.actions.size]).toEqual([0, 0]);
  });

  it('what rules tell is not pushed out by any number of hosts', () => {
    const by = { name: 'evil', version: '1.0.0', path: [] };
    const egress = Array.from({ length: 500 }, (_, at) => egressRow({ host: `${at}.example`, package: by }));
    const actions = jobPackages(SPEC, run({ egress, findings: [reads('evil', '1.0.0')] })).actions.get('evil') ?? [];
    expect([actions.length, actions[0]?.behaviour.kind]).toEqual([100, 'rule']);
  });

  it('of 20,000 packages those that did something are kept in any case', () => {
    const many = Array.from({ length: 20_500 }, (_, at) => installed(`quiet-${at}`, '1.0.0'));
    const kept = jobPackages(SPEC, run({ installed: many, findings: [reads('evil', '1.0.0')] }));
    expect([kept.versions.size, kept.versions.has('evil')]).toEqual([20_000, true]);
  });
});
