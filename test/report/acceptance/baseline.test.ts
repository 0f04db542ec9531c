import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Acceptance, readBaseline } from '../../../src/report/acceptance/baseline.js';
import { buildReport } from '../../../src/report/build.js';
import { renderText } from '../../../src/report/text/text.js';
import { alertAt, evidence, folded } from '../evidence.js';
import { entry, hookFile, packages, tree } from '../hooks-project.js';

const alerts = [folded(alertAt(3, 'Git hook written', { 'proc.pid': '20', 'fd.name': hookFile }))];
const reportWith = (baseline: Acceptance[]) => buildReport(evidence({ packages, tree, alerts, baseline }));

const rows: readonly [string, Partial<Acceptance>, string][] = [
  ['all of it', {}, 'clean'],
  ['no detail', { detail: undefined }, 'clean'],
  ['another rule', { rule: 'Read of an SSH key' }, 'findings'],
  ['another package', { package: 'hook' }, 'findings'],
  ['another version', { version: '^2.0.0' }, 'findings'],
  ['another file', { detail: '/home/ci/.bashrc' }, 'findings'],
  ['an entry whose day has passed', { expires: '2001-01-01' }, 'findings'],
];

describe('what a baseline accepts', () => {
  it.each(rows)('%s: %s', (_title, changes, verdict) => {
    expect(reportWith([{ ...entry, ...changes }]).verdict).toBe(verdict);
  });

  it('stays in the report, marked', () => {
    const report = reportWith([entry]);
    expect(report.observations[0]).toMatchObject({
      priority: 'WARNING',
      accepted: { reason: 'our hook manager', expires: '2099-12-31' },
    });
    expect(renderText(report, { colour: false, width: 200 })).toContain('accepted until 2099-12-31: our hook manager');
    expect(report.allowScripts.refused).toEqual([]);
  });
});

describe('the file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pw-baseline-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    writeFileSync(join(folder, 'packwarden.yaml'), text);
    return readBaseline(join(folder, 'packwarden.yaml'));
  };
  const text = (lines: Record<string, string>): string =>
    `accept:\n  - ${Object.entries(lines)
      .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
      .join('\n    ')}\n`;

  it('is read as it is written', async () => {
    expect(await read(text({ ...entry, detail: hookFile }))).toEqual([{ ...entry, detail: hookFile }]);
  });

  it('may say once what several entries share', async () => {
    const shared = text({ ...entry, detail: hookFile }).replace('reason: ', 'reason: &why ');
    const two = `${shared}${shared
      .replace('accept:\n', '')
      .replace(/&why .*/, '*why')
      .replace('"hooks"', 'other')}`;
    expect((await read(two)).map(({ reason }) => reason)).toEqual(['our hook manager', 'our hook manager']);
  });

  it('takes a date without quotation marks', async () => {
    expect((await read(text({ ...entry, detail: hookFile }).replace('"2099-12-31"', '2099-12-31')))[0]?.expires).toBe(
      '2099-12-31',
    );
  });

  it.each([
    ['no reason', { reason: '' }],
    ['no such range', { version: 'newest' }],
    ['no such day', { expires: 'never' }],
    ['a key that is not known', { pakage: 'x' }],
  ])('%s is refused', async (_title, changes) => {
    await expect(read(text({ ...entry, detail: hookFile, ...changes }))).rejects.toThrow(
      /packwarden\.yaml can't be used/,
    );
  });
});
