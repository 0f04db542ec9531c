import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UNREPORTED_READ_RULE } from '../../../src/report/evidence/unreported-reads.js';
import { detonated, REPORT_MS } from '../../support/detonated.js';
import { SAMPLES } from '../../support/samples.js';
import { packFolder, packProject, projectWithScript } from '../../support/tarballs.js';

const KEY = '/home/ci/.ssh/id_rsa';

/** An alert source that does not tell of one kind of file. */
const folder = mkdtempSync(join(tmpdir(), 'pw-rules-'));
const rules = join(folder, 'muted.yaml');
writeFileSync(rules, '- rule: Read of an SSH key\n  enabled: false\n');
afterAll(() => rmSync(folder, { recursive: true }));

/** Samples whose honest tools read decoys: a password for a download, settings, a dotenv file. */
const HONEST_SAMPLES = ['git-over-https', 'nested-npm', 'configuration-reader'] as const;

/** What honest scripts do around the decoys: settings that package managers and git read, a project's own dotenv file. */
const HONEST = [
  'npm config get registry',
  'npm --version',
  'git config --global --list || true',
  'test -e ~/.ssh/id_rsa && ls -l ~/.ssh ~/.aws',
  'touch .env',
  'cp .env.example .env',
];

const reportFor = detonated(
  new Map([
    ...HONEST_SAMPLES.map((name) => [name, () => packFolder(`${SAMPLES}/benign/${name}`)] as const),
    ['reads', () => projectWithScript(`require('fs').readFileSync('${KEY}')`)],
    [
      'links',
      () =>
        projectWithScript(
          "const fs = require('fs'); fs.linkSync(process.env.HOME + '/.vault-token', 'notes'); fs.readFileSync('notes')",
        ),
    ],
    ['told', () => projectWithScript("require('fs').readFileSync('/home/ci/.vault-token')")],
    [
      'honest',
      () =>
        packProject({
          'package.json': {
            name: 'app',
            version: '1.0.0',
            scripts: { postinstall: 'sh setup.sh' },
            dependencies: { 'is-number': '7.0.0' },
          },
          'setup.sh': HONEST.join('\n'),
          '.env.example': 'PORT=3000\n',
        }),
    ],
  ]),
  // The host is the one of `git-over-https`.
  { PACKWARDEN_LINGER_S: '0', PACKWARDEN_RULES: rules, PACKWARDEN_EGRESS_ALLOW: 'git.sample.invalid' },
);

it(
  "a decoy's read that the alert source does not tell of is reported, with its package, and the run is not called watched",
  async () => {
    const report = await reportFor('reads');
    expect(report.monitoring).toMatchObject({ proven: false, witness: { state: 'watching', reason: null } });
    expect(report.verdict).toBe('findings');
    expect(report.incomplete).toMatchObject([{ code: 'alerts-missed', message: expect.stringContaining(KEY) }]);
    const [finding] = report.findings.filter(({ rule }) => rule === UNREPORTED_READ_RULE);
    expect(finding).toMatchObject({ phase: 'install', decoy: 'SSH key', package: { name: 'dep', version: '1.2.3' } });
    expect(finding?.processes[0]?.cmdline).toBe('node setup.js');
  },
  REPORT_MS,
);

it(
  'a decoy that is read by another name is, too',
  async () => {
    const { findings, observations } = await reportFor('links');
    const about = [...findings, ...observations].filter(({ package: by }) => by?.name === 'dep');
    expect(about.map(({ decoy }) => decoy)).toContain('Vault token');
  },
  REPORT_MS,
);

it(
  'one that the alert source tells of is a finding of its rule alone',
  async () => {
    const report = await reportFor('told');
    expect(report).toMatchObject({ verdict: 'findings', incomplete: [], monitoring: { proven: true } });
    expect(report.findings.map(({ rule }) => rule)).toEqual(['Read of cloud credentials']);
  },
  REPORT_MS,
);

it.each(['honest', ...HONEST_SAMPLES])(
  'an honest project is clean: %s',
  async (name) => {
    const report = await reportFor(name);
    expect(report.findings.map(({ rule, alert }) => `${rule}: ${alert.output}`)).toEqual([]);
    expect(report.incomplete, report.log).toEqual([]);
    expect(report).toMatchObject({ verdict: 'clean', monitoring: { proven: true, witness: { state: 'watching' } } });
  },
  REPORT_MS,
);
