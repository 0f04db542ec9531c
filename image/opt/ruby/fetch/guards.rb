# Requirements of a Gemfile are recorded and do not stop the fetch: a Ruby version, groups that are left out, gems that need another
# Ruby. `list.rb` reports those that may matter.
require 'bundler'
require 'bundler/rubygems_gem_installer'

module Guards
  # The Ruby that the Gemfile asks for, in words, e.g. `3.3.4`; nil where this one will do.
  class << self
    attr_accessor :other_ruby
  end

  module RubyAskedFor
    def ruby(*asked)
      super(*from_file(asked))
      wanted = @ruby_version
      return if wanted.versions.empty? || wanted.diff(Bundler::RubyVersion.system).nil?

      engine = wanted.engine == 'ruby' ? '' : "#{wanted.engine} "
      Guards.other_ruby = engine + wanted.versions_string(engine.empty? ? wanted.versions : wanted.engine_versions)
      # The versions that the project gets with its own Ruby.
      Bundler::RubyVersion.take_for_system(wanted)
    end

    # `ruby file: ".ruby-version"`, as Bundler 2.4 and later have it.
    def from_file(asked)
      file = asked.last.is_a?(Hash) ? asked.last[:file] : nil
      return asked if file.nil?

      text = Bundler.read_file(File.expand_path(file, gemfile_root))
      version = text[/^\s*ruby\s*=?\s*["']?(\d[\w.]*)/, 1] || text[/^\s*(?:ruby-)?(\d[\w.]*)/, 1]
      version.nil? ? [] : [version]
    end

    # Which Bundler runs is not the Gemfile's choice here.
    def gem(name, *args)
      name == 'bundler' ? super(name, *args.grep(Hash)) : super
    end

    # A plugin is a gem, of which Bundler runs code while it installs. Here it is fetched like any other.
    def plugin(name, *args)
      options = args.last.is_a?(Hash) ? args.pop : {}
      gem(name, *args, **options.transform_keys(&:to_sym), require: false)
    end
  end

  module AnyRuby
    def validate_ruby!; end
  end

  module AllGroups
    def initialize(lockfile, dependencies, sources, unlock, ruby_version = nil, _optional_groups = [], *more)
      super(lockfile, dependencies, sources, unlock, ruby_version, [], *more)
    end
  end

  module AnyGem
    def ensure_specs_are_compatible!; end
  end

  module AnyGemFile
    def ensure_required_ruby_version_met; end

    def ensure_required_rubygems_version_met; end
  end

  module SystemRuby
    def take_for_system(wanted)
      @taken = Bundler::RubyVersion.new(wanted.gem_version.to_s, nil, wanted.engine, wanted.engine_gem_version.to_s)
    end

    def system
      @taken || super
    end
  end
end

Bundler::Dsl.prepend(Guards::RubyAskedFor)
Bundler::Definition.prepend(Guards::AnyRuby, Guards::AllGroups)
Bundler::Installer.prepend(Guards::AnyGem)
Gem::Installer.prepend(Guards::AnyGemFile)
Bundler::RubyVersion.singleton_class.prepend(Guards::SystemRuby)
