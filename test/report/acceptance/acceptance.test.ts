import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { acceptanceOf } from '../../../src/report/acceptance/acceptance.js';
import { markAccepted, readBaseline } from '../../../src/report/acceptance/baseline.js';
import { HOSTILE_TEXTS } from '../../api/pages/report/hostile-report.js';
import { ALERT, finding } from '../../api/reports.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const rule = 'Read of a credential file';
const found = (file: string, name = 'evil-dep', version = '1.0.0') =>
  finding({
    rule,
    package: { name, version, path: ['app', name] },
    alert: { ...ALERT, rule, output_fields: { 'fd.name': file } },
  });

const folder = mkdtempSync(join(tmpdir(), 'pw-acceptance-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The baseline of a service whose owner pasted the entry. */
function pasted(text: string) {
  const file = join(folder, 'packwarden.yaml');
  writeFileSync(file, text);
  return readBaseline(file);
}

describe('the baseline entry that accepts a finding', () => {
  it.each(HOSTILE_TEXTS.map((text, index) => [index, text] as const))(
    'accepts exactly what it was made for, whatever a package called it (%i)',
    async (...row) => {
      const [, text] = row;
      const file = `/home/ci/${text}`;
      const entry = acceptanceOf(found(file, text), NOW) ?? '';
      expect(entry).toMatch(/^[\u0020-\u007e\n]*$/);
      const baseline = await pasted(entry.replace('reason: ""', 'reason: reviewed'));
      const isAccepted = (...of: Parameters<typeof found>) =>
        markAccepted(found(...of), baseline, NOW).accepted !== undefined;
      expect(isAccepted(file, text)).toBe(true);
      expect(isAccepted('/etc/shadow', text)).toBe(false);
      expect(isAccepted(file, 'other')).toBe(false);
      expect(isAccepted(file, text, '1.0.1')).toBe(false);
      expect(baseline[0]?.expires).toBe('2027-02-22');
    },
  );

  it('is refused while its reason is empty', async () => {
    await expect(pasted(acceptanceOf(found('/etc/shadow'), NOW) ?? '')).rejects.toThrow('reason');
  });

  it('is none where no package with a version is known', () => {
    expect(acceptanceOf(finding({ package: null }), NOW)).toBeNull();
    expect(acceptanceOf(found('/etc/shadow', 'x', 'workspace'), NOW)).toBeNull();
  });
});
