import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { reportOf } from '../../support/client.js';
import { runningService } from '../../support/running-service.js';
import { packProject } from '../../support/tarballs.js';

const service = runningService({ PACKWARDEN_LINGER_S: '1' });

async function submit(tarball: Buffer, query: string): Promise<Report> {
  const response = await fetch(`${service.url}/v1/jobs?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(tarball),
  });
  expect(response.status).toBe(202);
  return reportOf(service.url, ((await response.json()) as { id: string }).id, 180_000);
}

/** A vendored package whose postinstall is `setup` and whose main is `main`. */
function vendored(name: string, setup: string, main: string, dependencies: Record<string, string> = {}) {
  return {
    [`lib/${name}/package.json`]: { name, version: '1.0.0', scripts: { postinstall: 'node setup.js' }, dependencies },
    [`lib/${name}/setup.js`]: setup,
    [`lib/${name}/index.js`]: main,
  };
}

const WRITES = "require('node:fs').writeFileSync('made.js', '')";
const NEEDS = "require('./made.js')";
const NAMES = ['builds', 'banner', 'lazy', 'leans', 'homebody', 'broken'];
const PROJECT = {
  'package.json': {
    name: 'app',
    version: '1.0.0',
    dependencies: Object.fromEntries(NAMES.map((name) => [name, `file:lib/${name}`])),
  },
  ...vendored('builds', WRITES, NEEDS),
  ...vendored('banner', "console.log('please donate')", ''),
  ...vendored('lazy', WRITES, 'exports.use = () => require("./made.js")'),
  // What it misses is another package's.
  ...vendored('leans', "console.log('hello')", "require('builds')", { builds: 'file:../builds' }),
  // Outside the project, where nothing of the first install may be left.
  ...vendored(
    'homebody',
    "require('node:fs').mkdirSync(process.env.HOME + '/.homebody')",
    "require('node:fs').statSync(process.env.HOME + '/.homebody')",
  ),
  ...vendored('broken', '', 'throw new Error("never")'),
};
const needs = (report: Report) => Object.fromEntries(report.packages.map(({ name, needed }) => [name, needed]));

describe('which install scripts are needed', () => {
  it('is found out by loading the packages before any has run, and said', async () => {
    const report = await submit(await packProject(PROJECT), 'ecosystem=npm&check-needed=true');
    expect(report.scriptCheck, JSON.stringify(report.phases)).toEqual({ problem: null });
    expect(needs(report)).toEqual({
      ...{ builds: true, banner: false, lazy: false, leans: null, homebody: true, broken: null },
    });
    expect(report.findings.map(({ rule, phase, alert }) => [rule, phase, alert.output])).toEqual([]);
    expect(report.incomplete).toEqual([]);
    expect(report.verdict).toBe('clean');
    expect(report.phases.map(({ name }) => name)).toEqual(['fetch', 'check', 'install', 'import', 'execute', 'later']);
    expect(report.allowScripts.unneeded).toEqual(['banner@1.0.0']);
    // Folders of the project are never recommended, needed or not.
    expect(report.allowScripts.recommended).toEqual([]);
    expect(report.packages.find(({ name }) => name === 'lazy')).toMatchObject({ ran: true, wrote: 1 });
    const text = await (await fetch(`${service.url}/v1/jobs/${report.id}/report?format=text`)).text();
    expect(text).toContain('not needed (loads without; the script left nothing): banner@1.0.0');
  }, 200_000);

  it('is not asked unless the job asks', async () => {
    const report = await submit(await packProject(PROJECT), 'ecosystem=npm');
    expect(report.phases.map(({ name }) => name)).toEqual(['fetch', 'install', 'import', 'execute', 'later']);
    expect(new Set(Object.values(needs(report)))).toEqual(new Set([null]));
    expect(report).not.toHaveProperty('scriptCheck');
  }, 200_000);
});

describe('the check phase', () => {
  it('is watched like any other: what a package does only without its script is a finding', async () => {
    const shadow = "try { require('node:fs').readFileSync('/etc/shadow') } catch {}";
    const main = `if (!require('node:fs').existsSync(__dirname + '/made.js')) { ${shadow} }`;
    const report = await submit(
      await packProject({
        'package.json': { name: 'app', version: '1.0.0', dependencies: { sly: 'file:lib/sly' } },
        ...vendored('sly', WRITES, main),
      }),
      'ecosystem=npm&check-needed=true',
    );
    expect(report.findings).toMatchObject([
      { rule: 'Read of the password database', phase: 'check', package: { name: 'sly' } },
    ]);
    expect(report.verdict).toBe('findings');
    expect(report.allowScripts).toEqual({ recommended: [], refused: ['sly@1.0.0'], unneeded: [] });
  }, 200_000);

  it('of a package that ends its loader says nothing of it, and makes no job incomplete', async () => {
    const report = await submit(
      await packProject({
        'package.json': { name: 'app', version: '1.0.0', dependencies: { odd: 'file:lib/odd' } },
        ...vendored('odd', '', 'process.exit(1)'),
      }),
      'ecosystem=npm&check-needed=true',
    );
    expect(report).toMatchObject({ verdict: 'clean', incomplete: [], monitoring: { proven: true } });
    expect(report.scriptCheck).toEqual({ problem: null });
    expect(needs(report)).toEqual({ odd: null });
  }, 200_000);

  it.each([
    ['pnpm', {}],
    ['yarn', { packageManager: 'yarn@1.22.0' }],
    ['yarn', { packageManager: 'yarn@4.0.0' }],
  ] as const)(
    '%s %o',
    async (manager, more) => {
      const some = ['builds', 'banner'];
      const report = await submit(
        await packProject({
          ...PROJECT,
          'package.json': {
            ...PROJECT['package.json'],
            ...more,
            dependencies: Object.fromEntries(some.map((name) => [name, `file:lib/${name}`])),
          },
        }),
        `ecosystem=${manager}&check-needed=true`,
      );
      expect(report.scriptCheck, report.log).toEqual({ problem: null });
      expect(needs(report)).toEqual({ builds: true, banner: false });
      expect(report.verdict, JSON.stringify([report.findings, report.incomplete])).toBe('clean');
    },
    200_000,
  );
});
