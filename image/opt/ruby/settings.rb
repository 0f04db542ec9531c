# Puts in force what of a project's .bundle/config says where gems come from and how they are built, and prints what is left out, one
# setting a line: `ruby settings.rb PROJECT GEMFILE`. Bundler takes that file before all variables, so it never reads it itself.
# Said besides is what of Gemfile and lock file asks for other programs than those that run. Nothing is evaluated.
require 'bundler'
require 'bundler/yaml_serializer'
require 'fileutils'

# Of Bundler's settings (https://bundler.io/man/bundle-config.1.html): mirrors, credentials of hosts (a `__` is a dot), options for
# extensions, which files are read.
KEPT = /\ABUNDLE_(?:MIRROR__|BUILD__|CACHE_PATH\z|FORCE_RUBY_PLATFORM\z|GIT__ALLOW_INSECURE\z|(?!LOCAL__)[A-Z0-9_]*[A-Z0-9]__[A-Z0-9])/.freeze
MAX_LINES = 40

root, gemfile = ARGV

def read(*path)
  file = File.join(*path)
  File.file?(file) ? File.read(file, 256 * 1024).scrub : ''
end

settings = Bundler::YAMLSerializer.load(read(root, '.bundle', 'config'))
kept, left_out = settings.partition { |key, _| KEPT.match?(key) }
FileUtils.mkdir_p(ENV.fetch('BUNDLE_APP_CONFIG'))
File.write(File.join(ENV.fetch('BUNDLE_APP_CONFIG'), 'config'), Bundler::YAMLSerializer.dump(kept.to_h))
said = left_out.map { |key, _| "#{key[0, 100]} of .bundle/config" }

# Whether a line `ruby …` of a Gemfile is content with this Ruby, as far as it is written out.
def suits?(asked)
  return false if asked.match?(/engine|file|patchlevel/)

  versions = asked.scan(/["']([^"']+)["']/).flatten
  versions.any? && Gem::Requirement.new(versions).satisfied_by?(Gem.ruby_version)
rescue Gem::Requirement::BadRequirementError
  false
end

program = read(root, gemfile)
program.scan(/^\s*ruby[\s(]+([^#\n]{1,60})/) do |(asked)|
  said << "ruby #{asked.strip.delete_suffix(')')} of #{gemfile} (Ruby #{RUBY_VERSION} runs)" unless suits?(asked)
end
program.scan(/^\s*plugin[\s(]+["']([^"']{1,60})/) { |(name)| said << "plugin #{name} of #{gemfile} (fetched like any gem)" }
lock = File.basename(Bundler.default_lockfile)
bundled = read(root, lock)[/^BUNDLED WITH\n\s+(\S{1,20})/, 1]
said << "BUNDLED WITH #{bundled} of #{lock} (Bundler #{Bundler::VERSION} runs)" if bundled && bundled != Bundler::VERSION

puts(said.map { |line| line.gsub(/[^[:print:]]/, '?') }.first(MAX_LINES))
