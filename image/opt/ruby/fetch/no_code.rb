# Keeps Bundler from running code of gems while it fetches them: no extension is built, no plugin is loaded, and a gemspec is
# evaluated in a process of its own. (Bundler 2.3, RubyGems 3.3.)
require 'bundler'
require 'bundler/rubygems_gem_installer'
require 'open3'
require_relative '../places'

module NoCode
  # `build_gem.rb` builds them, in a step for each gem.
  module NoExtensions
    def build_extensions; end
  end

  module NoPlugins
    def load_plugins; end

    def load_plugin_files(_files); end

    def load_env_plugins; end

    # A gem is not fetched once more because its extensions are still to be built.
    def spec_missing_extensions?(*)
      false
    end
  end

  # Of gems in a folder and of Git's. The program is the child's only; what it answers is data.
  module GemspecsApart
    PROGRAM = File.expand_path('../manifest.rb', __dir__)
    # No gem that another gemspec has put somewhere runs in this one's process.
    IMAGE_GEMS = %w[GEM_HOME GEM_PATH].to_h { |name| [name, '/usr/share/rubygems-integration/all'] }.freeze

    def eval_gemspec(path, _contents)
      yaml, status = answer_of(path.expand_path.to_s)
      unless status.success?
        reason = yaml.delete_prefix('error: ')
        raise Bundler::GemspecError, "There was an error while loading `#{path.basename}`: #{reason}"
      end

      Places.write(Places.specification(path), yaml)
      Gem::Specification.from_yaml(yaml)
    end

    def answer_of(file)
      reader, writer = IO.pipe
      child = spawn(IMAGE_GEMS, Gem.ruby, PROGRAM, file, 3 => writer)
      writer.close
      answer = reader.read
      reader.close
      [answer, Process.wait2(child).last]
    end
  end

  # Bundler takes a checked-out gemspec for one that it has evaluated and written down before, and loads it in its own process.
  module GitGemspecsApart
    def load_gemspec(file)
      spec = Bundler.load_gemspec(file)
      Bundler.rubygems.set_installed_by_version(spec) if spec
      spec
    end
  end
end

Gem::Ext::Builder.prepend(NoCode::NoExtensions)
Bundler::RubygemsIntegration.prepend(NoCode::NoPlugins)
Bundler.singleton_class.prepend(NoCode::GemspecsApart)
Bundler::Source::Git.prepend(NoCode::GitGemspecsApart)
