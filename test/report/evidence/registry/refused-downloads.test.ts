import { expect, it } from 'vitest';
import { withRefusedHosts } from '../../../../src/report/evidence/registry/refused-downloads.js';
import type { ScriptStep } from '../../../../src/report/phase.js';
import type { Report } from '../../../../src/report/report.js';

const MESSAGE = 'the postinstall script of tool@1.0.0 ended with exit code 1';
const FAILED = { code: 'install-failed', message: MESSAGE } as const;
const STEP: ScriptStep = {
  package: 'tool@1.0.0',
  path: 'node_modules/tool',
  scripts: ['postinstall'],
  exitCode: 1,
  timedOut: false,
  durationMs: 1,
  error: MESSAGE,
};

function asked(host: string, by: readonly string[] | null, allowed = false): Report['egress'][number] {
  const first = '2026-11-30T00:00:00.000Z';
  const name = by?.at(-1) ?? '';
  return {
    ...{ host, port: 443, via: 'proxy', allowed, count: 1, bytesSent: 0, bytesReceived: 0, first, last: first },
    process: null,
    package: by === null ? null : { name, version: '1.0.0', path: [...by] },
  };
}

const saidWith = (rows: Report['egress']) => withRefusedHosts([FAILED], [STEP], rows)[0]?.message;

it('a failed script names the hosts that its package, and what downloads for it, were refused', () => {
  const rows = [
    asked('cdn.example', ['app', 'tool']),
    asked('cdn.example', ['app', 'tool']),
    asked('github.com', ['app', 'tool', 'fetcher']),
  ];
  expect(saidWith(rows)).toBe(`${MESSAGE} (it asked cdn.example, github.com, which the sandbox may not reach)`);
});

it('many hosts are counted', () => {
  const rows = ['a', 'b', 'c', 'd', 'e'].map((host) => asked(host, ['app', 'tool']));
  expect(saidWith(rows)).toBe(`${MESSAGE} (it asked a, b, c and 2 more, which the sandbox may not reach)`);
});

it.each([
  ['what was let through', asked('registry.npmjs.org', ['app', 'tool'], true)],
  ['what nobody is known to have asked', asked('cdn.example', null)],
  ['what others asked', asked('cdn.example', ['app', 'other'])],
  ['what the parent asked', asked('cdn.example', ['app'])],
])('%s is no reason', (_what, row) => {
  expect(saidWith([row])).toBe(MESSAGE);
});
