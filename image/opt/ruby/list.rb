# Lists the gems of a project's bundle before any of their code has run: `ruby list.rb PROJECT` prints one JSON object per line, the
# project itself first, in the shape of InstalledPackage (src/ecosystems/installed-package.ts); then where lock file and disk
# disagree, and why a run on this Ruby would be incomplete. No code of the project or of a gem is evaluated.
require_relative 'bundle'
require_relative 'checksums'

MAX_GEMS = 10_000
MAX_TEXT = 1000
MAX_SCRIPTS = 14
MAX_DEPENDENCIES = 2000
MAX_REASONS = 10
# Loaded by the next command of RubyGems, or of Bundler, once the gem is there.
PLUGINS = %w[rubygems_plugin.rb plugins.rb].freeze

class Listing
  def initialize(bundle, out)
    @bundle = bundle
    @out = out
    @folders = bundle.gems.to_h { |gem| [gem.name, folder_of(gem)] }
  end

  def print
    line(project)
    @bundle.gems.reject { |gem| gem.folder == @bundle.root }.first(MAX_GEMS).each { |gem| line(package(gem)) }
    @bundle.missing.each { |name| line(disagreement: "#{lock_name} has #{name}, which is not on the disk") }
    @bundle.gems.reject(&:locked).each { |gem| line(disagreement: "#{gem.full_name} is on the disk, and not in #{lock_name}") }
    other_ruby.first(MAX_REASONS).each { |text| line(incomplete: { code: 'other-runtime', message: text[0, MAX_TEXT] }) }
    line(incomplete: { code: 'fetch-failed', message: "#{gemfile_name} ended Bundler before the bundle was there" }) unless @bundle.fetched?
  end

  private

  def line(hash)
    @out.puts(JSON.generate(hash.compact))
  end

  def gemfile_name
    Bundler.default_gemfile.basename
  end

  def lock_name
    Bundler.default_lockfile.basename
  end

  # A gem that is developed is the project itself (`gemspec` in its Gemfile).
  def project
    own = @bundle.gems.find { |gem| gem.folder == @bundle.root }
    names = @bundle.wanted - [own&.name] + dependencies_of(own)
    { name: own&.name || File.basename(@bundle.root), version: own&.version || '', path: '.', realPath: @bundle.root,
      from: from('project'), optional: false, scripts: [], **needs(names) }
  end

  def package(gem)
    folder = folder_of(gem)
    path = folder.start_with?("#{@bundle.root}/") ? folder[(@bundle.root.size + 1)..] : folder
    { name: gem.name, version: gem.version, path: path, realPath: folder, from: origin(gem), optional: false,
      scripts: scripts(gem), sites: sites(gem), **needs(dependencies_of(gem)) }
  end

  # Web addresses that it names as its own: home page and repository.
  def sites(gem)
    named = gem.metadata && [gem.metadata.homepage, gem.metadata.metadata['source_code_uri']]
    web = named.to_a.grep(String).filter_map { |site| site[%r{\Ahttps?://([^?#]+)}, 1] }.reject { |site| site.size > MAX_TEXT }
    web.map { |site| "https://#{site}" }.uniq unless web.empty?
  end

  def folder_of(gem)
    gem.folder || File.join(File.dirname(Gem.default_specifications_dir, 2), 'gems', gem.full_name)
  end

  def needs(names)
    names = names.uniq.first(MAX_DEPENDENCIES)
    known = names.select { |name| @folders.key?(name) }
    { dependencies: names, mayBeAbsent: names & (@bundle.gemfile.fetch('absent', []) + ['bundler']),
      resolved: known.to_h { |name| [name, @folders[name]] } }
  end

  def dependencies_of(gem)
    gem&.locked ? gem.locked.dependencies.map(&:name) : []
  end

  def origin(gem)
    return from('unknown') if gem.locked.nil?
    return from('bundled') if gem.of_ruby?
    return from('git', "#{gem.source.uri}##{gem.source.revision}") if gem.source.is_a?(Bundler::Source::Git)
    return from('link', gem.source.path.to_s) unless gem.packed?

    packed_origin(gem)
  end

  # A gem of vendor/cache is the project's own file. What was unpacked without a file `.gem` was there before.
  def packed_origin(gem)
    return from('unknown') unless File.file?(gem.file)

    vendored = Dir[Bundler.app_cache.join("#{gem.full_name}*.gem").to_s].find { |file| FileUtils.identical?(file, gem.file) }
    return from('tarball', vendored[(@bundle.root.size + 1)..], gem) if vendored

    remote = gem.source.remotes.last
    from('registry', remote && "#{without_password(remote)}gems/#{gem.full_name}.gem", gem)
  end

  def without_password(remote)
    remote.dup.tap { |uri| uri.userinfo = nil }
  end

  # Only a file that is what the lock file asks for has its integrity.
  def from(kind, resolved = nil, gem = nil)
    expected = gem && Checksums.of_lock_file[gem]
    expected = nil if expected && Digest::SHA256.file(gem.file).hexdigest != expected
    { kind: kind, resolved: resolved && resolved[0, MAX_TEXT], integrity: expected && "sha256-#{[[expected].pack('H*')].pack('m0')}" }
  end

  # Bundler builds the extensions of gems from a registry and from Git, not those of a folder that `path:` names.
  def scripts(gem)
    return [] if gem.of_ruby?

    linked = !gem.packed? && !gem.source.is_a?(Bundler::Source::Git)
    extensions = linked || gem.metadata.nil? ? [] : gem.metadata.extensions
    built = extensions.map { |file| File.basename(file)[0, 32] }.uniq.first(MAX_SCRIPTS)
    built + PLUGINS.select { |file| plugin?(gem, file) }
  end

  def plugin?(gem, file)
    folders = file == 'plugins.rb' ? ['.'] : gem.metadata&.require_paths || ['lib']
    folders.any? { |folder| File.file?(File.join(gem.folder, folder, file)) }
  end

  def other_ruby
    other = @bundle.gemfile['otherRuby']
    asked = other.is_a?(String) && !same_series?(other) ? ["the project asks for Ruby #{other}, and this ran on Ruby #{RUBY_VERSION}: with another Ruby gems may do something else"] : []
    refusing = @bundle.gems.reject { |gem| gem.metadata.nil? || gem.metadata.required_ruby_version.satisfied_by?(Gem.ruby_version) }
    asked + refusing.map { |gem| "#{gem.full_name} needs Ruby #{gem.metadata.required_ruby_version}, and this ran on Ruby #{RUBY_VERSION}" }
  end

  # Rubies of one series (3.1) run the same code.
  def same_series?(other)
    other.match?(/\A(?:~> |= )?#{Regexp.escape(RUBY_VERSION[/\A\d+\.\d+/])}(?:\.|\z)/)
  end
end

out = $stdout.dup
$stdout.reopen($stderr)
begin
  Listing.new(Bundle.new(ARGV.fetch(0)), out).print
rescue Bundler::LockfileError, ArgumentError => e
  root = File.realpath(ARGV.fetch(0))
  out.puts(JSON.generate({ name: File.basename(root), version: '', path: '.', realPath: root, optional: false, scripts: [], dependencies: [],
                           from: { kind: 'project', resolved: nil, integrity: nil } }))
  out.puts(JSON.generate({ disagreement: "the lock file can't be read: #{e.message[0, MAX_TEXT]}" }))
end
