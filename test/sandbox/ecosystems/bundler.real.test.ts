import { describe, expect, it } from 'vitest';
import { gem } from '../gem.js';
import { installed } from '../installed.js';
import { withProject } from '../rig.js';
import type { Files } from '../tarball.js';

const EXTCONF =
  'require "mkmf"\n$stderr.puts "noisy" + "-ran"\nFile.write("ran.txt", "yes")\ncreate_makefile("noisy_ext")\n';
const C_SOURCE = '#include <ruby.h>\nvoid Init_noisy_ext(void) { rb_define_module("NoisyExt"); }\n';
const GEMFILE = 'source "https://rubygems.org"\ngem "noisy"\n';

const noisy = await gem('noisy', {
  'ext/noisy/extconf.rb': EXTCONF,
  'ext/noisy/noisy_ext.c': C_SOURCE,
  'lib/noisy.rb': 'require "noisy_ext"\n$stderr.puts "loaded #{NoisyExt}"\n',
});

function withGem(more: Files = {}): Files {
  return { Gemfile: GEMFILE, 'vendor/cache/noisy-1.2.3.gem': noisy, ...more };
}

const config = (text: string): Files => withGem({ '.bundle/config': `---\n${text}\n` });

describe('native extensions are built', () => {
  it.concurrent.each<[string, Files]>([
    ['nothing is said about it', withGem()],
    ['the configuration names another Gemfile', { ...config('BUNDLE_GEMFILE: "other/Gemfile"'), 'other/Gemfile': '' }],
    [
      'the configuration leaves groups out',
      { ...config('BUNDLE_WITHOUT: "test"'), Gemfile: 'source "https://rubygems.org"\ngem "noisy", group: :test\n' },
    ],
    [
      'there is gems.rb, and a Gemfile that Bundler does not look at',
      { ...withGem(), 'gems.rb': GEMFILE, Gemfile: 'raise "not me"\n' },
    ],
    ['the configuration names another path', config('BUNDLE_PATH: "/tmp/elsewhere"')],
    ['the configuration is frozen', config('BUNDLE_FROZEN: "true"\nBUNDLE_DEPLOYMENT: "true"')],
  ])('when %s', async (_case, files) => {
    await withProject(
      files,
      async (run) => {
        const step = await installed(run, 120_000);
        expect(step).toMatchObject({ exitCode: 0, timedOut: false });
        const { packages } = step;
        expect(packages.map(({ name, version, scripts }) => ({ name, version, scripts }))).toEqual([
          { name: 'project', version: '', scripts: [] },
          { name: 'noisy', version: '1.2.3', scripts: ['extconf.rb'] },
        ]);
        expect(packages[1]?.path).toMatch(/^vendor\/bundle\/ruby\/[\d.]+\/gems\/noisy-1\.2\.3$/);
        const imported = await run.importAll(30_000, packages);
        expect(imported.problem).toBeNull();
        expect(imported.loaded).toEqual([expect.objectContaining({ name: 'noisy', version: '1.2.3', ok: true })]);
        expect(imported.log).toContain('loaded NoisyExt');
        expect(run.manager).toMatchObject({ name: 'bundler', version: '2.3.15' });
      },
      { egress: { mode: 'none' } },
      'bundler',
    );
  });
});

it('builds the others when one fails or never ends, and shows why', async () => {
  const extconf = (ruby: string) => ({ 'ext/extconf.rb': `require "mkmf"\n${ruby}\ncreate_makefile("x")\n` });
  const files = withGem({
    Gemfile: `${GEMFILE}gem "failing"\ngem "hanging"\ngem "raked"\n`,
    'vendor/cache/failing-1.2.3.gem': await gem('failing', extconf('abort "no " + "libfoo, undefined"')),
    'vendor/cache/hanging-1.2.3.gem': await gem('hanging', extconf('puts "about " + "to hang"; $stdout.flush; sleep')),
    'vendor/cache/raked-1.2.3.gem': await gem('raked', { 'ext/Rakefile': 'task(:default) { puts "ra" + "ked" }\n' }),
  });
  await withProject(
    files,
    async (run) => {
      expect(await run.fetch(90_000)).toMatchObject({ exitCode: 0 });
      const { packages } = await run.packages();
      const how = async (name: string, ms: number) => {
        const pkg = packages.find((one) => one.name === name);
        if (pkg === undefined) throw new Error(`${name} is not listed`);
        return run.runScripts(pkg, ms);
      };
      expect(await how('failing', 60_000)).toMatchObject({
        exitCode: 1,
        log: expect.stringMatching(
          /extconf\.rb of failing-1\.2\.3: no libfoo, undefined; extconf ended with exit code 1\n$/,
        ),
      });
      expect(await how('hanging', 15_000)).toMatchObject({
        timedOut: true,
        log: expect.stringContaining('about to hang'),
      });
      expect(await how('raked', 60_000)).toMatchObject({ exitCode: 0, log: expect.stringContaining('raked') });
      expect(await how('noisy', 120_000)).toMatchObject({ exitCode: 0, log: expect.stringContaining('noisy-ran') });
      const { loaded } = await run.importAll(60_000, packages);
      expect(Object.fromEntries(loaded.map(({ name, ok }) => [name, ok]))).toMatchObject({
        noisy: true,
        failing: false,
      });
    },
    { egress: { mode: 'none' } },
    'bundler',
  );
});

it('loads a gem of a folder, too, and says what can not be loaded', async () => {
  const spec = (name: string): string =>
    `Gem::Specification.new { |s| s.name = "${name}"; s.version = "0.1.0"; s.summary = "x"; s.authors = ["x"]; s.files = Dir["lib/**/*.rb"] }\n`;
  const files: Files = {
    Gemfile: 'gem "good-one", path: "good"\ngem "bad", path: "bad"\n',
    'good/good-one.gemspec': spec('good-one'),
    'good/lib/good/one.rb': '$stderr.puts "good-here"\n',
    'bad/bad.gemspec': spec('bad'),
    'bad/lib/bad.rb': 'raise "no thanks"\n',
  };
  await withProject(
    files,
    async (run) => {
      const step = await installed(run, 60_000);
      expect(step).toMatchObject({ exitCode: 0 });
      const { loaded, log } = await run.importAll(30_000, step.packages);
      expect(loaded).toContainEqual(expect.objectContaining({ name: 'good-one', ok: true }));
      expect(loaded).toContainEqual(expect.objectContaining({ name: 'bad', ok: false, error: 'no thanks' }));
      expect(log).toContain('good-here');
    },
    { egress: { mode: 'none' } },
    'bundler',
  );
});
