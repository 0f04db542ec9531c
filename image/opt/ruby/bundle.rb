# The gems of a project's bundle, as its lock file and the disk have them after the fetch. The Gemfile and gemspecs of folders and
# of Git are programs: they are not evaluated here.
require 'bundler'
require 'json'
require 'rubygems/package'
require_relative 'places'

# One gem. `source` is Bundler's; `locked` its entry in the lock file, nil for a gem that only lies on the disk.
BundledGem = Struct.new(:name, :version, :platform, :source, :folder, :gemspec, :locked, keyword_init: true) do
  def full_name
    platform == 'ruby' ? "#{name}-#{version}" : "#{name}-#{version}-#{platform}"
  end

  # Whether a registry has it as a file `.gem`.
  def packed?
    !source.is_a?(Bundler::Source::Path)
  end

  # Whether Ruby brings it along.
  def of_ruby?
    folder.nil?
  end

  # The `.gem` that was unpacked.
  def file
    Bundler.bundle_path.join('cache', "#{full_name}.gem").to_s
  end

  # From data alone: the `.gem`, or what the fetch made of the gemspec. nil where there is neither.
  def metadata
    @metadata ||= if of_ruby?
                    nil
                  elsif packed?
                    File.file?(file) ? Gem::Package.new(file).spec : nil
                  else
                    recorded
                  end
  rescue Gem::Package::Error, Psych::Exception, ArgumentError
    nil
  end

  # Ready to be loaded or built, with the gem's folders. For a gem from a registry RubyGems has written its gemspec itself.
  def specification
    spec = packed? ? Gem::Specification.load(gemspec) : recorded
    spec.loaded_from = gemspec
    spec.source = source unless packed?
    spec
  end

  private

  def recorded
    record = Places.specification(gemspec)
    File.file?(record) ? Gem::Specification.from_yaml(File.read(record)) : nil
  end
end

class Bundle
  # A lock file can't be read that needs code of a Bundler plugin.
  PLUGIN = /^PLUGIN SOURCE$/.freeze

  attr_reader :root

  def initialize(root)
    @root = File.realpath(root)
    text = Bundler.default_lockfile.file? ? Bundler.read_file(Bundler.default_lockfile).scrub : ''
    raise Bundler::LockfileError, 'a Bundler plugin provides gems' if text.match?(PLUGIN)

    @lock = Bundler::LockfileParser.new(text)
  end

  # What the Gemfile asks for.
  def wanted
    @lock.dependencies.keys
  end

  # Whether the fetch came to its end.
  def fetched?
    File.file?(Places.gemfile_record)
  end

  # What the fetch noted of the Gemfile.
  def gemfile
    @gemfile ||= fetched? ? JSON.parse(File.read(Places.gemfile_record)) : {}
  end

  # Those of the lock file that are for this platform, and what else lies where Bundler puts gems.
  def gems
    @gems ||= locked + unknown
  end

  def find(folder)
    gems.find { |gem| gem.folder == folder }
  end

  # Entries of the lock file of which nothing is on the disk, though the lock file has no other one for another platform.
  def missing
    found = locked.map(&:name)
    @lock.specs.map(&:name).uniq - found - ['bundler']
  end

  private

  def locked
    @locked ||= @lock.specs.reject { |spec| spec.name == 'bundler' }.filter_map { |spec| on_disk(spec) }
  end

  def on_disk(spec)
    gem = BundledGem.new(name: spec.name, version: spec.version.to_s, platform: spec.platform.to_s, source: spec.source, locked: spec)
    if gem.packed?
      gem.gemspec = Bundler.bundle_path.join('specifications', "#{gem.full_name}.gemspec").to_s
      gem.folder = real(Bundler.bundle_path.join('gems', gem.full_name))
      gem if gem.folder || of_ruby?(gem)
    else
      gem.gemspec = gemspec_of(spec)
      gem.folder = real(gem.gemspec ? File.dirname(gem.gemspec) : folder_of(spec.source))
      gem if gem.folder
    end
  end

  # A copy in vendor/cache comes first, for Bundler too.
  def folder_of(source)
    copy = Bundler.app_cache.join(source.app_cache_dirname)
    (copy.directory? ? copy : source.path.expand_path(root)).to_s
  end

  # One folder may hold several gems.
  def gemspec_of(spec)
    folder = folder_of(spec.source)
    found = Dir.glob(spec.source.options['glob'] || Bundler::Source::Path::DEFAULT_GLOB, base: folder).map { |file| File.join(folder, file) }
    named = found.select { |file| File.basename(file, '.gemspec') == spec.name }
    (named.empty? ? found : named).min_by(&:size)
  end

  def of_ruby?(gem)
    @of_ruby ||= Gem::Specification.default_stubs('*.gemspec').map { |stub| [stub.name, stub.version.to_s] }
    @of_ruby.include?([gem.name, gem.version])
  end

  def unknown
    known = locked.filter_map(&:folder)
    folders = Dir[Bundler.bundle_path.join('gems', '*').to_s].filter_map { |folder| real(folder) } - known
    folders.filter_map do |folder|
      name, version = File.basename(folder).match(/\A(.+?)-(\d[^-]*)/)&.captures
      BundledGem.new(name: name, version: version, platform: 'ruby', folder: folder) if name
    end
  end

  def real(folder)
    File.realpath(folder) if folder && File.directory?(folder)
  end
end
