import { describe, expect, it } from 'vitest';
import { FORMAT_NAMES, FORMATS, type FormatName } from '../../../src/report/formats/formats.js';
import { lockFileOf } from '../../../src/report/formats/lock-file.js';
import { type Report, reportSchema } from '../../../src/report/report.js';
import { finding, report } from '../../api/reports.js';
import { cycloneDxFaults, gitlabFaults, junitFaults, SCHEMAS_MISSING, sarifFaults } from './validators.js';

const CONTEXT = { file: 'web/package-lock.json', reportUrl: 'https://packwarden.example/jobs/1', version: '1.2.3' };

const render = async (format: FormatName, from: Report): Promise<string> => FORMATS[format].render(from, CONTEXT);

interface CodeQualityEntry {
  fingerprint: string;
  severity: string;
  description: string;
  check_name: string;
  location: { path: string; lines: { begin: number } };
}

/** What is wrong with a rendering, by the published schema of its format. */
async function faultsOf(format: FormatName, text: string): Promise<readonly string[]> {
  if (format === 'cyclonedx') return cycloneDxFaults(text);
  if (format === 'gitlab') return gitlabFaults(text);
  if (format === 'sarif') return sarifFaults(text);
  if (format === 'junit') return junitFaults(text);
  if (format === 'codequality') {
    const entries = JSON.parse(text) as CodeQualityEntry[];
    const unique = new Set(entries.map(({ fingerprint }) => fingerprint)).size === entries.length;
    const severities = entries.every(({ severity }) =>
      ['info', 'minor', 'major', 'critical', 'blocker'].includes(severity),
    );
    const shown = entries.every(({ location, description }) => location.path !== '' && description !== '');
    return unique && severities && shown ? [] : ['not a Code Quality report'];
  }
  return [];
}

const shadow = finding({
  rule: 'Read of the password database',
  priority: 'CRITICAL',
  decoy: 'SSH key',
  processes: [{ pid: 41, cmdline: 'node setup.js', cwd: '/home/ci/project/node_modules/evil-dep' }],
});
const findings = report({ verdict: 'findings', findings: [finding(), shadow, finding({ package: null })] });
const incomplete = report({
  verdict: 'incomplete',
  status: 'incomplete',
  incomplete: [{ code: 'events-dropped', message: 'the sensor dropped 7 events' }],
});
const accepted = report({ projectBaseline: { problem: 'line 2: <no> YAML', accepted: 2, refused: 1 } });

/** The worst of everything that a package can write into a report. */
function hostile(text: string): Report {
  const evil = finding({
    package: { name: text, version: text, path: ['app', text] },
    processes: [{ pid: 1, cmdline: text, cwd: text }],
    tags: [text],
    decoy: text,
    alert: { ...finding().alert, output: text, output_fields: { 'fd.name': text, 'proc.cmdline': text } },
  });
  const packages = [{ name: text, version: text, scripts: ['install'], ran: true, commands: [], findings: 1 }];
  const installed: Report['installed'] = [
    { name: text, calledItself: text, version: text, folder: text, from: 'git', resolved: text, integrity: text },
    { name: `@${text}/x`, version: text, folder: text, from: 'registry', resolved: `https://${text}`, integrity: null },
    { name: 'x', version: '1', folder: 'x', from: 'tarball', resolved: `https://x.invalid/${text}`, integrity: null },
    { name: 'y', version: '1', folder: 'y', from: 'git', resolved: `ssh://x.invalid/#${text}`, integrity: null },
  ];
  return report({
    verdict: 'findings',
    findings: [evil],
    packages,
    installed,
    project: { name: text, version: text },
    disagreements: [text],
    log: text,
    incomplete: [{ code: text, message: text }],
  });
}

const HOSTILE: readonly (readonly [string, string])[] = [
  ['markup', '"><script>alert(1)</script><!--]]>&quot;'],
  ['control characters', `a\u0000b\u0007c\u001b[2Jd\r\ne\u009b2Jf\u007f`],
  ['direction overrides', 'evil\u202egpj.exe\u2066\u200b\ufeff'],
  ['half characters', `a\ud800b\udc00c${'\ud83d'.repeat(3)}`],
  ['what XML can not hold', '\ufffe\uffff\u000b'],
  ['links, images and mentions', '[x](http://evil.invalid) ![](http://evil.invalid/p.png) @all ``` {0} {{'],
  ['a megabyte', 'x'.repeat(1_000_000)],
  ['4-byte characters at every cut', '😀'.repeat(5_000)],
  ['nothing', ''],
];

describe.skipIf(SCHEMAS_MISSING)(`formats by their published schemas${SCHEMAS_MISSING || ''}`, () => {
  const reports = { clean: report(), findings, incomplete, accepted };
  const rows = FORMAT_NAMES.flatMap((format) =>
    Object.entries(reports).map(([title, from]) => [format, title, from] as const),
  );
  it.each(rows)('%s of a %s report', async (format, _title, from) => {
    expect(await faultsOf(format, await render(format, from))).toEqual([]);
  });

  it.each(FORMAT_NAMES.flatMap((format) => HOSTILE.map(([title, text]) => [format, title, text] as const)))(
    '%s lets %s in every field change nothing',
    async (format, _title, text) => {
      const rendered = await render(format, hostile(text));
      expect(await faultsOf(format, rendered)).toEqual([]);
      expect(rendered).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2066\ufeff\ufffe]/);
      expect(Buffer.from(rendered).toString()).toBe(rendered);
      if (format !== 'json') expect(rendered.length).toBeLessThan(60_000);
    },
  );

  it.each(FORMAT_NAMES)(
    '%s of 10,000 findings by one package is quick, and small where it is for people',
    async (format) => {
      const many = Array.from({ length: 10_000 }, (_, pid) =>
        finding({ processes: [{ pid, cmdline: `node ${pid}.js`, cwd: '/' }] }),
      );
      const start = performance.now();
      const rendered = await render(format, report({ verdict: 'findings', findings: many }));
      expect(performance.now() - start).toBeLessThan(5_000);
      expect(await faultsOf(format, rendered)).toEqual([]);
      if (format !== 'json') expect(rendered.length).toBeLessThan(100_000);
    },
  );
});

describe('the GitLab report', () => {
  const parsed = async () => JSON.parse(await render('gitlab', findings));

  it('is found by the compliance control, and has what GitLab asks for beyond the schema', async () => {
    const { version, scan, dependency_files, vulnerabilities } = await parsed();
    expect(version).toBe('15.1.5');
    expect(scan.scanner.id).toBe('packagehunter');
    expect(scan).toMatchObject({
      status: 'success',
      start_time: '2026-11-21T09:59:00',
      end_time: '2026-11-21T10:00:30',
    });
    expect(dependency_files).toEqual([]);
    expect(vulnerabilities).toHaveLength(3);
    const [, credential, unknown] = vulnerabilities;
    expect(credential).toMatchObject({
      name: 'Read of the password database by evil-dep',
      severity: 'Critical',
      identifiers: [{ type: 'packagehunter_rule', value: 'read-of-the-password-database:evil-dep' }, {}],
      location: {
        file: 'web/package-lock.json',
        dependency: { package: { name: 'evil-dep' }, version: '1.0.0', direct: true },
      },
      details: { evidence: { type: 'table' }, report: { href: CONTEXT.reportUrl } },
    });
    expect(unknown.location.dependency).toEqual({ package: { name: 'unknown' }, version: '' });
  });

  it('reports an incomplete run as a failure, with the reason', async () => {
    const { scan } = JSON.parse(await render('gitlab', incomplete));
    expect(scan.status).toBe('failure');
    expect(scan.messages).toEqual([
      { level: 'fatal', value: 'Incomplete: the sensor dropped 7 events (events-dropped)' },
    ]);
  });

  it('lets a package write no Markdown into the description', async () => {
    const { vulnerabilities } = JSON.parse(await render('gitlab', hostile('`[x](http://evil.invalid)` @all\n# big')));
    const outside = vulnerabilities[0].description.replace(/`[^`]*`/g, '');
    expect(outside).not.toMatch(/evil|@all|#/);
  });
});

describe("what the project's own baseline did", () => {
  it.each(['gitlab', 'sarif', 'junit'] as const)('is reported in %s even if nothing was found', async (format) => {
    const text = await render(format, accepted);
    for (const notice of ['accepts nothing: line 2', '2 findings accepted by', '1 finding named in'])
      expect(text).toContain(notice);
    expect(await render(format, report())).not.toContain('packwarden.yaml');
  });
});

describe('identity from run to run', () => {
  const again = report({
    ...findings,
    id: '1b0e9c36-4f27-4a3e-9f0e-2f4f3f0f8a22',
    findings: findings.findings.toReversed().map((one) => ({
      ...one,
      first: '2026-12-01T10:00:00.000Z',
      package: one.package && { ...one.package, version: '9.9.9', path: ['app', 'new-way', 'evil-dep'] },
      processes: [{ pid: 7_777, cmdline: 'node /tmp/Xy12', cwd: '/tmp' }],
      alert: { ...one.alert, output_fields: { 'fd.name': '/tmp/npm-8f3a' } },
    })),
  });
  it.each([
    ['gitlab', (text: string) => JSON.parse(text).vulnerabilities.map((one: { id: string }) => one.id)],
    [
      'sarif',
      (text: string) =>
        JSON.parse(text).runs[0].results.map((one: { partialFingerprints: object }) =>
          Object.values(one.partialFingerprints).join(),
        ),
    ],
    ['codequality', (text: string) => JSON.parse(text).map((one: CodeQualityEntry) => one.fingerprint)],
  ] as const)('%s: the same package doing the same is the same, whatever else changed', async (format, ids) => {
    const before: string[] = ids(await render(format, findings));
    expect(ids(await render(format, again)).toSorted()).toEqual(before.toSorted());
    expect(new Set(before).size).toBe(3);
  });
});

describe('JUnit and JSON', () => {
  it('JUnit fails the package that did it, errors for a run that was not watched, and passes the quiet ones', async () => {
    const packages = [
      { name: 'evil-dep', version: '1.0.0', scripts: ['install'], ran: true, commands: [], findings: 2 },
      { name: 'esbuild', version: '0.25.0', scripts: ['postinstall'], ran: true, commands: [], findings: 0 },
    ];
    const text = await render('junit', report({ ...findings, packages }));
    expect(text).toContain('tests="4" failures="2" errors="0"');
    expect(text).toContain('<testcase name="esbuild@0.25.0" classname="web/package-lock.json" time="0"/>');
    expect(text).toContain('<failure type="finding" message="WARNING Unexpected outbound connection destination">');
    expect(await render('junit', incomplete)).toContain(
      '<error type="incomplete" message="the sensor dropped 7 events',
    );
  });

  it('JSON is the report itself', async () => {
    const worst = hostile(HOSTILE.map(([, text]) => text.slice(0, 100)).join(''));
    expect(JSON.parse(await render('json', worst))).toEqual(worst);
    expect(reportSchema.parse(JSON.parse(await render('json', findings)))).toEqual(findings);
  });
});

describe('the file that findings are shown at', () => {
  it.each([
    ['npm', 'package-lock.json'],
    ['yarn', 'yarn.lock'],
    ['pnpm', 'pnpm-lock.yaml'],
    ['bundler', 'Gemfile.lock'],
    ['auto', 'package-lock.json'],
    ['cargo', 'package-lock.json'],
  ])('%s, and no more is known: %s', (ecosystem, file) => {
    expect(lockFileOf(report({ ecosystem, manager: null }))).toBe(file);
  });

  it.each([
    ['the one that decided', 'npm', '12.2.0', { decidedBy: 'package.json' }, 'package.json'],
    [
      'the usual one of the package manager that ran, in a report of before it was kept',
      'pnpm',
      '10.0.0',
      {},
      'pnpm-lock.yaml',
    ],
  ])('%s', (_title, name, version, more, file) => {
    const manager = { name, version, reason: 'the project has it', leftOut: [], ...more };
    expect(lockFileOf(report({ ecosystem: 'auto', manager }))).toBe(file);
  });

  const located = { ...findings, lockFile: { file: 'package-lock.json', lines: { 'evil-dep@1.0.0': 17 } } };
  const lineIn = async (file: string): Promise<readonly number[]> => {
    const context = { ...CONTEXT, file };
    const [entry] = JSON.parse(await FORMATS.codequality.render(located, context)) as CodeQualityEntry[];
    const sarif = JSON.parse(await FORMATS.sarif.render(located, context));
    const { region } = sarif.runs[0].results[0].locations[0].physicalLocation;
    return [entry?.location.lines.begin ?? 0, region.startLine];
  };

  it('Code Quality and SARIF point at the line that names the package', async () => {
    expect(lockFileOf(located)).toBe('package-lock.json');
    expect(await lineIn('web/package-lock.json')).toEqual([17, 17]);
  });

  it('another file than the one whose lines are known has only a first line', async () => {
    expect(await lineIn('web/yarn.lock')).toEqual([1, 1]);
  });
});
