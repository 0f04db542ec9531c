import { describe, expect, it } from 'vitest';
import type { Ecosystem } from '../../../src/jobs/job.js';
import { scriptOrder } from '../../../src/jobs/phases/script-order.js';
import { runAllScripts } from '../../../src/jobs/phases/script-phase.js';
import { gem } from '../gem.js';
import { withFetched } from '../rig.js';
import type { Files } from '../tarball.js';

/** The reasons that the scripts of a project give, dependencies first. */
async function reasons(ecosystem: Ecosystem, files: Files): Promise<readonly string[]> {
  return withFetched(ecosystem, files, async (run, packages) => {
    const { incomplete } = await runAllScripts(scriptOrder(packages, run.projectDir), {
      runScripts: (pkg, ms) => run.runScripts(pkg, ms),
      clock: Date,
      timeoutMs: 120_000,
      limited: (_what, _ms, work) => work,
    });
    return incomplete.map(({ code, message }) => `${code}: ${message}`);
  });
}

const MANAGERS: readonly [title: string, ecosystem: Ecosystem, more: object][] = [
  ['npm', 'npm', {}],
  ['pnpm 12', 'pnpm', {}],
  ['pnpm 10', 'pnpm', { packageManager: 'pnpm@10.1.0' }],
  ['pnpm 9', 'pnpm', { packageManager: 'pnpm@9.1.0' }],
  ['yarn 1', 'yarn', {}],
  ['yarn 3', 'yarn', { packageManager: 'yarn@3.8.0' }],
  ['yarn 4', 'yarn', { packageManager: 'yarn@4.18.1' }],
  ['bun', 'bun', {}],
];

describe('a dependency whose script fails is named, with its last words', () => {
  it.each(MANAGERS)('%s', async (_title, ecosystem, more) => {
    const dependencies = { good: 'file:./good', bad: 'file:./bad' };
    const script = (name: string, postinstall: string) => ({ name, version: '1.2.3', scripts: { postinstall } });
    const files: Files = {
      'package.json': { name: 'project', version: '1.0.0', private: true, dependencies, ...more },
      'good/package.json': script('good', 'echo fine'),
      'bad/package.json': script('bad', 'echo no compiler here >&2; exit 7'),
    };
    expect(await reasons(ecosystem, files)).toEqual([
      expect.stringMatching(
        /^install-failed: the postinstall script of bad@1\.2\.3 ended with exit code 7: .*no compiler here/,
      ),
    ]);
  });

  it('Bundler', async () => {
    const bad = await gem('bad', { 'extconf.rb': 'abort "no compiler here"\n', 'lib/bad.rb': '' });
    const files: Files = {
      Gemfile: 'source "https://rubygems.org"\ngem "bad"\n',
      'Gemfile.lock':
        'GEM\n  remote: https://rubygems.org/\n  specs:\n    bad (1.2.3)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  bad\n',
      'vendor/cache/bad-1.2.3.gem': bad,
    };
    expect(await reasons('bundler', files)).toEqual([
      expect.stringMatching(/^install-failed: .* of bad@1\.2\.3 ended with exit code \d+: .*no compiler here/),
    ]);
  });
});

describe('a script that wants one manager sees which one it is', () => {
  // As `only-allow` 1.2 looks for it; that one would have to be fetched.
  const ONLY_ALLOW = `#!/usr/bin/env node
const [name] = (process.env.npm_config_user_agent ?? '').split('/');
if (name !== process.argv[2]) {
  console.error('Use ' + process.argv[2] + ' here, not ' + name);
  process.exit(1);
}
`;
  const pairs = MANAGERS.flatMap(([title, ecosystem, more]) => {
    const other = ecosystem === 'pnpm' ? 'npm' : 'pnpm';
    return [
      { title, ecosystem, more, wanted: ecosystem, passes: true },
      { title, ecosystem, more, wanted: other, passes: false },
    ];
  });

  it.each(pairs)('$title, where $wanted is wanted', async ({ ecosystem, more, wanted, passes }) => {
    const files: Files = {
      'package.json': {
        name: 'project',
        version: '1.0.0',
        private: true,
        scripts: { preinstall: `npx only-allow ${wanted}` },
        dependencies: { 'only-allow': 'file:./only-allow' },
        ...more,
      },
      'only-allow/package.json': { name: 'only-allow', version: '1.0.0', bin: 'cli.js' },
      'only-allow/cli.js': ONLY_ALLOW,
    };
    const failed = expect.stringMatching(
      new RegExp(`^install-failed: the preinstall script of the project .*Use ${wanted} here, not ${ecosystem}`),
    );
    expect(await reasons(ecosystem, files)).toEqual(passes ? [] : [failed]);
  });
});
