import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { egressPolicy } from '../../../src/cli/reports/egress-policy.js';
import { report } from '../../api/reports.js';
import { printed } from '../in-process.js';

const folder = mkdtempSync(join(tmpdir(), 'pw-policy-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

const rule = { host: 'r.example', port: 443, methods: ['GET'], pathPrefixes: ['/npm/'], packages: ['a@1.0.0'] };

function run(content: unknown, ...argv: string[]): ReturnType<typeof printed> {
  const path = join(folder, 'report.json');
  writeFileSync(path, JSON.stringify(content));
  return printed(egressPolicy, [path, ...argv]);
}

describe('packwarden egress-policy', () => {
  it('prints the allow list, and who asked for what beside it', async () => {
    const { code, out, err } = await run({ ...report(), egressPolicy: { rules: [rule] } });
    expect([code, out]).toEqual([0, 'PACKWARDEN_EGRESS_ALLOW=r.example\n']);
    expect(err).toContain('r.example:443 GET /npm/ (a@1.0.0)\n');
  });

  it.each(['squid', 'cilium', 'kubernetes'])('in the form of %s', async (name) => {
    const { out } = await run({ ...report(), egressPolicy: { rules: [rule] } }, '--for', name);
    expect(out).toContain('r.example');
  });

  it('says that a run which did not reach its end may have needed more', async () => {
    const { err } = await run({ ...report(), verdict: 'incomplete', egressPolicy: { rules: [rule] } });
    expect(err).toContain('it may have needed more');
  });

  it('says that more hosts were needed than are named', async () => {
    const { err } = await run({ ...report(), egressPolicy: { rules: [rule], left: 3 } });
    expect(err).toContain('3 more hosts were needed');
  });

  it('ends with 1 where nothing was needed', async () => {
    expect((await run({ ...report(), egressPolicy: { rules: [] } })).code).toBe(1);
  });

  it('refuses an unknown form, and a report of before', async () => {
    await expect(run({ ...report(), egressPolicy: { rules: [rule] } }, '--for', 'iptables')).rejects.toThrow(
      'unknown format',
    );
    await expect(run(report())).rejects.toThrow('too old');
  });
});
