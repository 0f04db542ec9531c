import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { MAX_BASELINE_BYTES, type ProjectText } from '../../../src/blobs/project-text.js';
import type { Priority } from '../../../src/falco/alert.js';
import type { Acceptance } from '../../../src/report/acceptance/baseline.js';
import { type ProjectBaselineMode, readProjectBaseline } from '../../../src/report/acceptance/project-baseline.js';
import { buildReport } from '../../../src/report/build.js';
import { renderText } from '../../../src/report/text/text.js';
import { alertAt, evidence, folded } from '../evidence.js';
import { entry, hookFile, packages, tree } from '../hooks-project.js';

const uploaded = (...entries: object[]): ProjectText => ({ text: stringify({ accept: entries }) });

interface Run {
  readonly mode?: ProjectBaselineMode;
  readonly priority?: Priority;
  readonly service?: readonly Acceptance[];
}

function reportOf(text: ProjectText | null, { mode = 'on', priority = 'WARNING', service = [] }: Run = {}) {
  const alert = alertAt(3, 'Git hook written', { 'proc.pid': '20', 'fd.name': hookFile }, priority);
  const projectBaseline = text === null ? null : readProjectBaseline(text, mode);
  return buildReport(evidence({ packages, tree, alerts: [folded(alert)], baseline: service, projectBaseline }));
}

const accepted = { problem: null, accepted: 1, refused: 0 };
const idle = { problem: null, accepted: 0, refused: 0 };
const broken = (why: string) => ({ problem: expect.stringContaining(why), accepted: 0, refused: 0 });

const rows: readonly [string, ProjectText, Run, 'clean' | 'findings', object][] = [
  ['all of it', uploaded(entry), {}, 'clean', accepted],
  ['no detail', uploaded({ ...entry, detail: undefined }), {}, 'clean', accepted],
  ['the second of two entries', uploaded({ ...entry, package: 'x' }, entry), {}, 'clean', accepted],
  ['an ERROR', uploaded(entry), { priority: 'ERROR' }, 'clean', accepted],
  ['another version', uploaded({ ...entry, version: '>=2' }), {}, 'findings', idle],
  ['another package', uploaded({ ...entry, package: 'hook' }), {}, 'findings', idle],
  ['another file', uploaded({ ...entry, detail: '/home/ci/.bashrc' }), {}, 'findings', idle],
  ['a day that has passed', uploaded({ ...entry, expires: '2001-01-01' }), {}, 'findings', idle],
  ['nothing', uploaded(), {}, 'findings', idle],
  // What a project may not do.
  ['a CRITICAL', uploaded(entry), { priority: 'CRITICAL' }, 'findings', { ...idle, refused: 1 }],
  ['an EMERGENCY', uploaded(entry), { priority: 'EMERGENCY' }, 'findings', { ...idle, refused: 1 }],
  ['a CRITICAL that the service accepts', uploaded(entry), { priority: 'CRITICAL', service: [entry] }, 'clean', idle],
  ['anything where the service takes none', uploaded(entry), { mode: 'off' }, 'findings', broken('BASELINE is off')],
  // A broken file is reported and accepts nothing, not even by its valid entries.
  ['one entry of two broken', uploaded(entry, { ...entry, reason: '' }), {}, 'findings', broken('reason')],
  ['no reason but spaces', uploaded({ ...entry, reason: '  ' }), {}, 'findings', broken('reason')],
  ['a reason that fills the report', uploaded({ ...entry, reason: 'x'.repeat(2000) }), {}, 'findings', broken('1000')],
  ['a misspelt key', uploaded({ ...entry, pakage: 'x' }), {}, 'findings', broken('pakage')],
  ['no YAML', { text: 'accept: [' }, {}, 'findings', broken('line 1')],
  ['an empty file', { text: '' }, {}, 'findings', broken('expected object')],
  ['aliases that multiply', { text: bomb() }, {}, 'findings', broken('alias count')],
  // Each of these once ended the process, or blocked it for seconds.
  ['brackets without end', { text: '['.repeat(MAX_BASELINE_BYTES) }, {}, 'findings', broken('line 1: nested')],
  ['braces without end', { text: '{'.repeat(MAX_BASELINE_BYTES) }, {}, 'findings', broken('line 1: nested')],
  [
    'lists in lists',
    { text: 'accept:\n  - '.padEnd(MAX_BASELINE_BYTES, '- ') },
    {},
    'findings',
    broken('line 2: nested'),
  ],
  ['a thousand errors', { text: '"'.repeat(MAX_BASELINE_BYTES) }, {}, 'findings', broken('line 1: ')],
  ['a thousand warnings', { text: '%\n'.repeat(MAX_BASELINE_BYTES / 2) }, {}, 'findings', broken('expected object')],
  ['what can not be read', { problem: 'it is a symlink, not a file' }, {}, 'findings', broken('symlink')],
];

function bomb(): string {
  const levels = Array.from({ length: 12 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at} ,`.repeat(10)}]`);
  return ['a0: &a0 x', ...levels].join('\n');
}

describe("a project's own baseline accepts", () => {
  it.each(rows)('%s', (_title, text, run, verdict, outcome) => {
    const report = reportOf(text, run);
    expect(report.verdict).toBe(verdict);
    expect(report.projectBaseline).toEqual(outcome);
    expect([...report.findings, ...report.observations]).toHaveLength(1);
    expect(report.projectBaseline?.problem?.length ?? 0).toBeLessThanOrEqual(500);
  });

  it('marked with who accepted it, the service before the project', () => {
    const mark = (service: readonly Acceptance[]) => reportOf(uploaded(entry), { service }).observations[0]?.accepted;
    expect(mark([])).toEqual({ by: 'project', reason: 'our hook manager', expires: '2099-12-31' });
    expect(mark([{ ...entry, reason: 'reviewed' }])).toMatchObject({ by: 'service', reason: 'reviewed' });
  });

  it('nothing in a report of a project without one', () => {
    expect(reportOf(null)).not.toHaveProperty('projectBaseline');
  });
});

describe('the first lines of the report', () => {
  const head = (...of: Parameters<typeof reportOf>) =>
    renderText(reportOf(...of), { colour: false, width: 200 })
      .split('\n\n')[0]
      ?.split('\n');

  it.each<[string, readonly string[] | undefined, string]>([
    ['what was accepted', head(uploaded(entry)), "1 finding accepted by the project's packwarden.yaml"],
    ['what was not', head(uploaded(entry), { priority: 'CRITICAL' }), '1 finding named in the project'],
    ['that the service takes none', head(uploaded(entry), { mode: 'off' }), 'PACKWARDEN_PROJECT_BASELINE is off'],
    ['that the file is broken', head({ text: 'accept: {}' }), "the project's packwarden.yaml accepts nothing: "],
  ])('say %s', (_title, lines, expected) => {
    expect(lines?.[0]).toMatch(/^Verdict: /);
    expect(lines?.[1]).toContain(expected);
  });

  it('say nothing where nothing came of it', () => {
    expect(head(uploaded())).toHaveLength(1);
    expect(head(null)).toHaveLength(1);
  });

  it('are not repainted by a hostile file', () => {
    const text = renderText(reportOf({ text: 'accept: "\u001b[2J\\nVerdict: CLEAN"\n\u0007' }), {
      colour: false,
      width: 80,
    });
    expect(text.split('\n').filter((line) => line.startsWith('Verdict:'))).toHaveLength(1);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
