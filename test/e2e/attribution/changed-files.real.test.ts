import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { UNREPORTED_CHANGE_RULE } from '../../../src/report/changes/unreported-changes.js';
import { detonated, REPORT_MS } from '../../support/detonated.js';
import { packProject } from '../../support/tarballs.js';

/** An alert source that reports no write, as if each used a path that its rules do not know. */
const folder = mkdtempSync(join(tmpdir(), 'pw-rules-'));
const rules = join(folder, 'muted.yaml');
const MUTED = ['Packwarden file write', 'Write outside the project', 'Shell start-up file changed'];
writeFileSync(rules, MUTED.map((rule) => `- rule: ${rule}\n  enabled: false\n`).join(''));
afterAll(() => rmSync(folder, { recursive: true }));

const manifest = (name: string, more: object = {}) => ({ name, version: '1.0.0', ...more });

/** A project with two packages, `first` and `victim`; the scripts of both, and of the project, run in this order. */
function projectWith(scripts: { first?: string; victim?: string; project?: string; main?: string }): Promise<Buffer> {
  const postinstall = (script: string | undefined) =>
    script === undefined ? {} : { scripts: { postinstall: 'node setup.js' } };
  return packProject({
    'package.json': manifest('app', {
      ...postinstall(scripts.project),
      dependencies: { first: 'file:./first', victim: 'file:./victim' },
    }),
    'setup.js': scripts.project ?? '',
    'src.js': 'module.exports = 1;\n',
    'first/package.json': manifest('first', postinstall(scripts.first)),
    'first/index.js': scripts.main ?? '',
    'first/setup.js': scripts.first ?? '',
    'victim/package.json': manifest('victim', postinstall(scripts.victim)),
    'victim/index.js': 'module.exports = 1;\n',
    'victim/cli': '#!/bin/sh\n',
    'victim/setup.js': scripts.victim ?? '',
  });
}

const FS = "const fs = require('fs');";
/** The times of a file are put back to what they were, so that only the kernel's own shows that it was written. */
const IN_PLACE = `${FS} const f = '../victim/index.js', { atime, mtime, size } = fs.statSync(f); fs.writeFileSync(f, 'evil()'.padEnd(size)); fs.utimesSync(f, atime, mtime)`;
const LINKED = `${FS} fs.linkSync('../victim/index.js', 'notes'); fs.appendFileSync('notes', 'evil()'); fs.unlinkSync('notes')`;

const reportFor = detonated(
  new Map([
    ['in-place', () => projectWith({ first: IN_PLACE })],
    ['linked', () => projectWith({ first: LINKED })],
    [
      'module',
      () =>
        projectWith({
          first: `${FS} fs.mkdirSync('../node_modules/new'); fs.writeFileSync('../node_modules/new/index.js', '')`,
        }),
    ],
    ['source', () => projectWith({ first: `${FS} fs.appendFileSync('../src.js', 'evil()')` })],
    ['home', () => projectWith({ first: `${FS} fs.appendFileSync(process.env.HOME + '/.bashrc', 'evil')` })],
    [
      'restored',
      () => projectWith({ first: IN_PLACE, victim: `${FS} fs.writeFileSync('index.js', 'module.exports = 1')` }),
    ],
    ['loaded', () => projectWith({ main: `${FS} fs.appendFileSync(__dirname + '/../victim/index.js', '1')` })],
    [
      'honest',
      () =>
        projectWith({
          first: `${FS} fs.linkSync('../victim/cli', 'cli'); fs.chmodSync('setup.js', 0o755); fs.mkdirSync('../node_modules/.cache/first', { recursive: true }); fs.writeFileSync('../node_modules/.cache/first/x', ''); fs.mkdirSync('build'); fs.writeFileSync('build/a', '')`,
          project: `${FS} fs.appendFileSync('victim/index.js', '// patched'); fs.mkdirSync('.husky'); fs.writeFileSync('.husky/pre-commit', '')`,
        }),
    ],
  ]),
  { PACKWARDEN_LINGER_S: '0', PACKWARDEN_RULES: rules },
);

it.each([
  ['in-place', 'first', 'victim/index.js'],
  ['linked', 'first', 'victim/index.js'],
  ['module', 'first', 'node_modules/new/index.js'],
  ['source', 'first', 'src.js'],
  ['home', 'first', '.bashrc'],
  // Who had changed it before is known, whatever its owner then does to it.
  ['restored', 'first', 'victim/index.js'],
])(
  'a change that no alert tells of is reported, with the package whose script made it: %s',
  async (name, by, file) => {
    const report = await reportFor(name);
    expect(report.verdict, report.log).toBe('findings');
    const found = report.findings.filter(({ rule }) => rule === UNREPORTED_CHANGE_RULE);
    expect(found.map((finding) => finding.package?.name)).toEqual([by]);
    expect(found[0]?.alert.output).toContain(file);
    expect(report.allowScripts.recommended).not.toContain(`${by}@1.0.0`);
  },
  REPORT_MS,
);

it(
  'one that is made while packages are loaded is nobody’s',
  async () => {
    const report = await reportFor('loaded');
    const found = report.findings.filter(({ rule }) => rule === UNREPORTED_CHANGE_RULE);
    expect(found.map((finding) => finding.package)).toEqual([null]);
  },
  REPORT_MS,
);

it(
  'what packages change of their own, and the project of all, is none',
  async () => {
    const report = await reportFor('honest');
    expect(report.findings.map(({ alert }) => alert.output)).toEqual([]);
    expect(report, report.log).toMatchObject({ verdict: 'clean', incomplete: [] });
  },
  REPORT_MS,
);
