import { describe, expect, it } from 'vitest';
import { gem } from '../../sandbox/gem.js';
import { reportOf, submit } from '../../support/client.js';
import { runningService } from '../../support/running-service.js';
import { packProject } from '../../support/tarballs.js';

const service = runningService();

type Files = Record<string, string | Buffer | object>;

/** A project of `node_modules` with one vendored dependency whose postinstall is `node setup.js`. */
const javascript =
  (more: Files, manifest: object = {}) =>
  (evil: boolean): Files => ({
    'package.json': { name: 'app', version: '1.0.0', dependencies: { dep: 'file:./dep' }, ...manifest },
    'dep/package.json': { name: 'dep', version: '1.2.3', scripts: { postinstall: 'node setup.js' } },
    'dep/index.js': '',
    'dep/setup.js': evil
      ? "try { require('node:fs').readFileSync('/etc/shadow') } catch {}"
      : "require('node:fs').writeFileSync('built.txt', 'ok')",
    ...more,
  });

async function ruby(evil: boolean): Promise<Files> {
  const read = evil ? 'begin; File.read("/etc/shadow"); rescue StandardError; end\n' : '';
  return {
    Gemfile: 'source "https://rubygems.org"\ngem "dep"\n',
    'vendor/cache/dep-1.2.3.gem': await gem('dep', {
      'ext/dep/extconf.rb': `require "mkmf"\n${read}create_makefile("dep_ext")\n`,
      'ext/dep/dep_ext.c': '#include <ruby.h>\nvoid Init_dep_ext(void) { rb_define_module("DepExt"); }\n',
      'lib/dep.rb': 'require "dep_ext"\n',
    }),
  };
}

const rows: readonly [string, string, string, (evil: boolean) => Files | Promise<Files>][] = [
  ['npm', 'npm', 'npm 12', javascript({})],
  ['pnpm', 'pnpm', 'pnpm 12', javascript({})],
  ['yarn classic', 'yarn', 'yarn 1', javascript({})],
  ['yarn berry', 'yarn', 'yarn 4', javascript({ '.yarnrc.yml': 'nodeLinker: pnp\n' })],
  ['bundler', 'bundler', 'bundler 2', ruby],
];

const SHADOW = 'Read of the password database';

describe.concurrent.each(rows)('%s', (_title, ecosystem, expected, project) => {
  const detonate = async (evil: boolean) => {
    const tarball = await packProject(await project(evil));
    return reportOf(service.url, await submit(service.url, tarball, ecosystem));
  };

  it('names the dependency whose script misbehaves, and refuses it', async () => {
    const report = await detonate(true);
    const shadow = report.findings.find(({ rule }) => rule === SHADOW);
    expect(shadow?.package).toEqual({ name: 'dep', version: '1.2.3', path: [expect.any(String), 'dep'] });
    expect(shadow?.phase).toBe('install');
    expect(report.findings.filter(({ package: by }) => by?.name !== 'dep')).toEqual([]);
    expect(report.allowScripts).toEqual({ recommended: [], refused: ['dep@1.2.3'] });
  });

  it('calls an honest project clean, says what ran it, and does not recommend what is of no registry', async () => {
    const report = await detonate(false);
    expect(report.incomplete).toEqual([]);
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe('clean');
    expect(report.phases[1]?.scripts).toEqual({ declared: 1, ran: 1 });
    expect(`${report.manager?.name} ${report.manager?.version.split('.')[0]}`).toBe(expected);
    expect(report.packages).toEqual([
      expect.objectContaining({
        name: 'dep',
        ran: true,
        findings: 0,
        commands: expect.arrayContaining([expect.stringMatching(/setup\.js|extconf\.rb/)]),
        notRecommended: expect.stringMatching(/not from the registry|has no integrity/),
      }),
    ]);
    expect(report.allowScripts).toEqual({ recommended: [], refused: [] });
    expect(report.phases[2]?.loaded).toEqual([expect.objectContaining({ name: 'dep', ok: true })]);
  });
});

describe.each([
  ['npm', {}],
  ['yarn', { packageManager: 'yarn@1.22.0' }],
  ['yarn', { packageManager: 'yarn@4.0.0' }],
] as const)('%s %o: scripts of nothing but what a shell does itself', (ecosystem, manager) => {
  const detonate = async (ofDependency: string, ofProject?: string) => {
    const scripts = ofProject === undefined ? {} : { postinstall: ofProject };
    const files = {
      'package.json': { name: 'app', version: '1.0.0', dependencies: { dep: 'file:./dep' }, scripts, ...manager },
      'dep/package.json': { name: 'dep', version: '1.2.3', scripts: { postinstall: ofDependency } },
      'dep/index.js': '',
    };
    return reportOf(service.url, await submit(service.url, await packProject(files), ecosystem));
  };
  const hook = (folder: string) => `mkdir -p ${folder}.git/hooks && echo exit > ${folder}.git/hooks/pre-commit`;

  it('are seen to run', async () => {
    const report = await detonate('echo please donate');
    expect(report.incomplete).toEqual([]);
    expect(report.verdict).toBe('clean');
    expect(report.packages).toMatchObject([{ name: 'dep', ran: true, commands: ['sh -c echo please donate'] }]);
  });

  it("are the package's doing, and the project's are the project's", async () => {
    const report = await detonate(`cd ../.. && ${hook('')}`, hook(''));
    const by = (found: typeof report.findings) =>
      found.filter(({ rule }) => rule === 'Git hook written').map(({ package: who }) => who?.name);
    expect(by(report.findings), JSON.stringify(report.findings.map(({ rule }) => rule))).toEqual(['dep']);
    // What the project does to itself is no finding against a dependency.
    expect(by(report.observations)).toEqual(['app']);
    expect(report.phases[1]?.scripts).toEqual({ declared: 2, ran: 2 });
  });
});
