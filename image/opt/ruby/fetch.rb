# Fetches a project's bundle into vendor/bundle and runs no code of a gem: `ruby fetch.rb`, in the project's folder. The Gemfile is
# evaluated, and it can be any program. Gems that the project brings along (vendor/cache) are taken from there.
# Standard error ends with why the bundle could not be fetched; the exit code is Bundler's.
require 'bundler'
require 'bundler/friendly_errors'
require 'bundler/cli'
require 'json'
require_relative 'places'
require_relative 'fetch/no_code'
require_relative 'fetch/guards'
require_relative 'fetch/newer_locks'

ONLINE = '--online'.freeze
MAX_REASON = 300

def install(*flags)
  # The files of vendor/cache stay the project's.
  Bundler::CLI.start(['install', '--no-cache', *flags], debug: true)
end

def fetch
  local = Bundler.app_cache.exist? && !ARGV.include?(ONLINE)
  install(*('--local' if local))
rescue Bundler::GemNotFound, Bundler::VersionConflict => e
  # With another Ruby than this one gems would not be found either.
  raise if !local || e.message.match?(/requirements for the Ruby\b/)

  warn e.message, "#{Bundler.app_cache.relative_path_from(Bundler.root)} does not hold every gem: the others are fetched"
  # A new process, because Bundler has already decided where gems are.
  exec(Gem.ruby, __FILE__, ONLINE)
end

# For `list.rb` and `load.rb`, which evaluate no Gemfile.
def record
  wanted = Bundler.definition.dependencies
  here = Bundler.definition.current_dependencies
  Places.write(Places.gemfile_record, JSON.generate(
    otherRuby: Guards.other_ruby,
    absent: (wanted.map(&:name) - here.map(&:name)).uniq,
    requires: here.to_h { |dependency| [dependency.name, Array(dependency.autorequire).grep(String)] }
  ))
end

begin
  Bundler::FriendlyErrors.enable!
  fetch
  record
rescue SystemExit, SignalException
  raise
rescue Exception => e # rubocop:disable Lint/RescueException -- a Gemfile can raise anything
  message = e.message.tr("\0", ' ').strip
  warn message if message.include?("\n")
  warn "the bundle could not be fetched: #{message.split.join(' ')[0, MAX_REASON]}"
  exit(Bundler::FriendlyErrors.exit_status(e))
end
