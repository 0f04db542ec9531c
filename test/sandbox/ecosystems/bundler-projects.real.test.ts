import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PackageListing, SandboxRun } from '../../../src/jobs/ports.js';
import { gem } from '../gem.js';
import { installed } from '../installed.js';
import { withProject } from '../rig.js';
import type { Files } from '../tarball.js';

const dep = await gem('dep', { 'lib/dep.rb': '$stderr.puts "dep-" + "loaded"\n' });
const OTHERS: Files = {
  'vendor/cache/newer-1.2.3.gem': await gem('newer', { 'lib/newer.rb': '' }, { ruby: '3.3' }),
  'vendor/cache/plugged-1.2.3.gem': await gem('plugged', {
    'lib/plugged.rb': '',
    'lib/rubygems_plugin.rb': '$stderr.puts "plugin-" + "ran"\n',
  }),
  'vendor/cache/hooked-1.2.3.gem': await gem('hooked', {
    'lib/hooked.rb': '',
    'plugins.rb': '$stderr.puts "hook-" + "ran"\n',
  }),
};
const LINE = 'source "https://rubygems.org"\ngem "dep"\n';
const SHA256 = createHash('sha256').update(dep).digest('hex');

const project = (more: Files): Files => ({ Gemfile: LINE, 'vendor/cache/dep-1.2.3.gem': dep, ...more });

interface Lock {
  readonly platforms?: readonly string[];
  readonly checksum?: string;
  readonly bundler?: string;
  readonly specs?: readonly string[];
}

function lock({ platforms = ['ruby'], checksum, bundler = '2.6.9', specs = ['dep'] }: Lock): string {
  const sections = [
    `GEM\n  remote: https://rubygems.org/\n  specs:\n${specs.map((name) => `    ${name} (1.2.3)\n`).join('')}`,
    `PLATFORMS\n${platforms.map((name) => `  ${name}\n`).join('')}`,
    `DEPENDENCIES\n${specs.map((name) => `  ${name}\n`).join('')}`,
    ...(checksum === undefined ? [] : [`CHECKSUMS\n  dep (1.2.3) sha256=${checksum}\n`]),
    `BUNDLED WITH\n   ${bundler}\n`,
  ];
  return sections.join('\n');
}

function inSandbox<T>(files: Files, use: (run: SandboxRun) => Promise<T>): Promise<T> {
  return withProject(files, use, { egress: { mode: 'none' } }, 'bundler');
}

const PRECOMPILED = ['x86_64-linux-gnu', 'x86_64-linux-musl', 'arm64-darwin'];

describe('a project as it is, offline from vendor/cache', () => {
  it.concurrent.each<[string, Files, readonly string[]]>([
    ['with checksums', { 'Gemfile.lock': lock({ checksum: SHA256 }) }, ['BUNDLED WITH 2.6.9']],
    ['of a newer major Bundler', { 'Gemfile.lock': lock({ bundler: '4.0.1' }) }, ['BUNDLED WITH 4.0.1']],
    ['of an old Bundler', { 'Gemfile.lock': lock({ bundler: '1.17.3' }) }, ['BUNDLED WITH 1.17.3']],
    ['locked without linux', { 'Gemfile.lock': lock({ platforms: ['arm64-darwin-23'], bundler: '2.3.15' }) }, []],
    ['locked for C libraries', { 'Gemfile.lock': lock({ platforms: PRECOMPILED, bundler: '2.3.15' }) }, []],
    [
      'with an optional group',
      { Gemfile: LINE.replace('\ngem', '\ngroup(:odd, optional: true) { gem').concat('}\n') },
      [],
    ],
    ['that wants another Bundler', { Gemfile: `${LINE}gem "bundler", "~> 2.6"\n` }, []],
    // Loading SHA-256 at its first use fails now and then where several threads do so at once, as Bundler's do.
    [
      'whose gems are checked by code that is loaded before',
      { Gemfile: `${LINE}raise "SHA-256 is not loaded" unless ::Digest.const_defined?(:SHA256)\n` },
      [],
    ],
    [
      'with settings',
      { '.bundle/config': '---\nBUNDLE_FROZEN: "true"\nBUNDLE_WITHOUT: "default"\nBUNDLE_NO_INSTALL: "true"\n' },
      ['BUNDLE_FROZEN of', 'BUNDLE_WITHOUT of', 'BUNDLE_NO_INSTALL of'],
    ],
  ])('%s', async (_title, files, leftOut) => {
    await inSandbox(project(files), async (run) => {
      const fetched = await run.fetch(90_000);
      expect(fetched, fetched.log).toMatchObject({ exitCode: 0 });
      const { packages, incomplete } = await run.packages();
      expect(incomplete).toEqual([]);
      expect(packages.slice(1)).toEqual([
        expect.objectContaining({
          name: 'dep',
          version: '1.2.3',
          from: {
            kind: 'tarball',
            resolved: 'vendor/cache/dep-1.2.3.gem',
            integrity: _title === 'with checksums' ? `sha256-${Buffer.from(SHA256, 'hex').toString('base64')}` : null,
          },
        }),
      ]);
      expect(run.manager?.leftOut).toEqual(leftOut.map((text) => expect.stringContaining(text)));
      const { loaded, log } = await run.importAll(30_000, packages);
      expect(loaded).toEqual([expect.objectContaining({ name: 'dep', ok: true })]);
      expect(log).toContain('dep-loaded');
    });
  });
});

describe('a Ruby that the project or a gem asks for stops nothing, and is said', () => {
  const needs = (line: string): Files => ({ Gemfile: `${LINE}${line}\n` });
  it.concurrent.each<[string, Files, RegExp | undefined, RegExp | undefined]>([
    ['3.3.4', needs('ruby "3.3.4"'), /asks for Ruby 3\.3\.4, and this ran on Ruby 3\.1/, /^ruby "3\.3\.4"/],
    [
      'in a file',
      { ...needs('ruby file: ".ruby-version"'), '.ruby-version': 'ruby-3.4.1\n' },
      /Ruby 3\.4\.1/,
      /^ruby f/,
    ],
    ['of another engine', needs('ruby "3.1.2", engine: "jruby", engine_version: "9.4.0.0"'), /jruby 9\.4/, /^ruby "3/],
    ['another patch of this one', needs('ruby "3.1.6"'), undefined, /^ruby "3\.1\.6" of Gemfile/],
    ['one that this is', needs('ruby "~> 3.1"'), undefined, undefined],
    [
      'that a locked gem needs',
      {
        ...OTHERS,
        Gemfile: `${LINE}gem "newer"\n`,
        'Gemfile.lock': lock({ specs: ['dep', 'newer'], platforms: ['x86_64-linux'], bundler: '2.3.15' }),
      },
      /newer-1\.2\.3 needs Ruby >= 3\.3/,
      undefined,
    ],
  ])('%s', async (_title, files, reason, leftOut) => {
    await inSandbox(project(files), async (run) => {
      const fetched = await run.fetch(90_000);
      expect(fetched, fetched.log).toMatchObject({ exitCode: 0 });
      const { packages, incomplete } = await run.packages();
      expect(packages[1]).toMatchObject({ name: 'dep' });
      const said = reason === undefined ? [] : [{ code: 'other-runtime', message: expect.stringMatching(reason) }];
      expect(incomplete).toEqual(said);
      expect(run.manager?.leftOut).toEqual(leftOut === undefined ? [] : [expect.stringMatching(leftOut)]);
    });
  });
});

describe('bad input ends in words', () => {
  it.concurrent.each<[string, Files, RegExp]>([
    ['a Gemfile that raises', { Gemfile: 'raise "not today"\n' }, /not today/],
    ['a Gemfile that is no Ruby', { Gemfile: 'gem "x\n' }, /unterminated string/],
    ['a lock file that is none', { 'Gemfile.lock': '\0\xff\nGEM\n  specs:\n    dep (x!)\n' }, /lockfile is unreadable/],
    ['a lock file with a conflict', { 'Gemfile.lock': '<<<<<<< HEAD\n=======\n>>>>>>> x\n' }, /merge conflicts/],
    [
      'a gem that is not the locked one',
      { 'Gemfile.lock': lock({ checksum: 'ab'.repeat(32) }) },
      /SHA-256 is .*should be abab/,
    ],
    // Where rubygems.org answers it knows none; where it does not, that is the reason.
    [
      'a gem that is nowhere',
      { Gemfile: `${LINE}gem "nowhere"\n` },
      /Could not find gem 'nowhere'|the bundle could not be fetched: /,
    ],
    ['a gemspec that raises', { Gemfile: 'gem "b", path: "b"\n', 'b/b.gemspec': 'raise "no gem"\n' }, /no gem/],
  ])('%s', async (_title, files, words) => {
    await inSandbox(project(files), async (run) => {
      const { exitCode, log } = await run.fetch(90_000);
      expect(exitCode).not.toBe(0);
      expect(log.trim().split('\n').slice(-3).join('\n')).toMatch(words);
      expect((await run.packages()).packages[0]).toMatchObject({ path: '.' });
    });
  });

  it('a Gemfile that ends Bundler is not taken for an empty one', async () => {
    await inSandbox(project({ Gemfile: 'exit!(0)\n' }), async (run) => {
      expect(await run.fetch(60_000)).toMatchObject({ exitCode: 0 });
      const { incomplete }: PackageListing = await run.packages();
      expect(incomplete).toEqual([{ code: 'fetch-failed', message: expect.stringContaining('Gemfile ended Bundler') }]);
    });
  });
});

it('runs plugins for RubyGems and Bundler in a step of their gem, and not while it fetches', async () => {
  const gemfile = `${LINE}gem "plugged"\nplugin "hooked"\n`;
  await inSandbox(project({ ...OTHERS, Gemfile: gemfile }), async (run) => {
    const fetched = await run.fetch(90_000);
    expect(fetched, fetched.log).toMatchObject({ exitCode: 0 });
    const { packages } = await run.packages();
    const scripts = Object.fromEntries(packages.map((pkg) => [pkg.name, pkg.scripts]));
    expect(scripts).toMatchObject({ dep: [], plugged: ['rubygems_plugin.rb'], hooked: ['plugins.rb'] });
    expect(fetched.log).not.toMatch(/(?:plugin|hook)-ran/);
    for (const [name, said] of [
      ['plugged', 'plugin-ran'],
      ['hooked', 'hook-ran'],
    ] as const) {
      const pkg = packages.find((one) => one.name === name);
      expect(pkg && (await run.runScripts(pkg, 30_000))).toMatchObject({
        exitCode: 0,
        log: expect.stringContaining(said),
      });
    }
  });
});

it('builds and loads a gem from Git, under its commit', async () => {
  const commit = 'git init -q . && git add -A && git -c user.name=x -c user.email=x@x.invalid commit -qm x';
  const files: Files = {
    Gemfile: `Dir.chdir("repo") { system("${commit}") } unless File.exist?("repo/.git")\ngem "gitty", git: "file:///home/ci/project/repo"\n`,
    'repo/gitty.gemspec':
      'require_relative "lib/version"\nGem::Specification.new { |s| s.name = "gitty"; s.version = V; s.summary = "x"; s.authors = ["x"]; s.files = `git ls-files`.split; s.extensions = ["ext/extconf.rb"] }\n',
    'repo/lib/version.rb': 'V = "0.2.0"\n',
    'repo/lib/gitty.rb': 'require "gitty_ext"\n',
    'repo/ext/extconf.rb': 'require "mkmf"\ncreate_makefile("gitty_ext")\n',
    'repo/ext/x.c': '#include <ruby.h>\nvoid Init_gitty_ext(void) {}\n',
  };
  await inSandbox(files, async (run) => {
    const step = await installed(run, 120_000);
    expect(step, step.log).toMatchObject({ exitCode: 0 });
    expect(step.packages.slice(1)).toEqual([
      expect.objectContaining({
        name: 'gitty',
        version: '0.2.0',
        scripts: ['extconf.rb'],
        from: {
          kind: 'git',
          resolved: expect.stringMatching(/^file:\/\/\/home\/ci\/project\/repo#[0-9a-f]{40}$/),
          integrity: null,
        },
      }),
    ]);
    const { loaded } = await run.importAll(30_000, step.packages);
    expect(loaded).toEqual([expect.objectContaining({ name: 'gitty', ok: true })]);
  });
});
