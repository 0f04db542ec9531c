import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src/report/build.js';
import { EPOCH, evidence, pkg } from '../evidence.js';

const LOADED = { name: 'a', version: '1.0.0', ok: true, ms: 10 };

describe('what our own loaders tell of a package', () => {
  it.each([
    ['a wallet that was hooked', { replaced: ['ethereum.request'] }, ['Wallet or clipboard hooked'], []],
    [
      'a clipboard that was hooked',
      { replaced: ['navigator.clipboard.writeText'] },
      ['Wallet or clipboard hooked'],
      [],
    ],
    ['a storage that was hooked', { replaced: ['localStorage.setItem'] }, ['Wallet or clipboard hooked'], []],
    ['a storage that was put in place', { replaced: ['localStorage'] }, [], ['Built-in replaced by a package']],
    [
      'a wallet that was put in place when a function was called',
      { replaced: ['ethereum (when called)'] },
      [],
      ['Built-in replaced by a package'],
    ],
    ['what was left out', { unreached: ['12 functions'] }, [], ['Package exercised in part']],
    ['another built-in that was replaced', { replaced: ['fs.close'] }, [], ['Built-in replaced by a package']],
    ['a load that was stopped', { ok: false, error: 'stopped after 15 s' }, [], ['Load stopped at its deadline']],
    ['a load that failed', { ok: false, error: 'no main' }, [], []],
  ])('%s', (_case, more, findings, observations) => {
    const phase = { name: 'execute', command: 'call', exitCode: 0, durationMs: 9, timedOut: false } as const;
    const report = buildReport(
      evidence({
        packages: [pkg('.', ['a']), pkg('node_modules/a')],
        phases: [{ ...phase, loaded: [{ ...LOADED, ...more }] }],
        phaseStarts: [{ name: 'execute', at: EPOCH * 1000 }],
      }),
    );
    expect(report.findings.map(({ rule }) => rule)).toEqual(findings);
    expect(report.observations.map(({ rule }) => rule)).toEqual(observations);
    for (const { package: by, phase: when } of [...report.findings, ...report.observations]) {
      expect([by?.name, when]).toEqual(['a', 'execute']);
    }
  });

  it('of scripts that did not run once more', () => {
    const phase = { name: 'later', command: 'later', exitCode: 0, durationMs: 9, timedOut: false } as const;
    const report = buildReport(
      evidence({
        packages: [pkg('.', ['a']), pkg('node_modules/a')],
        phases: [{ ...phase, notRepeated: [{ package: 'a@1.0.0', path: 'node_modules/a', why: 'they took 9.0 s' }] }],
        phaseStarts: [{ name: 'later', at: EPOCH * 1000 }],
      }),
    );
    const [seen] = report.observations;
    expect([seen?.rule, seen?.package?.name, seen?.phase]).toEqual(['Scripts not run once more', 'a', 'later']);
  });
});
