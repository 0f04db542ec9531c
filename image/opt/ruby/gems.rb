# Loads gems of a project's bundle, the way a program that uses them would. The bundle is set up as Bundler does it, but from the
# lock file: a Gemfile is a program, and what it does must not be attributed to the gem.
require_relative 'bundle'

MAX_FILES = 16
MAX_ERROR_CHARS = 300
# Not made to be required: RubyGems and Bundler load them.
PLUGINS = %w[rubygems_plugin plugins].freeze

def set_up(bundle)
  Bundler.configure
  specs = bundle.gems.select { |gem| gem.locked && !gem.of_ruby? }.filter_map(&:specification)
  Bundler.rubygems.replace_entrypoints(specs)
  specs.each { |spec| Bundler.rubygems.mark_loaded(spec) }
  Bundler.rubygems.add_to_load_path(specs.flat_map(&:load_paths).uniq)
  specs
end

# Whether the missing file is this one, not one that it requires.
def missing?(error, file)
  error.is_a?(LoadError) && error.path == file
end

def message_of(error)
  error.message.to_s.lines.first.to_s.strip[0, MAX_ERROR_CHARS]
end

# nil where it worked.
def error_of(file)
  require file
  nil
rescue Exception => e # rubocop:disable Lint/RescueException -- SystemExit and SyntaxError are ways to fail, too
  e
end

# What the Gemfile says that is required, else the gem's name, `net-ssh` also as `net/ssh`; else every file at the top of its folders.
def load_gem(name, spec, asked)
  (asked.empty? ? [name, name.tr('-', '/')].uniq : asked).each do |file|
    error = error_of(file)
    next if error && missing?(error, file) && asked.empty?

    return { '.' => error }
  end
  files = spec.nil? ? [] : spec.full_require_paths.flat_map { |path| Dir.children(path).sort }.grep(/\.rb\z/)
  names = files.map { |file| file.delete_suffix('.rb') } - PLUGINS
  return { '.' => LoadError.new("cannot load such file -- #{name}") } if names.empty?

  errors = names.first(MAX_FILES).to_h { |file| [file, error_of(file)] }
  { '.' => errors.values.include?(nil) ? nil : errors.values.first, **errors }
end

# A loaded gem may continue in threads of its own.
def linger(linger_ms)
  deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + (linger_ms.to_i / 1000.0)
  (Thread.list - [Thread.current]).each do |thread|
    left = deadline - Process.clock_gettime(Process::CLOCK_MONOTONIC)
    thread.join(left) if left.positive?
  rescue StandardError
    next
  end
end
