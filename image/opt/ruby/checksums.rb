# The checksums of a lock file (section CHECKSUMS, written by Bundler 2.5 and later).
require 'bundler'
# Not 'digest' alone: that loads SHA-256 at its first use, and Bundler's threads use it at once (https://github.com/ruby/digest/issues/3).
require 'digest/sha2'

class Checksums
  LINE = /\A  (?<name>\S+) \((?<version>[^-)]+)(?:-(?<platform>[^)]+))?\)(?: sha256=(?<sha256>\h{64}))?/.freeze

  # As they are before the fetch rewrites the file.
  def self.of_lock_file
    @of_lock_file ||= new(Bundler.default_lockfile.file? ? Bundler.read_file(Bundler.default_lockfile) : '')
  end

  def initialize(lock)
    section = lock.split(/^(?=\S)/).find { |part| part.start_with?('CHECKSUMS') } || ''
    @entries = section.lines.filter_map { |line| LINE.match(line) }.to_h { |found| [key_of_match(found), found] }
  end

  # In hexadecimal digits; nil where the lock file has none.
  def [](spec)
    entry = @entries[key_of(spec)]
    entry && entry[:sha256]
  end

  # The section's lines for these specifications, in its own words.
  def lines_for(specs)
    specs.filter_map { |spec| @entries[key_of(spec)] }.uniq.map { |entry| "#{entry.string.chomp}\n" }
  end

  private

  def key_of(spec)
    [spec.name, spec.version.to_s, spec.platform.to_s]
  end

  # In the words of this RubyGems: for it `x86_64-linux-gnu` is `x86_64-linux`.
  def key_of_match(found)
    [found[:name], found[:version], Gem::Platform.new(found[:platform] || 'ruby').to_s]
  end
end
