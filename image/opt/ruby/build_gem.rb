# Runs what comes with one gem once it is fetched: `ruby build_gem.rb FOLDER SCRIPT…`, where a script is one of the gem's extensions
# (`extconf.rb`, `Rakefile` …, built by RubyGems' own builder), or a plugin for RubyGems or Bundler, which is loaded. Standard
# error ends with what failed, and the exit code is 1 then; what comes after it is not run.
require 'English'
require 'shellwords'
require 'rubygems/ext'
require_relative 'bundle'
require_relative 'shown_output'

PLUGINS = %w[rubygems_plugin.rb plugins.rb].freeze

# Extensions find what they need for their build in the bundle's gems, and rake in the system's.
def find_gems
  machine = Gem.path
  Bundler.configure
  ENV['GEM_PATH'] = [ENV.fetch('GEM_HOME'), *machine].join(File::PATH_SEPARATOR)
  Gem.clear_paths
end

def build(spec)
  Gem::Ext::Builder.singleton_class.prepend(ShownOutput)
  options = Bundler.settings["build.#{spec.name}"].to_s.shellsplit
  Gem::Ext::Builder.new(spec, options).build_extensions
end

# In a process of its own, like the builders' commands.
def load_plugin(spec, file)
  paths = file == 'plugins.rb' ? [spec.full_gem_path] : spec.full_require_paths
  paths.map { |path| File.join(path, file) }.select { |path| File.file?(path) }.each do |path|
    next if system(Gem.ruby, File.expand_path('plugin.rb', __dir__), path, *spec.full_require_paths)

    raise "it could not be loaded: it #{ShownOutput.ending($CHILD_STATUS)}"
  end
end

folder, *scripts = ARGV
begin
  find_gems
  bundle = Bundle.new(File.dirname(Bundler.default_gemfile))
  gem = bundle.find(folder) || raise("no gem lies in #{folder}")
  spec = gem.specification
  build(spec) if (scripts - PLUGINS).any?
  (scripts & PLUGINS).each { |file| load_plugin(spec, file) }
rescue Exception => e # rubocop:disable Lint/RescueException -- SystemExit and SyntaxError are ways to fail, too
  exit if e.is_a?(SystemExit) && e.success?
  # RubyGems puts the whole of what it noted into the message of its own error.
  reason = (e.cause || e).message.strip.lines.first.to_s.strip
  warn "#{scripts.join(', ')} of #{File.basename(folder)}: #{reason}"
  exit(1)
end
