import type { PackedProject } from './packed.js';

export const BUNDLER_PROJECTS: readonly PackedProject[] = [
  {
    title: 'bundler: local gems, other Gemfiles, a gemspec with lib/',
    manager: 'bundler',
    files: {
      Gemfile: `gem 'a', path: 'gems/a'\n# gem 'no', path: '../no'\neval_gemfile "sub/Gemfile"\n`,
      'Gemfile.lock': 'x',
      'gems/a/a.gemspec': 'x',
      'sub/Gemfile': `gem 'b', :path => '../gems/b'\n`,
      'gems/b/b.gemspec': 'x',
      'app.gemspec': 'x',
      'lib/app/version.rb': 'x',
      'app/models/user.rb': 'x',
    },
    packed: [
      'Gemfile',
      'Gemfile.lock',
      'app.gemspec',
      'gems/a/a.gemspec',
      'gems/b/b.gemspec',
      'lib/app/version.rb',
      'sub/Gemfile',
    ],
  },
  {
    title: 'bundler: gems.rb, and not what a Gemfile beside it names',
    manager: 'bundler',
    files: {
      'gems.rb': `gem 'a', path: 'a'\n`,
      'gems.locked': 'x',
      Gemfile: `gem 'b', path: 'b'\n`,
      'a/a.gemspec': 'x',
      'b/b.gemspec': 'x',
    },
    packed: ['Gemfile', 'a/a.gemspec', 'gems.locked', 'gems.rb'],
  },
  {
    title: 'bundler: gems that the project brings along',
    manager: 'bundler',
    files: { Gemfile: "source 'x'", 'Gemfile.lock': 'x', 'vendor/cache/a-1.0.0.gem': 'x', 'vendor/bundle/a.rb': 'x' },
    packed: ['Gemfile', 'Gemfile.lock', 'vendor/cache/a-1.0.0.gem'],
  },
];
